"""Starts the Rust kernel in a private copy of a prepared build folder.

A kernel that starts from nothing compiles every dependency of the notebooks: more than a minute.
`prepare` compiles them once, in the user's cache; `run` gives each kernel a copy of its own, since
two kernels must never share a build folder. The folder is a small Cargo workspace:

    Cargo.toml, Cargo.lock   the build settings, and the very versions this repository has locked
    ctx/                     the kernel's own crate: the cells, one at a time (EVCXR_TMPDIR)
    keep/                    may depend on lrlib, so that Cargo keeps all of lrlib's locked versions

The kernel reads the sources of all crates it finds, to know the types of variables, and that takes
most of its start. `keep` depends on lrlib only optionally: this keeps the versions, and there is
nothing to read before the first `:dep`. Which crates there are it learns from `ci/cargo.py`, which
leaves out what no cell can name; and of Rust's own sources it gets a copy of core, alloc and std
alone, without `core::arch` (the instructions of all processors) and, in the integers' macros,
without what says nothing of types: a third of the text.

    .venv/bin/python ci/kernel.py register KERNEL    write the kernelspec into .venv
    .venv/bin/python ci/kernel.py prepare            compile the dependencies; skipped when done
    .venv/bin/python ci/kernel.py run KERNEL FILE    what the kernelspec calls
    .venv/bin/python ci/kernel.py tidy               remove the copies of kernels that have ended
    .venv/bin/python ci/kernel.py versions           compare what it compiled with Cargo.lock
"""

import ctypes
import fcntl
import functools
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lrlib"
COPIES = CACHE / "kernels"
CARGO_HOME = CACHE / "cargo"  # one for all clones: Cargo compiles anew where this path changes
KEPT_FOR = 14 * 24 * 3600  # seconds after which an unused prepared folder is removed
COMPILE_LIMIT = 30 * 60  # seconds
IN_PLACE = "LRLIB_KERNEL_FOLDER"  # set by `prepare`: a build folder to use as it is, not to copy

# The cells keep overflow checks and debug assertions; the library below runs as in a release, one
# unit of code to a crate, so it needs no optimisation at link time. A cell is compiled without that
# too, and not incrementally: both take longer than they save. At level 1 it takes what the library
# has compiled; at 2 rustc compiles it anew, a quarter longer a cell, for loops that are hardly
# faster. At 0 a loop written in a cell takes ten times as long.
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
# Lines of Rust's own sources that say nothing of types. The kernel reads what macros write time and
# again, and those of the integers write their documentation for each of twelve types.
ATTRIBUTES = re.compile(
    r"^ *#\[(?:stable|must_use|inline|track_caller|rustc_const_(?:un)?stable)\b[^]]*\]\n", re.M
)
COMMENTS = re.compile(r"^ *(?://.*|#\[doc = .*\])\n", re.M)
COMMENTED_BY_MACROS = ("int_macros.rs", "uint_macros.rs")  # elsewhere macros take attributes
KEEP = """\
[package]
name = "keep"
edition = "2024"

[dependencies]
lrlib = {{ path = {}, optional = true }}
"""


SPEC = ROOT / ".venv/share/jupyter/kernels/rust/kernel.json"


def digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def dep_lines() -> list[str]:
    """The `:dep` lines of all notebooks, the library's own first."""
    lines = {':dep lrlib = { path = "../lrlib" }': None}
    for path in sorted(ROOT.glob("notebooks/*.ipynb")):
        with suppress(ValueError, KeyError):  # what is no notebook has no such lines
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
                text = "".join(cell["source"])
                lines.update(dict.fromkeys(s for s in text.splitlines() if s.startswith(":dep ")))
    return list(lines)


@functools.cache
def compiler() -> str:
    """Which Rust this is."""
    return subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout


def prepared() -> Path:
    """Where the build folder for these locked versions and this compiler lies, or will."""
    kernel = json.loads(SPEC.read_text(encoding="utf-8"))["argv"][-2]
    manifests = [(ROOT / name).read_bytes() for name in ("Cargo.lock", "lrlib/Cargo.toml")]
    return CACHE / f"prepared-{digest(compiler(), kernel, manifests, WORKSPACE, CARGO_HOME)}"


def sources_state() -> str:
    """Changes with lrlib, with where it lies, and with the notebooks' `:dep` lines: what changed is
    then compiled again, and the rest is kept. A file counts as changed when Cargo says so, by its
    time: an edit undone would else be compiled in the first cell of every kernel to come."""
    files = [ROOT / "README.md", *sorted(ROOT.glob("lrlib/src/**/*.rs"))]
    times = [(path.name, path.stat().st_mtime_ns) for path in files if path.exists()]
    return digest(str(ROOT), dep_lines(), times)


def register(kernel: str) -> None:
    """Writes the kernelspec, in .venv alone. Its environment keeps the user's own settings of
    this kernel out, and keeps the kernel from updating a kernelspec in the user's home."""
    jupyter_path = SPEC.parents[2]
    spec = {
        "argv": [sys.executable, __file__, "run", kernel, "{connection_file}"],
        "display_name": "Rust",
        "language": "rust",
        "interrupt_mode": "message",
        "env": {
            "JUPYTER_PATH": str(jupyter_path),
            "EVCXR_CONFIG_DIR": str(SPEC.parent / "none"),
            "RUST_BACKTRACE": "0",  # of the kernel itself; cells have theirs in any case
        },
    }
    text = json.dumps(spec, indent=2) + "\n"
    if SPEC.exists() and SPEC.read_text(encoding="utf-8") == text:
        return
    print("set-up: registering the Rust kernel in .venv", flush=True)
    env = {**os.environ, "JUPYTER_PATH": str(jupyter_path)}
    subprocess.run([kernel, "--install"], env=env, stdout=subprocess.DEVNULL, check=True)
    SPEC.write_text(text, encoding="utf-8")


def rust_sources() -> Path:
    """Rust's own sources for the kernel: core, alloc and std; copied when they are missing."""
    left_out = (ATTRIBUTES, COMMENTS, COMMENTED_BY_MACROS)
    copy = CACHE / f"rust-{digest(compiler(), left_out)}"
    if copy.is_dir():
        os.utime(copy)
        return copy
    sysroot = subprocess.check_output(["rustc", "--print=sysroot"], text=True).strip()
    library = Path(sysroot) / "lib/rustlib/src/rust/library"
    if not library.is_dir():
        print(
            "set-up: adding Rust's own sources to Rust (rustup component add rust-src)", flush=True
        )
        with suppress(FileNotFoundError):
            subprocess.run(["rustup", "component", "add", "rust-src"], check=False)
    if not library.is_dir():
        sys.exit(
            f"set-up: {library} is missing, Rust's own sources, without which the kernel knows no"
            " types: install them, 'rustup component add rust-src' or 'sudo apt install rust-src'"
        )
    part = copy.with_name(copy.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    for name in ("core", "alloc", "std"):
        shutil.copytree(library / name / "src", part / name / "src")
    for name in COMMENTED_BY_MACROS:
        for path in part.rglob(name):
            text = ATTRIBUTES.sub("", path.read_text(encoding="utf-8"))
            path.write_text(COMMENTS.sub("", text), encoding="utf-8")
    part.rename(copy)
    return copy


def cargo_home() -> Path:
    """The user's own, by links, but for `bin/cargo`: where it looks for types, the kernel prefers
    that to the Cargo on the PATH. It is called ten times in a start, hence no `env`, no `site`."""
    (CARGO_HOME / "bin").mkdir(parents=True, exist_ok=True)
    shared = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo").iterdir()
    wanted = {CARGO_HOME / path.name: path for path in shared if path.name != "bin"}
    for link, path in wanted.items():
        if not link.exists() or (link.is_symlink() and link.readlink() != path):
            new = CARGO_HOME / uuid.uuid4().hex
            new.symlink_to(path)
            new.replace(link)
    cargo, new = CARGO_HOME / "bin/cargo", CARGO_HOME / uuid.uuid4().hex
    _, _, program = (ROOT / "ci/cargo.py").read_text(encoding="utf-8").partition("\n")
    new.write_text(f"#!{Path(sys.executable).resolve()} -IS\n{program}", encoding="utf-8")
    new.chmod(0o755)
    new.replace(cargo)
    return CARGO_HOME


@contextmanager
def locked(name: str, how: int) -> Iterator[None]:
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / name).open("w") as file:
        fcntl.flock(file, how)
        yield


def fill(folder: Path, source: Path) -> None:
    """Makes `folder` a build folder: a copy of `source` if that exists, else an empty one. What
    Cargo compiled of a released crate it never writes again: a link does, in a fifth of the time.
    """
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
    (folder / "keep/Cargo.toml").write_text(KEEP.format(json.dumps(str(ROOT / "lrlib"))))
    (folder / "keep/src/lib.rs").touch()
    if not (folder / "Cargo.lock").exists():
        shutil.copy(ROOT / "Cargo.lock", folder)


def tidy() -> None:
    """Removes the copies whose kernel has ended: its lock is free then."""
    with suppress(BlockingIOError), locked("copies.lock", fcntl.LOCK_EX | fcntl.LOCK_NB):
        for path in COPIES.glob("*.lock"):
            with suppress(BlockingIOError), path.open() as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path.with_suffix(""), ignore_errors=True)
                path.unlink()


def different_versions(compiled: str, locked_here: str) -> list[str]:
    """What the kernel's Cargo.lock has and ours has not; `ctx` and `keep` are the kernel's own."""

    def versions(lock: str) -> set[str]:
        packages = re.findall(r'^name = "(.+)"\nversion = "(.+)"$', lock, re.MULTILINE)
        return {f"{name} {version}" for name, version in packages if name not in ("ctx", "keep")}

    return sorted(versions(compiled) - versions(locked_here))


def check_versions(folder: Path) -> None:
    compiled, locked_here = (path / "Cargo.lock" for path in (folder, ROOT))
    if different := different_versions(compiled.read_text(), locked_here.read_text()):
        sys.exit(
            f"{compiled}: the kernel was given {', '.join(different)}, which Cargo.lock does not"
            f" name; remove {folder}, then run ci/setup again"
        )


def end_with_parent() -> None:
    """Lets the system end this process with the one that started it, however that ends: a kernel
    without a server would run for ever, and keep its folder. Linux alone can."""
    if sys.platform == "linux":
        set_parent_death_signal = 1  # PR_SET_PDEATHSIG of prctl(2)
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)


def watch(lock: Path) -> None:
    """Removes what kernels have left that have ended, now, and this kernel's when it ends."""
    tidy()
    with suppress(FileNotFoundError), lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
    tidy()


def aside(work: Callable[[], None]) -> None:
    """Does `work` in a process of its own, which nobody waits for, which holds no file of ours, and
    which no signal to us ends."""
    if child := os.fork():
        os.waitpid(child, 0)
        return
    try:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 1 << 12)  # far more than are open so soon
            work()
    finally:
        os._exit(0)


def hold_ports(connection_file: str) -> None:
    """Takes the kernel's ports, which are only chosen yet, so that no other kernel is given one of
    them until this one listens there: it may, as both share the address. On Linux alone."""
    if sys.platform != "linux":
        return
    connection = json.loads(Path(connection_file).read_text(encoding="utf-8"))
    for name in ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"):
        holder = socket.socket()
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            holder.bind((connection["ip"], connection[name]))
        except OSError as error:
            sys.exit(f"the kernel's port {connection[name]}: {error.strerror}; start it once more")
        os.set_inheritable(holder.detach(), True)


def standard_library() -> tuple[str, str]:
    """The folder of Rust's standard library, and the variable by which a cell finds it. A cell is a
    shared object that has a relative path to it, which the kernel breaks by moving the cell up one
    folder. Below / that goes unnoticed; below a home it fails."""
    name = "DYLD_LIBRARY_PATH" if sys.platform == "darwin" else "LD_LIBRARY_PATH"
    command = ["rustc", "--print=target-libdir"]
    return name, subprocess.check_output(command, text=True).strip()


def run(kernel: str, connection_file: str) -> None:
    """Becomes the kernel. The lock on its folder is handed on, and ends with the process."""
    hold_ports(connection_file)
    if folder := os.environ.pop(IN_PLACE, None):
        copy = Path(folder)
    else:
        COPIES.mkdir(parents=True, exist_ok=True)
        copy = COPIES / uuid.uuid4().hex
        with locked("copies.lock", fcntl.LOCK_SH):
            lock = os.open(copy.with_suffix(".lock"), os.O_CREAT | os.O_RDWR)
            fcntl.flock(lock, fcntl.LOCK_EX)
            os.set_inheritable(lock, True)
            fill(copy, prepared())
        aside(functools.partial(watch, copy.with_suffix(".lock")))
    os.environ["EVCXR_TMPDIR"] = str(copy / "ctx")
    os.environ["RUST_SRC_PATH"] = str(rust_sources())
    os.environ["CARGO_HOME"] = str(cargo_home())
    name, library = standard_library()
    os.environ[name] = os.pathsep.join(filter(None, [library, os.environ.get(name)]))
    # Ahead of rustup's stand-ins, which look up at each call which Rust is meant.
    tools = Path(library).parents[3] / "bin"
    os.environ["PATH"] = os.pathsep.join([str(tools), os.environ["PATH"]])
    end_with_parent()
    # On its own standard output the kernel only names the configuration that it has read.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    os.execv(kernel, [kernel, "--control_file", connection_file])


def compile_lines(folder: Path, lines: list[str]) -> str:
    """Lets the kernel itself compile these `:dep` lines in `folder`; returns what went wrong."""
    from jupyter_client.manager import start_new_kernel  # noqa: PLC0415 (slow, `run` needs none)

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


def prepare() -> None:
    target, state = prepared(), sources_state()
    done = target / "sources-state"
    with locked("prepare.lock", fcntl.LOCK_EX):
        tidy()
        rust_sources()
        for old in [*CACHE.glob("prepared-*"), *CACHE.glob("rust-*")]:
            if old.name.endswith(".part") or time.time() - old.stat().st_mtime > KEPT_FOR:
                shutil.rmtree(old)
        if done.exists() and done.read_text() == state:
            return
        wait = "about a minute" if target.exists() else "3 to 6 minutes the first time"
        print(f"set-up: compiling what the notebooks need, {wait}", flush=True)
        part = target.with_name(target.name + ".part")
        fill(part, target)
        lines = dep_lines()
        problem = compile_lines(part, lines)
        if problem and len(lines) > 1:
            print(f"set-up: a :dep line of a notebook does not compile: {problem}", flush=True)
            problem = compile_lines(part, lines[:1])
        if problem:
            sys.exit(f"set-up: lrlib does not compile in the Rust kernel: {problem}")
        check_versions(part)
        (part / "sources-state").write_text(state)
        with locked("copies.lock", fcntl.LOCK_EX):
            if target.exists():
                shutil.rmtree(target)
            part.rename(target)


def main() -> None:
    match sys.argv[1:]:
        case ["register", kernel]:
            register(kernel)
        case ["prepare"]:
            prepare()
        case ["run", kernel, connection_file]:
            run(kernel, connection_file)
        case ["tidy"]:
            tidy()
        case ["versions"]:
            check_versions(prepared())
        case _:
            sys.exit(
                "usage: ci/kernel.py register KERNEL | prepare | run KERNEL FILE | tidy | versions"
            )


if __name__ == "__main__":
    main()
