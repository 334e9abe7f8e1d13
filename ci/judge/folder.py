"""The notebooks' folder, and the copy of it in which ci/notebooks executes them."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SOLUTIONS = "solutions"  # the folder, in the notebooks' folder, of those that solve the exercises
DRAWN = ("digits", "insects", "insects-more")  # by ci/setup


def lessons() -> list[Path]:
    """Returns the notebooks of the course, then those with the exercises' solutions, without the
    executed copies that nbconvert writes."""
    folder = ROOT / "notebooks"
    paths = sorted(folder.glob("*.ipynb")) + sorted(folder.glob(f"{SOLUTIONS}/*.ipynb"))
    return [path for path in paths if not path.name.endswith(".nbconvert.ipynb")]


def notebooks_folder(path: Path) -> Path:
    """Returns the notebooks' folder that this notebook belongs to, also if it is a solution."""
    return path.parent.parent if path.parent.name == SOLUTIONS else path.parent


@contextmanager
def copied(notebooks: Path) -> Iterator[Path]:
    """Gives a copy of this folder, with the repository's lrlib, … beside it. Of the pictures, only
    the drawn ones are there."""
    (ROOT / "target").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="notebooks-", dir=ROOT / "target") as name:
        folder = Path(name) / "notebooks"
        # A learner's own picture would be in the outputs.
        left_out = shutil.ignore_patterns(".ipynb_checkpoints", "my_picture.*")
        shutil.copytree(notebooks, folder, ignore=left_out)
        for entry in ROOT.iterdir():
            if entry.name not in ("notebooks", "data", "target") and entry.name[0] != ".":
                (Path(name) / entry.name).symlink_to(entry)
        (Path(name) / "data").mkdir()
        for drawn in DRAWN:
            (Path(name) / "data" / drawn).symlink_to(ROOT / "data" / drawn)
        yield folder
