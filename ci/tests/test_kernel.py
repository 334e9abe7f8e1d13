"""The kernel's versions, what JupyterLab asks it, and what is left of a kernel that was killed."""

import asyncio
import os
import signal
import subprocess
import sys
import time
import unittest
from collections.abc import Callable
from pathlib import Path
from unittest.mock import MagicMock

from traitlets.config import PyFileConfigLoader

CI = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CI))

from kernel import COPIES, ROOT, different_versions, prepared, tidy  # noqa: E402

# Starts a kernel, lets it compile a cell, says so, and waits.
SERVER = """
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(startup_timeout=120, kernel_name="rust")
client.execute_interactive("let two = 1 + 1;", timeout=120)
print(manager.provisioner.pid, flush=True)
input()
"""


def wait_until(holds: Callable[[], bool]) -> bool:
    """Whether it came to hold within a minute."""
    end = time.monotonic() + 60
    while not (held := holds()) and time.monotonic() < end:
        time.sleep(0.1)
    return held


def is_gone(pid: int) -> bool:
    """No process has this number, or it has ended and waits for its parent to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


class VersionsTest(unittest.TestCase):
    def test_the_kernel_has_the_locked_versions(self) -> None:
        compiled, locked = ((path / "Cargo.lock").read_text() for path in (prepared(), ROOT))
        self.assertEqual(different_versions(compiled, locked), [])
        self.assertIn('name = "ndarray"', compiled)

    def test_one_that_differs_is_named(self) -> None:
        locked = (ROOT / "Cargo.lock").read_text()
        other = locked.replace('name = "ndarray"\nversion = "', 'name = "ndarray"\nversion = "9')
        self.assertRegex(different_versions(other, locked)[0], r"^ndarray 9\d+\.")


class ServerTest(unittest.TestCase):
    def test_the_control_channel_is_not_asked_whether_the_kernel_is_there(self) -> None:
        loader = PyFileConfigLoader("jupyter_server_config.py", str(ROOT / ".venv/etc/jupyter"))
        connection = loader.load_config().ServerApp.kernel_websocket_connection_class
        manager = MagicMock(ports=[])

        class Asking(connection):
            kernel_manager = manager

        async def ask() -> None:
            asking = Asking(kernel_info_timeout=1.0)
            asking.channels = {"iopub": MagicMock()}
            await asking.nudge()

        asyncio.run(ask())
        manager.connect_shell.assert_called()
        manager.connect_control.assert_not_called()


@unittest.skipUnless(sys.platform == "linux", "reads /proc")
class KilledTest(unittest.TestCase):
    def setUp(self) -> None:
        tidy()
        before = set(COPIES.glob("*"))
        env = {**os.environ, "JUPYTER_PATH": str(ROOT / ".venv/share/jupyter")}
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", SERVER]
        self.server = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=env)
        self.addCleanup(self.end_server)
        self.kernel = int(self.server.stdout.readline())
        self.left = set(COPIES.glob("*")) - before
        self.assertTrue(any(path.is_dir() for path in self.left))

    def end_server(self) -> None:
        self.server.kill()
        self.server.communicate()

    def assert_swept(self) -> None:
        self.assertTrue(wait_until(lambda: is_gone(self.kernel)), "the kernel still runs")

        def swept() -> bool:
            tidy()
            return not any(path.exists() for path in self.left)

        self.assertTrue(wait_until(swept), "its folder is still there")

    def test_a_killed_kernel_leaves_nothing(self) -> None:
        os.kill(self.kernel, signal.SIGKILL)
        self.assert_swept()

    def test_a_killed_server_takes_its_kernel_along(self) -> None:
        self.server.kill()
        self.assert_swept()


if __name__ == "__main__":
    unittest.main()
