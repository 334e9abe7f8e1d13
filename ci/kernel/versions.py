"""The versions that the kernel compiles, and a comparison with what it has compiled.

lrlib's are those of this repository's Cargo.lock. What a notebook names besides (candle, linfa) has
the versions that ci/bench compares lrlib with, those of PEERS' Cargo.lock. If both lock a crate, in
versions that Cargo takes for compatible, ours counts.
"""

import re
import sys
from pathlib import Path

from kernel.paths import ROOT

PEERS = ROOT / "ci/benchmarks/peers"
LOCKS = (ROOT / "Cargo.lock", PEERS / "Cargo.lock")


def locked_versions() -> str:
    """Returns one Cargo.lock from those in LOCKS, the first of which counts most."""
    locks = [packages(path.read_text(encoding="utf-8")) for path in LOCKS]
    chosen = {series(*package): package for lock in reversed(locks) for package in lock}
    blocks = {}
    for lock in reversed(locks):
        only = dict(lock.keys())  # the version of a name that a lock has only once

        def with_version(match: re.Match, only: dict[str, str] = only) -> str:
            name, _, version = match[1].partition(" ")
            return ' "{} {}",'.format(*chosen[series(name, version or only[name])])

        for package, block in lock.items():
            if chosen[series(*package)] == package:
                blocks[package] = re.sub(r'^ "(.+)",$', with_version, block, flags=re.M)
    return "version = 4\n\n" + "\n".join(blocks[package] for package in sorted(blocks))


def packages(lock: str) -> dict[tuple[str, str], str]:
    """Returns the blocks of a Cargo.lock by name and version."""
    blocks = re.findall(r"^\[\[package\]\]\n(?:.+\n)+", lock, re.M)
    heads = (re.search(r'^name = "(.+)"\nversion = "(.+)"$', block, re.M) for block in blocks)
    return {(head[1], head[2]): block for head, block in zip(heads, blocks, strict=True)}


def series(name: str, version: str) -> tuple[str, str]:
    """Returns the name with the part of the version that is the same in compatible versions."""
    return name, re.match(r"0\.0\.\d+|0\.\d+|\d+", version)[0]


def different_versions(compiled: str, locked_here: str) -> list[str]:
    """Returns the packages of the kernel's Cargo.lock that ours does not have. `ctx` and `keep` are
    the kernel's own."""

    def versions(lock: str) -> set[str]:
        packages = re.findall(r'^name = "(.+)"\nversion = "(.+)"$', lock, re.MULTILINE)
        return {f"{name} {version}" for name, version in packages if name not in ("ctx", "keep")}

    return sorted(versions(compiled) - versions(locked_here))


def check_versions(folder: Path) -> None:
    """Ends this process with a message if this build folder has other versions than the locked."""
    compiled = folder / "Cargo.lock"
    if different := different_versions(compiled.read_text(), locked_versions()):
        sys.exit(
            f"{compiled}: the kernel compiled {', '.join(different)}, which is not in"
            f" {' or '.join(str(path.relative_to(ROOT)) for path in LOCKS)};"
            f" remove {folder}, then run ci/setup again"
        )
