"""The links of a notebook to files and to headings beside it; those to the web are not followed."""

import re
from pathlib import Path
from urllib.parse import unquote

from nbformat import NotebookNode

from judge.form import load
from judge.message import Failure

LINK = re.compile(r"\]\(([^)\s]+)\)")
ELSEWHERE = re.compile(r"[a-z]+:")  # https:, mailto:
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.M | re.S)
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.M)


def text(notebook: NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def anchors(notebook: NotebookNode) -> set[str]:
    """Returns what a link to each heading has behind its `#`: the words as JupyterLab shows them,
    with hyphens between them."""
    words = re.sub(r"^```.*?^```|[`*]", "", text(notebook), flags=re.M | re.S)
    return {heading.replace(" ", "-") for heading in HEADING.findall(words)}


def check_links(path: Path, notebook: NotebookNode) -> None:
    """Fails at the first link that leads to no file, or to no heading of a notebook."""
    for link in LINK.findall(CODE.sub("", text(notebook))):
        if ELSEWHERE.match(link):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = path.parent / name if name else path
        if not target.exists():
            raise Failure(f"link to {link}: there is no such file")
        if anchor and target.suffix == ".ipynb" and anchor not in anchors(load(target)):
            raise Failure(f"link to {link}: there is no such heading")
