"""Which folder the cache is: everyone must agree, and a relative XDG_CACHE_HOME is ignored."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CI = Path(__file__).resolve().parent.parent


class CacheTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.cache = self.folder / "home/.cache/lrlib"
        self.cache.mkdir(parents=True)
        (self.folder / "ci").mkdir()
        home = str(self.folder / "home")
        # Without a home of their own, rustup and Cargo would look for theirs in this one.
        tools = {
            f"{name.upper()}_HOME": str(Path.home() / f".{name}") for name in ("rustup", "cargo")
        }
        self.env = tools | os.environ | {"HOME": home, "XDG_CACHE_HOME": "relative"}

    def script(self, name: str) -> str:
        """Returns the path of a copy of this script, which takes our folder for the repository."""
        shutil.copy(CI.parent / "Cargo.toml", self.folder)
        return shutil.copy(CI / name, self.folder / "ci")

    def test_the_kernel_ignores_a_relative_one(self) -> None:
        command = [sys.executable, "-c", "from kernel.paths import CACHE; print(CACHE)"]
        answer = subprocess.check_output(command, env=self.env, cwd=CI, text=True)
        self.assertEqual(answer.strip(), str(self.cache))

    def test_clean_ignores_a_relative_one(self) -> None:
        other = self.folder / "relative/lrlib"
        other.mkdir(parents=True)
        command = [self.script("clean")]
        subprocess.run(command, env=self.env, stdout=subprocess.DEVNULL, check=True)
        self.assertEqual([self.cache.exists(), other.exists()], [False, True])

    def test_setup_ignores_a_relative_one(self) -> None:
        with (self.cache / "setup.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            command, pipe = [self.script("setup"), "--stand-in"], subprocess.PIPE
            setup = subprocess.Popen(
                command, env=self.env, stdout=pipe, text=True, start_new_session=True
            )
            line = setup.stdout.readline()  # a set-up that finds the lock says that it waits
            os.killpg(setup.pid, signal.SIGKILL)
            setup.communicate()
        self.assertIn("another set-up is running", line)


if __name__ == "__main__":
    unittest.main()
