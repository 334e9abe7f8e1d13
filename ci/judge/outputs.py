"""What a cell's outputs mean: whether the cell failed, and whether two runs of it differ."""

import base64
import re
import struct

import nbformat
from nbformat import NotebookNode

from judge.message import ESCAPES, Failure, one_line

# A figure of lrlib's, within its HTML: PNG, or JPEG if it shows photographs.
PICTURE = re.compile(r'(?<=src="data:image/)(png|jpeg);base64,([^"]+)')
PANIC = re.compile(r"panicked at .*?\n(.*?)(?:\nstack backtrace:|\nnote: |$)", re.S)


def stream_text(outputs: list[NotebookNode], name: str) -> str:
    return "".join(o.text for o in outputs if o.output_type == "stream" and o.name == name)


def has_failed(outputs: list[NotebookNode]) -> bool:
    """Returns whether there is an error, or anything on stderr, even an empty line."""
    return any(o.output_type == "error" or o.get("name") == "stderr" for o in outputs)


def failure(outputs: list[NotebookNode]) -> str | None:
    """Returns why the cell failed, or None if it did not."""
    stderr = stream_text(outputs, "stderr")
    if panic := PANIC.search(stderr):
        return f"panic: {one_line(panic[1])}"
    if errors := [o.evalue for o in outputs if o.output_type == "error"]:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        return f"error: {one_line(errors[0])}{more}"
    if has_failed(outputs):
        return f"stderr: {one_line(stderr) or 'an empty line'}"
    shown = [str(t) for o in outputs for t in o.get("data", {}).values()]
    if "EVCXR_" in stream_text(outputs, "stdout") + "".join(shown):
        return "the kernel's own marker is in the output: end every print with a newline"
    return None


def in_order(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Returns the printed lines as one output, those on stderr as another, then the results: the
    kernel sends lines one by one, in no fixed order."""
    texts = {name: stream_text(outputs, name) for name in ("stdout", "stderr")}
    new = nbformat.v4.new_output
    streams = [new("stream", name=name, text=text) for name, text in texts.items() if text]
    return streams + [o for o in outputs if o.output_type != "stream"]


def png_size(data: str) -> tuple[int, int]:
    head = base64.b64decode("".join(data.split()))[:24]
    if not head.startswith(b"\x89PNG\r\n\x1a\n") or len(head) < 24:
        raise Failure("image/png output that is not a PNG")
    return struct.unpack(">II", head[16:])


def essence(outputs: list[NotebookNode], volatile: bool) -> list[tuple[str, str]]:
    """Returns what stored and fresh outputs must have in common: (kind, content) of each."""
    parts = []
    for output in in_order(outputs):
        if output.output_type == "stream":
            # A panic's text also names the thread's number.
            text = failure([output]) if PANIC.search(output.text) else output.text
            parts.append(("printed text" if output.name == "stdout" else "stderr", text))
        if output.output_type == "error":
            text = "\n".join([output.evalue, *output.traceback])
            parts.append(("error", ESCAPES.sub("", text)))
        for mime, data in sorted(output.get("data", {}).items()):
            found = PICTURE.findall(str(data))
            pictures = [data] if mime == "image/png" else [p for kind, p in found if kind == "png"]
            parts += [("image/png", "{} × {} pixels".format(*png_size(p))) for p in pictures]
            if mime != "image/png":
                text = "" if mime.startswith("image/") else PICTURE.sub(r"\1", str(data))
                parts.append((mime, text))
    return [(kind, "") for kind, _ in parts] if volatile else parts


def difference(stored: list[NotebookNode], fresh: list[NotebookNode], volatile: bool) -> str | None:
    """Returns the first difference that counts, or None."""
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
