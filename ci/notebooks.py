"""Executes notebooks from a fresh kernel, in a copy, and judges what they put out.

    ci/notebooks check [NOTEBOOK ...]                execute, judge, compare with the stored outputs
    ci/notebooks check --data FOLDER [NOTEBOOK ...]  the same on other pictures: texts may differ
    ci/notebooks write [NOTEBOOK ...]                execute, judge, store the outputs

The kernel calls a failed cell a success as long as it compiles, so what it puts out is read. A cell
fails with a compile error, a panic, a failed assert!, an error through `?`, or anything on stderr.

Stored outputs come from the drawn stand-in alone, and must equal fresh ones: texts exactly,
figures by presence and size. A cell tagged `volatile` (times, versions, threads) is compared by
the kinds of its outputs only. A notebook has at most 1.5 MB, a code cell at most 15 lines of 105
characters (more are cut off on a narrow screen), and no output holds a machine's path.
"""

import argparse
import asyncio
import base64
import os
import re
import shutil
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from queue import Empty

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from kernel.copies import tidy
from kernel.paths import ROOT, SPEC

STAND_IN = "../data/insects"  # from the notebooks' folder, so that no output names a machine's path
CELL_LIMIT = 20 * 60  # seconds: the first cell may have to compile everything
KERNEL_LIMIT = 10 * 60  # seconds until the kernel answers
MAX_BYTES = 1_500_000
MAX_LINES = 15
MAX_COLUMNS = 105
LAST_LINE = "end of the notebook"
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:root|home|tmp|work|Users)(?:/|\b)[^\s\"']*")
PICTURE = re.compile(r'(?<=src="data:image/png;base64,)[^"]+')  # a figure of lrlib's, in its HTML
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
LANGUAGE = {
    "codemirror_mode": "rust",
    "file_extension": ".rs",
    "mimetype": "text/rust",
    "name": "rust",
    "pygments_lexer": "rust",
}


class Failure(Exception):
    """What is wrong with a notebook, in one line."""


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def is_volatile(cell: NotebookNode) -> bool:
    return "volatile" in cell.metadata.get("tags", [])


def one_line(text: str, limit: int = 300) -> str:
    line = " ".join(ESCAPES.sub("", text).split())
    return line if len(line) <= limit else line[:limit] + " …"


# --- what a cell put out


def stream_text(outputs: list[NotebookNode], name: str) -> str:
    return "".join(o.text for o in outputs if o.output_type == "stream" and o.name == name)


def failure(outputs: list[NotebookNode]) -> str | None:
    """Why these outputs are those of a failed cell; None if they are not."""
    stderr = stream_text(outputs, "stderr")
    if panic := re.search(r"panicked at .*?\n(.*?)(?:\nstack backtrace:|\nnote: |$)", stderr, re.S):
        return f"panic: {one_line(panic[1])}"
    if errors := [o.evalue for o in outputs if o.output_type == "error"]:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        return f"error: {one_line(errors[0])}{more}"
    if any(o.output_type == "stream" and o.name == "stderr" for o in outputs):
        return f"stderr: {one_line(stderr) or 'an empty line'}"
    shown = [str(t) for o in outputs for t in o.get("data", {}).values()]
    if "EVCXR_" in stream_text(outputs, "stdout") + "".join(shown):
        return "the kernel's own marker is in the output: end every print with a new line"
    return None


def in_order(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Printed lines as one output, then results: lines arrive singly, in no certain order."""
    stdout = stream_text(outputs, "stdout")
    printed = [nbformat.v4.new_output("stream", name="stdout", text=stdout)] if stdout else []
    return printed + [o for o in outputs if o.output_type != "stream"]


def png_size(data: str) -> tuple[int, int]:
    head = base64.b64decode("".join(data.split()))[:24]
    if not head.startswith(b"\x89PNG\r\n\x1a\n") or len(head) < 24:
        raise Failure("image/png output that is not a PNG")
    return struct.unpack(">II", head[16:])


def essence(outputs: list[NotebookNode], volatile: bool) -> list[tuple[str, str]]:
    """What stored and fresh outputs must have in common: (kind, content) of each."""
    parts = []
    for output in in_order(outputs):
        if output.output_type == "stream":
            parts.append(("printed text", output.text))
        for mime, data in sorted(output.get("data", {}).items()):
            pictures = [data] if mime == "image/png" else PICTURE.findall(str(data))
            parts += [("image/png", "{} × {} pixels".format(*png_size(p))) for p in pictures]
            if mime != "image/png":
                text = "" if mime.startswith("image/") else PICTURE.sub("", str(data))
                parts.append((mime, text))
    return [(kind, "") for kind, _ in parts] if volatile else parts


def difference(stored: list[NotebookNode], fresh: list[NotebookNode], volatile: bool) -> str | None:
    """The first difference, None if there is none that counts."""
    old, new = essence(stored, volatile), essence(fresh, volatile)
    if [kind for kind, _ in old] != [kind for kind, _ in new]:
        names = [", ".join(kind for kind, _ in side) or "nothing" for side in (old, new)]
        return f"stored outputs are {names[0]}; fresh ones are {names[1]}"
    for (kind, stored_text), (_, fresh_text) in zip(old, new, strict=True):
        before, after = stored_text.splitlines(), fresh_text.splitlines()
        for i in range(max(len(before), len(after))):
            a, b = (side[i] if i < len(side) else "(no line)" for side in (before, after))
            if a != b:
                return f"{kind}, line {i + 1}: stored '{one_line(a)}', fresh '{one_line(b)}'"
    return None


# --- one notebook


def load(path: Path) -> NotebookNode:
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except OSError as error:
        raise Failure(error.strerror or str(error)) from error
    except Exception as error:  # whatever nbformat finds, it is not a notebook
        raise Failure(f"not a valid notebook: {one_line(str(error))}") from error
    return notebook


def check_form(path: Path, notebook: NotebookNode) -> None:
    """Size, length and width of the cells, machine paths."""
    if (size := path.stat().st_size) > MAX_BYTES:
        raise Failure(
            f"{size / 1e6:.1f} MB is more than {MAX_BYTES / 1e6} MB: make figures smaller"
        )
    for number, cell in enumerate(code_cells(notebook), 1):
        if (lines := len(cell.source.splitlines())) > MAX_LINES:
            raise Failure(f"cell {number}: {lines} lines are more than {MAX_LINES}: split it")
        if (columns := max(map(len, cell.source.splitlines()))) > MAX_COLUMNS:
            raise Failure(f"cell {number}: a line has {columns} characters, not {MAX_COLUMNS}")
        for output in cell.outputs:
            texts = [output.get("text", ""), output.get("evalue", "")]
            texts += [str(t) for m, t in output.get("data", {}).items() if m.startswith("text/")]
            if found := MACHINE_PATH.search(PICTURE.sub("", "\n".join(texts))):
                raise Failure(f"cell {number}: its output holds a machine's path: {found[0]}")


@contextmanager
def copied(notebooks: Path, data: Path | None) -> Iterator[Path]:
    """A copy of the folder of notebooks, with the repository's lrlib, data, … beside it. Without
    `data` the stand-in is the only data set within reach."""
    (ROOT / "target").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="notebooks-", dir=ROOT / "target") as name:
        folder = Path(name) / "notebooks"
        shutil.copytree(notebooks, folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        if not (folder / "evcxr.toml").exists():
            shutil.copy(ROOT / "notebooks/evcxr.toml", folder)
        for entry in ROOT.iterdir():
            if entry.name not in ("notebooks", "data", "target") and entry.name[0] != ".":
                (Path(name) / entry.name).symlink_to(entry)
        (Path(name) / "data").mkdir()
        (Path(name) / "data/insects").symlink_to(ROOT / "data/insects")
        os.environ["LRLIB_DATA"] = str(data) if data else STAND_IN
        yield folder


async def collect_late(client: NotebookClient, cell: NotebookNode, wait: float) -> None:
    """Adds lines that arrive after the kernel has called the cell done, as lines on stderr may."""
    with suppress(Empty):
        while True:
            message = await client.kc.get_iopub_msg(timeout=wait)
            if message["msg_type"] == "stream":
                cell.outputs.append(nbformat.v4.output_from_msg(message))
            if LAST_LINE in message["content"].get("text", ""):
                return


async def execute(notebook: NotebookNode, folder: Path) -> None:
    """Runs the cells in order, up to the first that fails."""
    client = NotebookClient(
        notebook,
        kernel_name="rust",
        allow_errors=True,  # they are judged here
        timeout=CELL_LIMIT,
        startup_timeout=KERNEL_LIMIT,
        iopub_timeout=60,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    # One more cell writes a last line to stderr: whatever was written before has arrived by then.
    last = nbformat.v4.new_code_cell(f'eprintln!("{LAST_LINE}");')
    number, cells = 0, code_cells(notebook)
    notebook.cells.append(last)
    try:
        async with client.async_setup_kernel():
            for number, cell in enumerate(cells, 1):
                await client.async_execute_cell(cell, notebook.cells.index(cell))
                await collect_late(client, cell, 0.1)
                if why := failure(cell.outputs):
                    raise Failure(f"cell {number}: {why}")
                cell.outputs = in_order(cell.outputs)
            await client.async_execute_cell(last, len(notebook.cells) - 1)
            if LAST_LINE not in stream_text(last.outputs, "stderr"):
                await collect_late(client, last, 30)
            if (text := stream_text(last.outputs, "stderr")) != f"{LAST_LINE}\n":
                raise Failure(f"cell {number} or before: stderr: {one_line(text)}")
    except CellTimeoutError as error:
        raise Failure(f"cell {number}: not done after {CELL_LIMIT // 60} minutes") from error
    except (DeadKernelError, RuntimeError) as error:
        raise Failure(f"cell {number}: the kernel died: {one_line(str(error))}") from error
    finally:
        notebook.cells.remove(last)


def check(path: Path, data: Path | None) -> str:
    stored = load(path)
    check_form(path, stored)
    fresh = load(path)
    with copied(path.parent, data) as folder:
        asyncio.run(execute(fresh, folder))
    pairs = zip(code_cells(stored), code_cells(fresh), strict=True)
    for number, (old, new) in enumerate(pairs, 1):
        if data:
            old_kinds, new_kinds = (
                [kind for kind, _ in essence(cell.outputs, True) if kind.startswith("image/")]
                for cell in (old, new)
            )
            if old_kinds != new_kinds:
                raise Failure(f"cell {number}: figures are {new_kinds}, not {old_kinds}")
        elif what := difference(old.outputs, new.outputs, is_volatile(old)):
            raise Failure(f"cell {number}: {what}; if the fresh one is right: ci/notebooks write")
    return "passed"


def write(path: Path) -> str:
    stored, fresh = load(path), load(path)
    with copied(path.parent, None) as folder:
        asyncio.run(execute(fresh, folder))
    fresh.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Rust", "language": "rust", "name": "rust"},
            "language_info": LANGUAGE,
        }
    )
    fresh.nbformat_minor = 5
    for old, new in zip(stored.cells, fresh.cells, strict=True):
        new.metadata.pop("execution", None)
        new.setdefault("id", sha256(new.source.encode()).hexdigest()[:8])
        if new.cell_type == "code":
            new.execution_count = None
            if is_volatile(new) and not difference(old.outputs, new.outputs, True):
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


def main() -> int:
    parser = argparse.ArgumentParser(prog="ci/notebooks", description=__doc__.partition("\n")[0])
    actions = parser.add_subparsers(dest="action", required=True)
    for action, text in (("check", "execute and judge"), ("write", "execute and store outputs")):
        sub = actions.add_parser(action, help=text)
        sub.add_argument(
            "notebook", nargs="*", type=Path, help="all in notebooks/ if none is named"
        )
        if action == "check":
            sub.add_argument("--data", type=Path, help="other pictures: a folder with train/, val/")
    args = parser.parse_args()
    data = args.data.resolve() if args.action == "check" and args.data else None

    paths = [path.resolve() for path in args.notebook] or sorted(ROOT.glob("notebooks/*.ipynb"))
    problem = None
    if not paths:
        problem = "notebooks/: there is no notebook in it"
    elif not SPEC.exists():
        problem = f"{SPEC}: the Rust kernel is not registered: run 'ci/setup'"
    elif not (data or (ROOT / "data/insects").is_dir()):
        problem = "data/insects: no such folder: run 'ci/setup --stand-in'"
    elif data and not ((data / "train").is_dir() and (data / "val").is_dir()):
        problem = f"{data}: no folder with train/ and val/ in it"
    if problem:
        print(f"ci/notebooks: {problem}", file=sys.stderr)
        return 1

    os.environ["JUPYTER_PATH"] = str(SPEC.parents[2])
    failed = 0
    for path in paths:
        start = time.monotonic()
        try:
            result = check(path, data) if args.action == "check" else write(path)
            print(f"{path.name}: {result} in {time.monotonic() - start:.0f} s", flush=True)
        except Failure as why:
            failed += 1
            print(f"{path.name}, {why}", file=sys.stderr, flush=True)
    tidy()
    print(f"{len(paths) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
