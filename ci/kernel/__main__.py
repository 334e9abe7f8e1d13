"""The command line of this folder, for ci/setup and for the kernelspec.

.venv/bin/python ci/kernel register KERNEL       write the kernelspec into .venv
.venv/bin/python ci/kernel prepare               compile lrlib, unless that is done
.venv/bin/python ci/kernel prepare --everything  the crates of single notebooks, too
.venv/bin/python ci/kernel launch KERNEL FILE    become the kernel; the kernelspec calls this
"""

import os
import sys
from pathlib import Path

PARENT = os.getppid()  # read first: the process that started this one may end at any time
sys.path[0] = str(Path(__file__).resolve().parents[1])

from kernel.launch import launch  # noqa: E402
from kernel.prepare import prepare  # noqa: E402
from kernel.spec import register  # noqa: E402

match sys.argv[1:]:
    case ["register", kernel]:
        register(kernel)
    case ["prepare"]:
        prepare(everything=False)
    case ["prepare", "--everything"]:
        prepare(everything=True)
    case ["launch", kernel, connection_file]:
        launch(kernel, connection_file, PARENT)
    case _:
        sys.exit("usage: ci/kernel register KERNEL | prepare [--everything] | launch KERNEL FILE")
