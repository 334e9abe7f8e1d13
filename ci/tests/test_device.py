"""Training on a card, without one: lrlib's example `device`, once with a libcuda.so that emulates a
card, and once with Mesa's lavapipe, a Vulkan driver that computes on the processor.

The same kernels run there, and all of lrlib's calls of the driver are made.
"""

import functools
import os
import resource
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
# ci/test names all that it builds, so that one build is enough.
FEATURES = os.environ.get("LRLIB_FEATURES", "cuda,wgpu")
LAVAPIPE = next(Path("/usr/share/vulkan/icd.d").glob("lvp_icd*.json"), None)


@functools.cache
def program() -> Path:
    build = ["cargo", "build", "--release", "--locked", "-p", "lrlib", "--features", FEATURES]
    subprocess.run([*build, "--example", "device"], cwd=ROOT, check=True)
    return ROOT / "target/release/examples/device"


def drivers(path: str) -> dict[str, str]:
    """Returns an environment where Vulkan finds this driver alone; old loaders read the second."""
    return {"VK_DRIVER_FILES": path, "VK_ICD_FILENAMES": path}


def device(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "ci/device"), "--binary", str(program()), *options]
    return subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False
    )


class PtxTest(unittest.TestCase):
    def test_ptx_of_another_source_is_refused(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for name in (
                "lrlib/src/fast/device/cuda/kernels.cu",
                "lrlib/src/fast/device/cuda/kernels.ptx",
                "ci/ptx.py",
            ):
                copy = Path(folder) / name
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, copy)
            script = Path(folder) / "ci/ptx.py"
            check = [sys.executable, str(script), "check"]
            subprocess.run(check, check=True)
            with (Path(folder) / "lrlib/src/fast/device/cuda/kernels.cu").open("a") as source:
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

    def device(self, **environment: str) -> subprocess.CompletedProcess[str]:
        return device("--small", **{"LD_LIBRARY_PATH": self.folder} | environment)

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


class NoAdapterTest(unittest.TestCase):
    def test_a_machine_without_an_adapter_is_one_clear_error(self) -> None:
        done = device("--wgpu", "--small", **drivers("/nothing"))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("device: no adapter: Vulkan, Metal and DirectX 12 find no card", done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    @unittest.skipIf(shutil.which("nvidia-smi"), "there is a driver")
    def test_without_a_card_the_processor_is_best(self) -> None:
        done = device("--best", **drivers("/nothing"))
        self.assertEqual(done.returncode, 0, done.stderr)
        line = next(line for line in done.stdout.splitlines() if line.startswith("device: "))
        self.assertRegex(line, r"^device: cpu \(.*; no NVIDIA card .*; no adapter: ")


@unittest.skipIf(
    LAVAPIPE is None, "there is no lavapipe; 'apt install mesa-vulkan-drivers' gets it"
)
class LavapipeTest(unittest.TestCase):
    def device(self, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return device(*options, **drivers(str(LAVAPIPE)) | environment)

    def test_the_card_computes_what_the_processor_does(self) -> None:
        done = self.device("--wgpu", "--small")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("wgpu (llvmpipe", done.stdout)
        self.assertIn("all checks passed", done.stdout)

    def test_samples_that_do_not_fit_in_its_memory_are_one_clear_error(self) -> None:
        # At some limits it is the example's own memory that is missing.
        before = resource.getrlimit(resource.RLIMIT_AS)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_AS, before)
        few = {"MALLOC_ARENA_MAX": "1", "RAYON_NUM_THREADS": "2", "LP_NUM_THREADS": "2"}
        program()
        errors = []
        for megabytes in (1000, 1200, 1400):
            resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, before[1]))
            errors.append(self.device("--wgpu", "--small", **few).stderr)
        self.assertIn("the samples do not fit in the memory of llvmpipe", "".join(errors))
        self.assertNotIn("panicked", "".join(errors))

    @unittest.skipIf(shutil.which("nvidia-smi"), "there is a driver")
    def test_lavapipe_is_not_best(self) -> None:
        done = self.device("--best")
        self.assertEqual(done.returncode, 0, done.stderr)
        line = next(line for line in done.stdout.splitlines() if line.startswith("device: "))
        self.assertRegex(line, r"^device: cpu \(.*; wgpu \(llvmpipe .* is a software renderer")


if __name__ == "__main__":
    unittest.main()
