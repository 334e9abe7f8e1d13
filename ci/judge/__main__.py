"""Runs ci/notebooks: `python ci/judge`."""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)  # this package's parent, not its inside

from judge.command import main  # noqa: E402

sys.exit(main())
