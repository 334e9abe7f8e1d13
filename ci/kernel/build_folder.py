"""What a kernel's build folder holds, and how it is copied. It is a small Cargo workspace:

    Cargo.toml    the build settings
    Cargo.lock    the versions that this repository has locked
    ctx/          the kernel's own crate: the cells, one at a time (EVCXR_TMPDIR)
    keep/         depends on lrlib and on ci/bench's peers, so that Cargo keeps the locked versions
                  of all that they need

The kernel reads the sources of every crate of the workspace, to know the types of variables, and
that takes most of its start. `keep` has optional dependencies only: that keeps the versions, and
leaves nothing to read before the first `:dep`.
"""

import json
import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

from kernel.cargo_home import CARGO_HOME
from kernel.paths import CACHE, ROOT, digest
from kernel.spec import registered_kernel
from kernel.toolchain import compiler
from kernel.versions import LOCKS, PEERS, locked_versions

# Cells keep overflow checks and debug assertions; the libraries run as in a release build, with one
# codegen unit a crate, so that they need no optimisation at link time. Cells are compiled without
# that too, and not incrementally: both take longer than they save. At level 1 a cell uses what the
# library has compiled. At level 2 rustc compiles it again: a cell takes a quarter longer, and its
# loops are hardly faster. At level 0 a loop in a cell takes ten times as long.
WORKSPACE = """\
[workspace]
members = ["ctx", "keep"]
resolver = "3"

[profile.dev]
opt-level = 1
debug = false
strip = "debuginfo"
incremental = false
codegen-units = 4
lto = "off"
rpath = true

[profile.dev.package."*"]
opt-level = 3
debug-assertions = false
overflow-checks = false
codegen-units = 1
"""
KEEP = """\
[package]
name = "keep"
edition = "2024"

[dependencies]
lrlib = {{ path = {}, optional = true }}
peers = {{ path = {}, optional = true }}
"""


def prepared() -> Path:
    """Returns the path of the prepared folder for the locked versions and this compiler."""
    paths = [*LOCKS, ROOT / "lrlib/Cargo.toml", PEERS / "Cargo.toml"]
    manifests = [path.read_bytes() for path in paths]
    state = digest(compiler(), registered_kernel(), manifests, WORKSPACE, CARGO_HOME)
    return CACHE / f"prepared-{state}"


def fill(folder: Path, source: Path) -> None:
    """Makes `folder` a build folder: a copy of `source` if that exists, otherwise an empty one.
    Cargo never rewrites what it compiled of a released crate, so those files are hard links, which
    takes a fifth of the time."""
    lock = (source if source.is_dir() else ROOT) / "Cargo.lock"
    released = set(re.findall(r'^name = "(.+)"\nversion = ".+"\nsource', lock.read_text(), re.M))

    def copy_or_link(path: str, target: str) -> None:
        unit = re.search(r"/(?:\.fingerprint/|build/|deps/(?:lib)?)(.+?)-[0-9a-f]{16}", path)
        if unit and {unit[1], unit[1].replace("_", "-")} & released:
            with suppress(OSError):
                os.link(path, target)
                return
        shutil.copy2(path, target)

    if source.is_dir():
        shutil.copytree(source, folder, symlinks=True, copy_function=copy_or_link)
        os.utime(source)
    for member in ("ctx", "keep"):
        (folder / member / "src").mkdir(parents=True, exist_ok=True)
    (folder / "Cargo.toml").write_text(WORKSPACE)
    paths = (json.dumps(str(path)) for path in (ROOT / "lrlib", PEERS))
    (folder / "keep/Cargo.toml").write_text(KEEP.format(*paths))
    (folder / "keep/src/lib.rs").touch()
    if not (folder / "Cargo.lock").exists():
        (folder / "Cargo.lock").write_text(locked_versions())
