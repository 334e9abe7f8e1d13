"""The programs that ci/bench times: processes that do their work once for each line they read."""

import os
import resource
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
PEERS = ROOT / ".venv-peers"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
RELEASE = TARGET / "release"
WORK = TARGET / "peers"  # the Rust peers' build, and the files that the programs exchange
# Each takes DATA WORK ROW, does the work once for each line it reads, and prints the seconds.
PROGRAMS = {
    "lrlib": [RELEASE / "bench"],
    "python": [PEERS / "bin/python", HERE / "python_peers.py"],
    "rust": [WORK / "release/peers"],
    "kernel": [ROOT / ".venv/bin/python", HERE / "in_kernel.py"],
}
ENVIRONMENT = os.environ | dict.fromkeys(
    ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "2"
)
# A program keeps the memory that it frees until its next turn. A virtual machine may return such
# memory to its host within a second, and getting it back can take as long as the work itself.
KEEPING_MEMORY = {
    "GLIBC_TUNABLES": f"glibc.malloc.mmap_threshold={1 << 40}:glibc.malloc.trim_threshold={1 << 40}"
}


class Program:
    """One of PROGRAMS with one of its rows, waiting for its turn."""

    def __init__(self, name: str, folder: Path, row: str, **environment: str) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            [str(word) for word in (*PROGRAMS[name], folder, WORK, row)],
            stdin=pipe,
            stdout=pipe,
            text=True,
            bufsize=1,
            env=ENVIRONMENT | environment,
        )
        self.name = f"{name} {row}"

    def seconds(self) -> float:
        """Lets the program do its work once; returns how long that took."""
        with suppress(BrokenPipeError):
            self.process.stdin.write("\n")
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"ci/bench: {self.name} failed, see above")
        return float(answer)

    def end(self) -> resource.struct_rusage:
        """Ends the program; returns the time and memory that it used in all."""
        self.process.stdin.close()
        _, self.process.returncode, usage = os.wait4(self.process.pid, 0)
        return usage
