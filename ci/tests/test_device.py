"""Training on a card, without one: lrlib's example `device` with a libcuda.so that emulates a card.

The same kernels.cu runs on the processor, and all of lrlib's calls of the driver are made.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import ptx

ROOT = Path(__file__).resolve().parent.parent.parent
COMPILER = shutil.which("c++")


class PtxTest(unittest.TestCase):
    def test_ptx_of_another_source_is_refused(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for name in (
                "lrlib/src/fast/device/kernels.cu",
                "lrlib/src/fast/device/kernels.ptx",
                "ci/ptx.py",
            ):
                copy = Path(folder) / name
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, copy)
            script = Path(folder) / "ci/ptx.py"
            check = [sys.executable, str(script), "check"]
            subprocess.run(check, check=True)
            with (Path(folder) / "lrlib/src/fast/device/kernels.cu").open("a") as source:
                source.write("// changed\n")
            refused = subprocess.run(check, capture_output=True, text=True, check=False)
            self.assertEqual(refused.returncode, 1)
            self.assertIn("run ci/ptx.py", refused.stderr)

    def test_nothing_is_newer_than_the_oldest_driver(self) -> None:
        """PTX 7.8 is CUDA 11.8's, and cards of 6.0 are from 2016."""
        lines = ptx.PTX.read_text(encoding="utf-8").splitlines()
        self.assertIn(".version 7.8", lines)
        self.assertIn(".target sm_60", lines)


@unittest.skipIf(COMPILER is None, "there is no C++ compiler, c++, to emulate a card with")
class EmulatedCardTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        source, library = ROOT / "lrlib/tests/emulated_card.cpp", Path(folder.name) / "libcuda.so"
        options = ["-std=c++17", "-O2", "-shared", "-fPIC", "-Wno-unknown-pragmas"]
        subprocess.run([COMPILER, *options, "-o", library, source], check=True)
        build = ["cargo", "build", "--release", "--locked", "-p", "lrlib", "--features", "cuda"]
        subprocess.run([*build, "--example", "device"], cwd=ROOT, check=True)

    def device(self, **environment: str) -> subprocess.CompletedProcess[str]:
        program = ROOT / "target/release/examples/device"
        command = [sys.executable, str(ROOT / "ci/device"), "--small", "--binary", str(program)]
        environment = {"LD_LIBRARY_PATH": self.folder} | environment
        return subprocess.run(
            command, env=os.environ | environment, capture_output=True, text=True, check=False
        )

    def test_the_card_computes_what_the_processor_does(self) -> None:
        done = self.device()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("all checks passed", done.stdout)

    def test_a_card_that_cannot_be_used_is_one_clear_error(self) -> None:
        for environment, problem in (
            ({"EMULATED_CARD": "none"}, "no CUDA-capable device is detected"),
            ({"EMULATED_CARD": "old"}, "its driver is for CUDA 11.4; update it to CUDA 11.8"),
            ({"EMULATED_CARD": "broken"}, "emulated card failed: unspecified launch failure"),
            ({"EMULATED_MEMORY": "100000"}, "do not fit in the memory of emulated card"),
        ):
            with self.subTest(problem):
                done = self.device(**environment)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(problem, done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    @unittest.skipIf(shutil.which("nvidia-smi"), "there is a driver")
    def test_a_machine_without_a_driver_is_one_clear_error(self) -> None:
        done = self.device(LD_LIBRARY_PATH="")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("there is no NVIDIA driver (libcuda) on this machine", done.stderr)


if __name__ == "__main__":
    unittest.main()
