"""Executes notebooks as nbconvert does, in a copy of their folder, and compares their outputs.

    ci/notebooks check [NOTEBOOK ...]                execute, compare with the stored outputs
    ci/notebooks check --data FOLDER [NOTEBOOK ...]  the same on other pictures: texts may differ
    ci/notebooks write [NOTEBOOK ...]                execute, store the outputs

Without names, these are all of notebooks/ and notebooks/solutions/. `--jobs N` executes N of them
side by side, and says what became of each in the order of finishing.

Which cells fail is said in ci/judge/preprocessor.py. Stored outputs come from the drawn stand-in
only, and must equal fresh ones: texts exactly, figures in number and size. Of a cell tagged
`volatile` (times, versions, threads) only the kinds of its outputs are compared. How large a
notebook and its cells may be is said in ci/judge/form.py. `check` also follows the links to other
files and to headings (ci/judge/links.py).
"""

import argparse
import os
import sys
import time
from contextlib import closing
from functools import partial
from hashlib import sha256
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from traitlets.config import PyFileConfigLoader

from judge.folder import DRAWN, ROOT, copied, lessons, notebooks_folder
from judge.form import check_form, code_cells, has_tag, load
from judge.jobs import Result, side_by_side
from judge.links import check_links
from judge.message import Failure
from judge.outputs import difference, essence, in_order
from judge.preprocessor import JudgedExecution, ended_with_its_kernel

JUPYTER_PATH = ROOT / ".venv/share/jupyter"
CONFIGURATION = ROOT / ".venv/etc/jupyter/jupyter_nbconvert_config.py"
METADATA = {
    "kernelspec": {"display_name": "Rust", "language": "rust", "name": "rust"},
    "language_info": {
        "codemirror_mode": "rust",
        "file_extension": ".rs",
        "mimetype": "text/rust",
        "name": "rust",
        "pygments_lexer": "rust",
    },
}


def executed(path: Path, data: Path | None) -> NotebookNode:
    """Returns the notebook with fresh outputs; the file stays as it is."""
    config = PyFileConfigLoader(str(CONFIGURATION)).load_config()
    notebooks = notebooks_folder(path)
    with copied(notebooks) as copy:
        folder = copy / path.parent.relative_to(notebooks)
        # Relative paths, so that no output names a path of this machine.
        drawn = Path(os.path.relpath(copy.parent / "data", folder))
        os.environ["LRLIB_DATA"] = str(data or drawn / "insects")
        os.environ["LRLIB_MNIST"] = str(drawn / "digits")
        resources = {"metadata": {"name": path.stem, "path": str(folder)}}
        judge = JudgedExecution(config=config, kernel_name="rust")
        return judge.preprocess(load(path), resources)[0]


def check(path: Path, data: Path | None) -> str:
    stored = load(path)
    check_form(path, stored)
    check_links(path, stored)
    fresh = executed(path, data)
    pairs = zip(code_cells(stored), code_cells(fresh), strict=True)
    for number, (old, new) in enumerate(pairs, 1):
        if data:
            old_kinds, new_kinds = (
                [kind for kind, _ in essence(cell.outputs, True) if kind.startswith("image/")]
                for cell in (old, new)
            )
            if old_kinds != new_kinds:
                raise Failure(f"cell {number}: figures are {new_kinds}, not {old_kinds}")
        elif what := difference(old.outputs, new.outputs, has_tag(old, "volatile")):
            raise Failure(f"cell {number}: {what}; if the fresh one is right: ci/notebooks write")
    return "passed"


def write(path: Path) -> str:
    stored, fresh = load(path), executed(path, None)
    fresh.metadata = nbformat.from_dict(METADATA)
    fresh.nbformat_minor = 5
    for old, new in zip(stored.cells, fresh.cells, strict=True):
        new.metadata.pop("execution", None)
        new.setdefault("id", sha256(new.source.encode()).hexdigest()[:8])
        if new.cell_type == "code":
            new.execution_count = None
            volatile, must_fail = has_tag(new, "volatile"), has_tag(new, "raises-exception")
            changed = difference(old.outputs, new.outputs, volatile)
            if (volatile or must_fail) and not changed:  # a panic's thread has another number
                new.outputs = in_order(old.outputs)
    for count, cell in enumerate(code_cells(fresh), 1):
        cell.execution_count = count
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
    part = path.with_name(f".{path.name}.part")
    try:
        nbformat.write(fresh, part)
        check_form(part, fresh)
        if part.read_bytes() == path.read_bytes():
            return "unchanged"
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return "written"


def judged(action: str, data: Path | None, path: Path) -> Result:
    start, name = time.monotonic(), path.relative_to(notebooks_folder(path))
    try:
        result = check(path, data) if action == "check" else write(path)
    except Failure as why:
        return False, f"{name}, {why}"
    return True, f"{name}: {result} in {time.monotonic() - start:.0f} s"


def positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError
    return number


def main() -> int:
    parser = argparse.ArgumentParser(prog="ci/notebooks", description=__doc__.partition("\n")[0])
    actions = parser.add_subparsers(dest="action", required=True)
    for action, text in (("check", "execute and compare"), ("write", "execute and store outputs")):
        sub = actions.add_parser(action, help=text)
        sub.add_argument("notebook", nargs="*", type=Path, help="default: all of the course")
        sub.add_argument(
            "--jobs", type=positive, default=1, metavar="N", help="execute N at a time; default: 1"
        )
        if action == "check":
            sub.add_argument("--data", type=Path, help="other pictures: a folder with train/, val/")
    args = parser.parse_args()
    data = args.data.resolve() if args.action == "check" and args.data else None

    paths = [path.resolve() for path in args.notebook] or lessons()
    problem = None
    if not paths:
        problem = "notebooks/: there is no notebook in it"
    elif not (CONFIGURATION.exists() and (JUPYTER_PATH / "kernels/rust/kernel.json").exists()):
        problem = ".venv: the set-up is incomplete: run 'ci/setup'"
    elif missing := [name for name in DRAWN if not (ROOT / "data" / name).is_dir()]:
        problem = f"data/{missing[0]}: no such folder: run 'ci/setup --stand-in'"
    elif data and not ((data / "train").is_dir() and (data / "val").is_dir()):
        problem = f"{data}: no folder with train/ and val/ in it"
    if problem:
        print(f"ci/notebooks: {problem}", file=sys.stderr)
        return 1

    os.environ["JUPYTER_PATH"] = str(JUPYTER_PATH)
    failed = 0
    with (
        ended_with_its_kernel(),
        closing(side_by_side(partial(judged, args.action, data), paths, args.jobs)) as results,
    ):
        for passed, line in results:
            failed += not passed
            print(line, file=sys.stdout if passed else sys.stderr, flush=True)
    print(f"{len(paths) - failed} passed, {failed} failed")
    return 1 if failed else 0
