"""Builds and installs what the programs of ci/bench need."""

import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.programs import HERE, PEERS, PROGRAMS, ROOT, WORK, Program

PACKAGES = [
    "torch==2.13.0",
    "torchvision==0.28.0",
    "pillow==13.0.0",
    "numpy==2.4.6",
    "scikit-learn==1.9.1",
]


def set_up(programs: set[str], folder: Path) -> None:
    """Makes these programs ready for the pictures in `folder`."""
    WORK.mkdir(parents=True, exist_ok=True)
    build("-p", "benchmarks", "--bins")
    if "rust" in programs:
        build("--manifest-path", HERE / "peers/Cargo.toml", "--target-dir", WORK)
    if "python" in programs:
        install_packages()
    if "kernel" in programs and not PROGRAMS["kernel"][0].is_file():
        sys.exit("ci/bench: the notebook kernel is missing; run ci/setup first")
    pixels = Program("lrlib", folder, "pixels")  # writes the pixels to a file, for the peers
    pixels.seconds()
    pixels.end()


def build(*what: object) -> None:
    command = ["cargo", "build", "-q", "--release", "--locked", *map(str, what)]
    subprocess.run(command, check=True, cwd=ROOT)


def install_packages() -> None:
    stamp, wanted = PEERS / "packages.txt", "\n".join(PACKAGES)
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print("ci/bench: installing the Python peers in .venv-peers (minutes, 6 GB)", file=sys.stderr)
    venv.create(PEERS, with_pip=True, clear=True)
    subprocess.run([PEERS / "bin/python", "-m", "pip", "install", "-q", *PACKAGES], check=True)
    stamp.write_text(wanted)
