"""The kernels' private copies: nobody else can read them, and no kernel leaves one behind."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest
from collections.abc import Callable
from pathlib import Path

CI = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CI))

from kernel.copies import COPIES, tidy  # noqa: E402
from kernel.paths import ROOT  # noqa: E402

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


class CopyTest(unittest.TestCase):
    """In a cache of its own, where nothing is prepared yet: the copy is an empty build folder."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.cache = Path(folder.name)
        self.copies = self.cache / "lrlib/kernels"

    def run_here(self, *lines: str) -> subprocess.CompletedProcess[str]:
        script = ["import os, sys", "sys.path.insert(0, sys.argv[1])", "from kernel import copies"]
        command = [sys.executable, "-c", "\n".join([*script, *lines]), str(CI)]
        env = {**os.environ, "XDG_CACHE_HOME": str(self.cache)}
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    def assert_swept(self) -> None:
        self.assertTrue(wait_until(lambda: not any(self.copies.iterdir())))

    def test_nobody_else_can_read_it(self) -> None:
        self.copies.mkdir(parents=True)
        self.copies.chmod(0o777)  # as an earlier version may have left it
        answer = self.run_here("os.umask(0)", "print(os.listdir(copies.private_copy()))")
        self.assertIn("ctx", answer.stdout, answer.stderr)
        self.assertEqual(stat.S_IMODE(self.copies.stat().st_mode), 0o700)
        self.assert_swept()

    def test_a_kernel_killed_while_it_is_copied_leaves_nothing(self) -> None:
        answer = self.run_here(
            "copies.fill = lambda copy, source: (copy.mkdir(), os.kill(os.getpid(), 9))",
            "copies.private_copy()",
        )
        self.assertEqual(answer.returncode, -signal.SIGKILL, answer.stderr)
        self.assert_swept()


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
        swept = wait_until(lambda: not any(path.exists() for path in self.left))
        self.assertTrue(swept, "its folder is still there")

    def test_a_killed_kernel_leaves_nothing(self) -> None:
        os.kill(self.kernel, signal.SIGKILL)
        self.assert_swept()

    def test_a_killed_server_takes_its_kernel_along(self) -> None:
        self.server.kill()
        self.assert_swept()


if __name__ == "__main__":
    unittest.main()
