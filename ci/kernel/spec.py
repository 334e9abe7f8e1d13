"""The kernelspec: the file that tells Jupyter how to start the kernel."""

import json
import os
import subprocess
import sys
from pathlib import Path

from kernel.paths import ROOT, SPEC


def register(kernel: str) -> None:
    """Writes the kernelspec, into .venv only. Its environment makes the kernel read this
    repository's settings for it, in whatever folder a notebook lies, and not the user's own; and it
    keeps the kernel from updating a kernelspec in the user's home."""
    jupyter_path = SPEC.parents[2]
    spec = {
        "argv": [sys.executable, str(Path(__file__).parent), "launch", kernel, "{connection_file}"],
        "display_name": "Rust",
        "language": "rust",
        "interrupt_mode": "message",
        "env": {
            "JUPYTER_PATH": str(jupyter_path),
            "EVCXR_CONFIG_DIR": str(ROOT / "notebooks"),  # for evcxr.toml
            "RUST_BACKTRACE": "0",  # for the kernel itself; cells print theirs in any case
        },
    }
    text = json.dumps(spec, indent=2) + "\n"
    if SPEC.exists() and SPEC.read_text(encoding="utf-8") == text:
        return
    print("set-up: registering the Rust kernel in .venv", flush=True)
    env = {**os.environ, "JUPYTER_PATH": str(jupyter_path)}
    subprocess.run([kernel, "--install"], env=env, stdout=subprocess.DEVNULL, check=True)
    SPEC.write_text(text, encoding="utf-8")


def registered_kernel() -> str:
    """Returns the path of the kernel's program, as the kernelspec has it."""
    return json.loads(SPEC.read_text(encoding="utf-8"))["argv"][-2]
