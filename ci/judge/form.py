"""A notebook as a file: reading it, its size, the length and width of its cells, machine paths."""

import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from judge.message import Failure, one_line
from judge.outputs import PICTURE

MAX_BYTES = 1_200_000
MAX_LINES = 15
MAX_COLUMNS = 105  # a narrow screen cuts off more
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:root|home|tmp|work|Users)(?:/|\b)[^\s\"']*")


def load(path: Path) -> NotebookNode:
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except OSError as error:
        raise Failure(error.strerror or str(error)) from error
    except Exception as error:  # whatever nbformat finds, it is not a notebook
        raise Failure(f"not a valid notebook: {one_line(str(error))}") from error
    return notebook


def is_code(cell: NotebookNode) -> bool:
    """Returns whether there is something in this cell to execute."""
    return cell.cell_type == "code" and bool(cell.source.strip())


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if is_code(cell)]


def has_tag(cell: NotebookNode, tag: str) -> bool:
    return tag in cell.metadata.get("tags", [])


def check_form(path: Path, notebook: NotebookNode) -> None:
    """Fails if the file is too large, a cell is too long or too wide, or an output names a path
    of this machine."""
    if (size := path.stat().st_size) > MAX_BYTES:
        limit = f"{MAX_BYTES / 1e6} MB"
        raise Failure(f"{size / 1e6:.1f} MB is more than {limit}: make figures smaller")
    for number, cell in enumerate(code_cells(notebook), 1):
        if (lines := len(cell.source.splitlines())) > MAX_LINES:
            raise Failure(f"cell {number}: {lines} lines are more than {MAX_LINES}: split it")
        if (columns := max(map(len, cell.source.splitlines()))) > MAX_COLUMNS:
            said = f"{columns} characters are more than {MAX_COLUMNS}"
            raise Failure(f"cell {number}: a line is too long, {said}: break it")
        for output in cell.outputs:
            texts = [output.get("text", ""), output.get("evalue", ""), *output.get("traceback", [])]
            texts += [str(t) for m, t in output.get("data", {}).items() if m.startswith("text/")]
            if found := MACHINE_PATH.search(PICTURE.sub("", "\n".join(texts))):
                raise Failure(f"cell {number}: its output holds a machine's path: {found[0]}")
