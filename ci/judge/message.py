"""An error of one line."""

import re

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")  # what colours a text in a terminal


class Failure(Exception):
    """What is wrong with a notebook, in one line."""


def one_line(text: str, limit: int = 300) -> str:
    """Returns the text without colours and line ends, cut at `limit` characters."""
    line = " ".join(ESCAPES.sub("", text).split())
    return line if len(line) <= limit else line[:limit] + " …"
