"""Starts the kernel: this process becomes it."""

import ctypes
import json
import os
import signal
import socket
import sys
from pathlib import Path

from kernel.cargo_home import cargo_home
from kernel.copies import private_copy
from kernel.toolchain import rust_sources, standard_library

IN_PLACE = "LRLIB_KERNEL_FOLDER"  # names a build folder to use as it is, without a copy


def launch(kernel: str, connection_file: str, parent: int) -> None:
    """Becomes the kernel, in a private copy of the prepared folder."""
    end_with_parent(parent)
    hold_ports(connection_file)
    folder = os.environ.pop(IN_PLACE, None)
    copy = Path(folder) if folder else private_copy()
    os.environ["EVCXR_TMPDIR"] = str(copy / "ctx")
    os.environ["RUST_SRC_PATH"] = str(rust_sources())
    os.environ["CARGO_HOME"] = str(cargo_home())
    name, library = standard_library()
    os.environ[name] = os.pathsep.join(filter(None, [library, os.environ.get(name)]))
    # Before rustup's proxies on the PATH, which look up the wanted toolchain at every call.
    tools = Path(library).parents[3] / "bin"
    os.environ["PATH"] = os.pathsep.join([str(tools), os.environ["PATH"]])
    # All that the kernel prints on its own standard output is which configuration it has read.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    os.execv(kernel, [kernel, "--control_file", connection_file])


def end_with_parent(parent: int) -> None:
    """Asks the system to kill this process when its parent ends, however that ends: a kernel
    without a server would run forever, and keep its folder. Only Linux can do this."""
    if sys.platform != "linux":
        return
    set_parent_death_signal = 1  # PR_SET_PDEATHSIG of prctl(2)
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the process that started this kernel has ended")  # before we asked


def hold_ports(connection_file: str) -> None:
    """Binds the kernel's ports, so that the system gives none of them to another process before the
    kernel listens there. The kernel can still bind them, as both sides set SO_REUSEADDR. This works
    on Linux only."""
    if sys.platform != "linux":
        return
    connection = json.loads(Path(connection_file).read_text(encoding="utf-8"))
    for name in ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"):
        holder = socket.socket()
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            holder.bind((connection["ip"], connection[name]))
        except OSError as error:
            sys.exit(f"port {connection[name]} of the kernel: {error.strerror}; start it again")
        os.set_inheritable(holder.detach(), True)
