"""Compares the versions that the kernel compiled with this repository's Cargo.lock."""

import re
import sys
from pathlib import Path

from kernel.paths import ROOT


def different_versions(compiled: str, locked_here: str) -> list[str]:
    """Returns the packages of the kernel's Cargo.lock that ours does not have. `ctx` and `keep` are
    the kernel's own."""

    def versions(lock: str) -> set[str]:
        packages = re.findall(r'^name = "(.+)"\nversion = "(.+)"$', lock, re.MULTILINE)
        return {f"{name} {version}" for name, version in packages if name not in ("ctx", "keep")}

    return sorted(versions(compiled) - versions(locked_here))


def check_versions(folder: Path) -> None:
    """Ends this process with a message if this build folder has other versions than Cargo.lock."""
    compiled, locked_here = (path / "Cargo.lock" for path in (folder, ROOT))
    if different := different_versions(compiled.read_text(), locked_here.read_text()):
        sys.exit(
            f"{compiled}: the kernel compiled {', '.join(different)}, which is not in Cargo.lock;"
            f" remove {folder}, then run ci/setup again"
        )
