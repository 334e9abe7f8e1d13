"""Training on many machines: lrlib's example `distributed`, with several processes on this one.

The expected curve is that of one process without MPI, the example `tutorial`.
"""

import csv
import os
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = ROOT / "target/release/examples"
# ci/test names all that it builds, so that one build is enough.
FEATURES = os.environ.get("LRLIB_FEATURES", "mpi")
# Open MPI refuses to run as root without the first two. More ranks than cores are fine here, if
# those that wait let the others work.
ENVIRONMENT = os.environ | {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_mpi_yield_when_idle": "1",
}
DATA_SETS = [ROOT / "data/insects"]
if "LRLIB_DATA" in os.environ:
    DATA_SETS.append(Path(os.environ["LRLIB_DATA"]))


def mpirun(ranks: int, *arguments: object) -> list[str]:
    program = PROGRAMS / "distributed"
    return [str(part) for part in ("mpirun", "-n", ranks, program, *arguments)]


@unittest.skipUnless(
    shutil.which("mpirun") and shutil.which("mpicc"),
    "there is no MPI: install Debian's libopenmpi-dev, openmpi-bin and libclang-dev",
)
class DistributedTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        build = ["cargo", "build", "--release", "--locked", "-p", "lrlib", "--features", FEATURES]
        examples = ["--example", "distributed", "--example", "tutorial"]
        subprocess.run([*build, *examples], cwd=ROOT, check=True)

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.csv = self.folder / "curve.csv"

    def curve(self, command: list[str]) -> list[list[float]]:
        done = self.run_program(command)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        with self.csv.open() as lines:
            return [[float(number) for number in row] for row in list(csv.reader(lines))[1:]]

    def run_program(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=120
        )

    def tutorial(self, data: Path, epochs: int) -> list[list[float]]:
        arguments = [data, "--epochs", epochs, "--csv", self.csv]
        return self.curve([str(part) for part in (PROGRAMS / "tutorial", *arguments)])

    def assert_same(self, found: list[list[float]], expected: list[list[float]]) -> None:
        self.assertEqual(len(found), len(expected))
        for row, other in zip(found, expected, strict=True):
            epoch, loss, train, val_loss, val = (a - b for a, b in zip(row, other, strict=True))
            self.assertEqual(epoch, 0)
            self.assertLessEqual(max(abs(loss), abs(val_loss)), 1e-6, (row, other))
            # A picture at the border may fall to either side.
            self.assertLessEqual(max(abs(train), abs(val)), 1.5 / 153, (row, other))

    def assert_one_error(self, command: list[str], problem: str) -> None:
        done = self.run_program(command)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        lines = [line for line in done.stderr.splitlines() if line.startswith("distributed:")]
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertIn(problem, lines[0])

    def test_one_to_four_ranks_give_the_curve_of_one_process(self) -> None:
        for data in DATA_SETS:
            expected = self.tutorial(data, 25)
            for ranks in (1, 2, 3, 4):
                for split in ("samples", "features", "gram"):
                    with self.subTest(data=data.name, ranks=ranks, split=split):
                        options = ["--epochs", 25, "--csv", self.csv, "--split", split]
                        self.assert_same(self.curve(mpirun(ranks, data, *options)), expected)

    def test_momentum_is_the_same_in_every_split(self) -> None:
        options = [DATA_SETS[0], "--epochs", 12, "--momentum", 0.8, "--csv", self.csv]
        expected = self.curve(mpirun(1, *options, "--split", "samples"))
        for split in ("samples", "features", "gram"):
            self.assert_same(self.curve(mpirun(2, *options, "--split", split)), expected)

    def test_a_killed_run_goes_on_with_another_number_of_ranks(self) -> None:
        data, epochs = DATA_SETS[0], 60
        expected = self.tutorial(data, epochs)
        checkpoint = self.folder / "run.safetensors"
        for split, other, ranks in (("samples", "features", 3), ("features", "gram", 1)):
            options = [data, "--epochs", epochs, "--checkpoint", checkpoint, "--every", 5]
            options += ["--csv", self.csv]
            command = mpirun(2, *options, "--split", split)
            process = subprocess.Popen(
                command, env=ENVIRONMENT, stdout=subprocess.PIPE, start_new_session=True
            )
            try:
                # The first file has no epoch yet; the size grows with the epochs.
                first = self.size(checkpoint, 0)
                self.size(checkpoint, first)
            finally:
                os.killpg(process.pid, 9)
                process.communicate()
            self.assert_same(self.curve(mpirun(ranks, *options, "--split", other)), expected)
            checkpoint.unlink()

    def size(self, path: Path, more_than: int) -> int:
        """Waits until the file is larger than this; returns its size."""
        end = time.monotonic() + 60
        while not path.exists() or path.stat().st_size <= more_than:
            self.assertLess(time.monotonic(), end, f"{path} has not grown in a minute")
            time.sleep(0.002)
        return path.stat().st_size

    def test_more_ranks_than_pictures_is_one_error(self) -> None:
        counts = {"train/ants": 1, "train/bees": 2, "val/ants": 2, "val/bees": 2}
        for folder, pictures in counts.items():
            (self.folder / folder).mkdir(parents=True)
            for picture in sorted((DATA_SETS[0] / folder).iterdir())[:pictures]:
                shutil.copy(picture, self.folder / folder)
        problem = "3 pictures are too few for 4 ranks: start at most 3"
        self.assert_one_error(mpirun(4, self.folder), problem)

    def test_ranks_with_other_settings_are_one_error(self) -> None:
        other = mpirun(1, DATA_SETS[0], "--learning-rate", 1e-3)[1:]
        command = [*mpirun(2, DATA_SETS[0]), ":", *other]
        self.assert_one_error(command, "rank 2 has other settings")

    def test_a_rank_that_fails_ends_all(self) -> None:
        shutil.copytree(DATA_SETS[0], self.folder / "data")
        broken = sorted((self.folder / "data/val/bees").iterdir())[-1]
        broken.write_bytes(broken.read_bytes()[:600])
        self.assert_one_error(mpirun(3, self.folder / "data"), broken.name)

    def test_a_run_that_diverges_is_one_error(self) -> None:
        options = [DATA_SETS[0], "--learning-rate", 1e38, "--split", "features"]
        self.assert_one_error(mpirun(2, *options), "lower the learning rate")


if __name__ == "__main__":
    unittest.main()
