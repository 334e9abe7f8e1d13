"""The CARGO_HOME of the kernels: the user's own, with another Cargo for the search for types.

In that search the kernel prefers the Cargo in CARGO_HOME to the one on the PATH, so this folder has
cargo.py as its `bin/cargo`. All else in it is a link into the user's CARGO_HOME. All clones share
the folder, as Cargo compiles everything again when its path changes.
"""

import os
import sys
import uuid
from pathlib import Path

from kernel.paths import CACHE

CARGO_HOME = CACHE / "cargo"


def cargo_home() -> Path:
    """Returns the folder, after bringing it up to date."""
    (CARGO_HOME / "bin").mkdir(parents=True, exist_ok=True)
    users = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    for path in users.iterdir():
        link = CARGO_HOME / path.name
        if path.name == "bin" or (link.is_symlink() and link.readlink() == path):
            continue
        if link.is_symlink() or not link.exists():
            new = CARGO_HOME / uuid.uuid4().hex
            new.symlink_to(path)
            new.replace(link)
    # A start of the kernel calls it ten times, so it skips `env`, and Python's `site` by -S.
    _, _, program = Path(__file__).with_name("cargo.py").read_text(encoding="utf-8").partition("\n")
    new = CARGO_HOME / uuid.uuid4().hex
    new.write_text(f"#!{Path(sys.executable).resolve()} -IS\n{program}", encoding="utf-8")
    new.chmod(0o755)
    new.replace(CARGO_HOME / "bin/cargo")
    return CARGO_HOME
