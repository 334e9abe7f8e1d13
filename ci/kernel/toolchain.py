"""Rust itself: its compiler, its standard library, and its own sources for the kernel.

To know the types of variables, the kernel reads the sources of core, alloc and std. That takes most
of its start, so it gets a copy without `core::arch` (the instructions of all processors), without
the other crates, and without those lines of the integers' macros that do not matter for types. A
third of the text is left.
"""

import functools
import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from kernel.paths import CACHE, digest

# The integers' macros repeat these lines for each of twelve types, and the kernel reads the result.
ATTRIBUTES = re.compile(
    r"^ *#\[(?:stable|must_use|inline|track_caller|rustc_const_(?:un)?stable)\b[^]]*\]\n", re.M
)
COMMENTS = re.compile(r"^ *(?://.*|#\[doc = .*\])\n", re.M)
INTEGER_MACROS = ("int_macros.rs", "uint_macros.rs")  # in other files, macros match on attributes


@functools.cache
def compiler() -> str:
    """Returns the compiler's version, with the commit it was built from."""
    return subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout


def standard_library() -> tuple[str, str]:
    """Returns the variable by which a cell finds Rust's standard library, and the library's folder.
    A cell is a shared object with a relative path to that folder, and the kernel breaks the path by
    moving the cell up one folder. In a folder directly below / the path still works, in a home it
    does not."""
    name = "DYLD_LIBRARY_PATH" if sys.platform == "darwin" else "LD_LIBRARY_PATH"
    command = ["rustc", "--print=target-libdir"]
    return name, subprocess.check_output(command, text=True).strip()


def rust_sources() -> Path:
    """Returns the folder with the copy of Rust's own sources, which it makes if it is missing."""
    copy = CACHE / f"rust-{digest(compiler(), ATTRIBUTES, COMMENTS, INTEGER_MACROS)}"
    if copy.is_dir():
        os.utime(copy)
        return copy
    library = installed_sources()
    part = copy.with_name(copy.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    for name in ("core", "alloc", "std"):
        shutil.copytree(library / name / "src", part / name / "src")
    for name in INTEGER_MACROS:
        for path in part.rglob(name):
            text = ATTRIBUTES.sub("", path.read_text(encoding="utf-8"))
            path.write_text(COMMENTS.sub("", text), encoding="utf-8")
    part.rename(copy)
    return copy


def installed_sources() -> Path:
    """Returns the folder of Rust's own sources, which rustup adds if they are missing."""
    sysroot = subprocess.check_output(["rustc", "--print=sysroot"], text=True).strip()
    library = Path(sysroot) / "lib/rustlib/src/rust/library"
    if not library.is_dir():
        command = ["rustup", "component", "add", "rust-src"]
        print(f"set-up: adding Rust's own sources ({' '.join(command)})", flush=True)
        with suppress(FileNotFoundError):
            subprocess.run(command, check=False)
    if not library.is_dir():
        sys.exit(
            f"set-up: {library}: Rust's own sources are missing, and the kernel needs them to know"
            " types; run 'rustup component add rust-src' or 'sudo apt install rust-src'"
        )
    return library
