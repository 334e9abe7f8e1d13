"""The notebooks' folder, and the copy of it in which ci/notebooks executes them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# From the notebooks' folder, so that no output names a machine's path.
STAND_IN = "../data/insects"
DIGITS = "../data/digits"
DRAWN = ("digits", "insects", "insects-more")  # by ci/setup


def lessons() -> list[Path]:
    """Returns the notebooks of the course, without the executed copies that nbconvert writes."""
    paths = sorted(ROOT.glob("notebooks/*.ipynb"))
    return [path for path in paths if not path.name.endswith(".nbconvert.ipynb")]


@contextmanager
def copied(notebooks: Path, data: Path | None) -> Iterator[Path]:
    """Gives a copy of this folder, with the repository's lrlib, data, … beside it. Unless `data`
    names other pictures, the copy reaches the drawn ones only."""
    (ROOT / "target").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="notebooks-", dir=ROOT / "target") as name:
        folder = Path(name) / "notebooks"
        # A learner's own picture would be in the outputs.
        left_out = shutil.ignore_patterns(".ipynb_checkpoints", "my_picture.*")
        shutil.copytree(notebooks, folder, ignore=left_out)
        if not (folder / "evcxr.toml").exists():
            shutil.copy(ROOT / "notebooks/evcxr.toml", folder)
        for entry in ROOT.iterdir():
            if entry.name not in ("notebooks", "data", "target") and entry.name[0] != ".":
                (Path(name) / entry.name).symlink_to(entry)
        (Path(name) / "data").mkdir()
        for drawn in DRAWN:
            (Path(name) / "data" / drawn).symlink_to(ROOT / "data" / drawn)
        os.environ["LRLIB_DATA"] = str(data) if data else STAND_IN
        os.environ["LRLIB_MNIST"] = DIGITS
        yield folder
