"""Lets `jupyter nbconvert --execute` judge the notebooks; ci/setup installs it into .venv.

ExecutePreprocessor's options, `--execute` among them, count for JudgedExecution too, its subclass.
"""

import sys
from pathlib import Path

from nbconvert.exporters import Exporter

sys.path.insert(0, str(Path(sys.prefix).parent / "ci"))

from judge.preprocessor import JudgedExecution

c = get_config()  # noqa: F821 (traitlets defines it when it reads this file)
c.Exporter.default_preprocessors = [
    JudgedExecution if name == "nbconvert.preprocessors.ExecutePreprocessor" else name
    for name in Exporter.default_preprocessors.default()
]
c.ExecutePreprocessor.startup_timeout = 10 * 60  # seconds until the kernel answers
c.ExecutePreprocessor.timeout = 20 * 60  # of a cell: the first may have to compile everything
c.ExecutePreprocessor.iopub_timeout = 60  # until the last output of a cell that is done
c.ExecutePreprocessor.record_timing = False
