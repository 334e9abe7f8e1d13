"""Compiles the notebooks' dependencies once, into the folder that every kernel gets a copy of."""

import fcntl
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kernel.build_folder import fill, prepared
from kernel.copies import IN_USE, locked, tidy
from kernel.launch import IN_PLACE
from kernel.paths import CACHE, ROOT, digest
from kernel.toolchain import rust_sources
from kernel.versions import check_versions

KEPT_FOR = 14 * 24 * 3600  # seconds after which an unused prepared folder is removed
COMPILE_LIMIT = 30 * 60  # seconds
# For a variable whose type it does not find, the kernel runs `cargo check`, which needs its own
# files of every library. The first wrong `let` would wait for them as long as for a set-up.
WRONG = "let wrong = 1 * 0.5;"


def prepare(everything: bool) -> None:
    """Makes the prepared folder and Rust's own sources, or brings them up to date: for lrlib, and
    with `everything` also for the crates that single notebooks ask for."""
    target, (lrlib, all_lines) = prepared(), sources_states()
    done = target / "sources-state"

    def states() -> list[str]:
        return done.read_text().splitlines() if done.exists() else []

    # Another process may be compiling the rest in the background, for minutes.
    if not everything and lrlib in states():
        return
    with locked("prepare.lock", fcntl.LOCK_EX):
        tidy()
        rust_sources()
        remove_old()
        if lrlib not in states():
            wait = "about a minute" if target.exists() else "3 to 5 minutes the first time"
            print(f"set-up: compiling what the notebooks need, {wait}", flush=True)
            with new_version(target, [lrlib]) as part:
                lines = dep_lines()[:1]
                if problem := compile_lines(part, lines):
                    sys.exit(f"set-up: lrlib does not compile in the Rust kernel: {problem}")
                compile_lines(part, [*lines, WRONG])
                check_versions(part)
        if everything and all_lines not in states():
            print("set-up: compiling what single notebooks need, for minutes once", flush=True)
            with new_version(target, [lrlib, all_lines]) as part:
                # Beside other crates, some of lrlib's get more features: a second build.
                if problem := compile_lines(part, dep_lines()):
                    print(f"set-up: a notebook's :dep line does not compile: {problem}", flush=True)
                check_versions(part)


@contextmanager
def new_version(target: Path, states: list[str]) -> Iterator[Path]:
    """Yields a copy of the prepared folder, which takes its place at the end."""
    part = target.with_name(target.name + ".part")
    fill(part, target)
    yield part
    (part / "sources-state").write_text("\n".join(states))
    with locked(IN_USE, fcntl.LOCK_EX):
        if target.exists():
            shutil.rmtree(target)
        part.rename(target)


def remove_old() -> None:
    """Removes unfinished folders, and those that no kernel has used for a while."""
    for old in [*CACHE.glob("prepared-*"), *CACHE.glob("rust-*")]:
        if old.name.endswith(".part") or time.time() - old.stat().st_mtime > KEPT_FOR:
            shutil.rmtree(old)


def dep_lines(notebooks: Path = ROOT / "notebooks") -> list[str]:
    """Returns the `:dep` lines of all notebooks, the library's own first, with paths from the
    notebooks' folder, also those of the solutions, which lie one folder deeper."""
    lines = {':dep lrlib = { path = "../lrlib" }': None}
    for folder, up in ((notebooks, "../"), (notebooks / "solutions", "../../")):
        for path in sorted(folder.glob("*.ipynb")):
            with suppress(ValueError, KeyError):  # a file that is not a notebook has no such lines
                for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
                    tags = cell.get("metadata", {}).get("tags", [])
                    if cell["cell_type"] != "code" or "raises-exception" in tags:
                        continue
                    found = re.findall("^:dep .*$", "".join(cell["source"]), re.M)
                    lines.update({line.replace(f'"{up}', '"../'): None for line in found})
    return list(lines)


def sources_states() -> tuple[str, str]:
    """Returns a text that changes with lrlib and its path, and one that changes with the `:dep`
    lines too; what changed is then compiled again, and the rest is kept. Files count by their time
    of change, as for Cargo: after an edit and its undoing, every kernel's first cell would
    otherwise compile them again."""
    files = [ROOT / "README.md", *sorted(ROOT.glob("lrlib/src/**/*.rs"))]
    times = [(path.name, path.stat().st_mtime_ns) for path in files if path.exists()]
    return digest(str(ROOT), WRONG, times), digest(str(ROOT), WRONG, times, dep_lines())


def compile_lines(folder: Path, lines: list[str]) -> str:
    """Has the kernel compile these `:dep` lines in `folder`; returns what went wrong, or ""."""
    from jupyter_client.manager import start_new_kernel  # noqa: PLC0415 (slow; a launch skips it)

    problems: list[str] = []

    def listen(message: dict) -> None:
        content = message["content"]
        if message["msg_type"] == "error":
            problems.append(content["evalue"])
        elif message["msg_type"] == "stream" and content["name"] == "stderr":
            problems.append(content["text"])

    env = {**os.environ, IN_PLACE: str(folder)}
    try:
        manager, client = start_new_kernel(
            startup_timeout=COMPILE_LIMIT, kernel_name="rust", env=env, cwd=str(ROOT / "notebooks")
        )
    except RuntimeError as error:
        return str(error)
    try:
        client.execute_interactive(
            "\n".join(lines), timeout=COMPILE_LIMIT, output_hook=listen, allow_stdin=False
        )
    except TimeoutError:
        problems.append(f"not compiled after {COMPILE_LIMIT // 60} minutes")
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
    return " ".join("".join(problems).split())
