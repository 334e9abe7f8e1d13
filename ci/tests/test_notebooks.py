"""Notebooks that must fail, each in its own way, and some that pass: in nbconvert's plain command,
as ci/setup has configured it, and in ci/notebooks."""

import multiprocessing
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import uuid
from base64 import b64encode
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

CI = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CI))

import nbformat  # noqa: E402
import psutil  # noqa: E402

from judge.form import MAX_BYTES, check_form, load  # noqa: E402
from judge.jobs import Result, side_by_side  # noqa: E402
from judge.links import check_links  # noqa: E402
from judge.message import Failure  # noqa: E402
from judge.outputs import difference, failure  # noqa: E402

NOTEBOOKS = CI / "tests" / "notebooks"


def run(*args: str | Path) -> tuple[int, str, str]:
    command = [str(arg) for arg in (CI / "notebooks", *args)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.returncode, result.stdout, result.stderr


def wait_until(condition: Callable[[], bool], limit: float) -> None:
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline, f"not after {limit} s"
        time.sleep(0.1)


def running(mark: str) -> list[str]:
    """The processes with this mark in their environment."""
    processes = psutil.process_iter(["name", "environ"])
    environments = ((p.info["name"], p.info["environ"] or {}) for p in processes)
    return [name for name, env in environments if env.get("LRLIB_TEST") == mark]


class PlainCommandTest(unittest.TestCase):
    """`jupyter nbconvert --execute`, with no further options, in a copy of these notebooks."""

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        names = ["compile_error", "panic", "failed_assert", "question_mark", "stderr"]
        names += ["late_stderr", "good"]
        for name in (*names, "endless"):
            shutil.copy(NOTEBOOKS / f"{name}.ipynb", cls.folder)
        # Every process that the command starts has this in its environment.
        cls.mark = uuid.uuid4().hex
        cls.env = {name: text for name, text in os.environ.items() if name != "JUPYTER_PATH"}
        cls.env |= {"JUPYTER_CONFIG_DIR": str(cls.folder / "none"), "LRLIB_TEST": cls.mark}
        with ThreadPoolExecutor(2) as pool:
            cls.results = dict(zip(names, pool.map(cls.convert, names), strict=True))

    @classmethod
    def start(cls, name: str) -> subprocess.Popen:
        command = [CI.parent / ".venv/bin/jupyter", "nbconvert", "--to", "notebook", "--execute"]
        command.append(cls.folder / f"{name}.ipynb")
        return subprocess.Popen(command, env=cls.env, stderr=subprocess.PIPE, text=True)

    @classmethod
    def convert(cls, name: str) -> tuple[int, str]:
        with cls.start(name) as process:
            stderr = process.communicate()[1]
        return process.returncode, stderr

    def assert_fails(self, name: str, said: str) -> None:
        status, stderr = self.results[name]
        self.assertEqual(status, 1, stderr)
        self.assertNotIn("Traceback", stderr)
        self.assertEqual(stderr.splitlines()[-1], f"{name}.ipynb, cell 1: {said}")
        self.assertFalse((self.folder / f"{name}.nbconvert.ipynb").exists())

    def test_compile_error(self) -> None:
        self.assert_fails("compile_error", "error: mismatched types")

    def test_panic(self) -> None:
        self.assert_fails("panic", "panic: index out of bounds: the len is 2 but the index is 5")

    def test_failed_assert(self) -> None:
        self.assert_fails("failed_assert", "panic: one and one are not three")

    def test_error_through_question_mark(self) -> None:
        self.assert_fails("question_mark", "stderr: No such file or directory (os error 2)")

    def test_stderr(self) -> None:
        self.assert_fails("stderr", "stderr: a warning that nobody reads")

    def test_good_is_executed(self) -> None:
        status, stderr = self.results["good"]
        self.assertEqual(status, 0, stderr)
        fresh, stored = load(self.folder / "good.nbconvert.ipynb"), load(NOTEBOOKS / "good.ipynb")
        self.assertEqual(len(fresh.cells), len(stored.cells))
        self.assertIsNone(difference(stored.cells[1].outputs, fresh.cells[1].outputs, False))

    def test_late_stderr(self) -> None:
        status, stderr = self.results["late_stderr"]
        self.assertRegex(stderr, r"late_stderr\.ipynb, cell 1( or before)?: stderr: a late warning")
        self.assertEqual(status, 1)

    def test_terminated_command_leaves_nothing_running(self) -> None:
        process = self.start("endless")
        self.addCleanup(process.kill)
        wait_until((self.folder / "started").exists, 120)
        process.terminate()
        process.communicate()
        self.assertEqual(process.returncode, 128 + signal.SIGTERM)
        wait_until(lambda: not running(self.mark), 20)  # removing a kernel's folder takes a moment


class ComparedTest(unittest.TestCase):
    """`ci/notebooks`, with the real kernel."""

    @classmethod
    def setUpClass(cls) -> None:
        names = ["panic", "question_mark", "stale_output", "stale_figure", "good"]
        names += ["expected_failures", "unexpected_success", "solutions/solution"]
        with ThreadPoolExecutor(2) as pool:
            checks = pool.map(lambda name: run("check", NOTEBOOKS / f"{name}.ipynb"), names)
            cls.checks = dict(zip(names, checks, strict=True))

    def assert_fails(self, name: str, said: str) -> None:
        status, stdout, stderr = self.checks[name]
        self.assertIn(f"{name}.ipynb, cell 1: {said}", stderr)
        self.assertTrue(stdout.endswith("0 passed, 1 failed\n"), stdout)
        self.assertEqual(status, 1)

    def assert_passes(self, name: str) -> None:
        status, stdout, stderr = self.checks[name]
        self.assertEqual(status, 0, stderr)
        self.assertTrue(stdout.endswith("1 passed, 0 failed\n"), stdout)

    def test_failed_cells(self) -> None:
        self.assert_fails("panic", "panic: index out of bounds: the len is 2 but the index is 5")
        self.assert_fails("question_mark", "stderr: No such file or directory")

    def test_cells_tagged_raises_exception_must_fail(self) -> None:
        self.assert_passes("expected_failures")
        self.assert_fails("unexpected_success", "tagged raises-exception, but did not fail")

    def test_a_solution_reaches_what_the_lessons_reach(self) -> None:
        self.assert_passes("solutions/solution")

    def test_stale_output(self) -> None:
        self.assert_fails("stale_output", "text/plain, line 1: stored '41', fresh '42'")

    def test_stale_figure(self) -> None:
        said = "image/png, line 1: stored '4 × 2 pixels', fresh '3 × 2 pixels'"
        self.assert_fails("stale_figure", said)

    def test_good_passes_and_is_not_rewritten(self) -> None:
        self.assert_passes("good")
        good = NOTEBOOKS / "good.ipynb"
        before = good.read_bytes()
        self.assertIn("good.ipynb: unchanged", run("write", good)[1])
        self.assertEqual(good.read_bytes(), before)

    def test_write_repairs_and_refuses(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            for notebook in ("stale_output", "question_mark"):
                shutil.copy(NOTEBOOKS / f"{notebook}.ipynb", name)
            stale, wrong = Path(name) / "stale_output.ipynb", Path(name) / "question_mark.ipynb"
            before = wrong.read_bytes()
            status, stdout, _ = run("write", stale, wrong)
            self.assertEqual((status, stdout.splitlines()[-1]), (1, "1 passed, 1 failed"))
            self.assertEqual(load(stale).cells[1].outputs[0].data["text/plain"], "42")
            self.assertEqual(wrong.read_bytes(), before)
            self.assertEqual(len(list(Path(name).iterdir())), 2)


class JobsTest(unittest.TestCase):
    """Processes side by side; no kernel, but in the last test."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def results(self, names: str, jobs: int) -> Generator[Result, None, None]:
        return side_by_side(pretended, [self.folder / name for name in names.split()], jobs)

    def test_results_come_in_the_order_of_finishing(self) -> None:
        lines = [line for _, line in self.results("waits_for_b a b", 2)]
        self.assertEqual(lines, ["a", "b", "waits_for_b"])

    def test_one_job_is_one_process_at_a_time(self) -> None:
        with closing(self.results("a waits_for_b", 1)) as results:
            self.assertEqual(next(results), (True, "a"))
            self.assertEqual(multiprocessing.active_children(), [])

    def test_a_process_that_dies_is_a_failure(self) -> None:
        results = sorted(self.results("dies a", 2))
        self.assertEqual(results, [(False, "dies, its process ended: 9"), (True, "a")])

    def test_those_that_run_end_with_the_caller(self) -> None:
        with closing(self.results("waits_for_b a", 2)) as results:
            self.assertEqual(next(results), (True, "a"))
            (waiting,) = multiprocessing.active_children()
        self.assertEqual(waiting.exitcode, -signal.SIGTERM)

    def test_the_command_ends_what_runs_side_by_side(self) -> None:
        notebooks = [NOTEBOOKS / f"{name}.ipynb" for name in ("endless", "good")]
        command = [CI / "notebooks", "check", "--jobs", "2", *notebooks]
        mark = uuid.uuid4().hex
        env = {**os.environ, "LRLIB_TEST": mark}
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
            line = process.stdout.readline()  # while the endless one runs beside
            process.terminate()
            self.assertEqual(process.stdout.read(), "")
        self.assertRegex(line, r"^good.ipynb: passed in \d+ s\n$")
        self.assertEqual(process.returncode, 128 + signal.SIGTERM)
        wait_until(lambda: not running(mark), 20)


def pretended(path: Path) -> Result:
    """A notebook's run, made up for JobsTest."""
    if path.name == "dies":
        os._exit(9)
    if path.name == "waits_for_b":
        wait_until(path.with_name("b").exists, 10)
    path.touch()
    return True, path.name


def result(**data: str) -> nbformat.NotebookNode:
    mimes = {mime.replace("_", "/"): text for mime, text in data.items()}
    return nbformat.v4.new_output("execute_result", data=mimes, execution_count=1)


def stream(name: str, text: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_output("stream", name=name, text=text)


def png(width: int, height: int, rest: bytes = b"") -> str:
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)
    return b64encode(head + rest).decode()


class JudgedTest(unittest.TestCase):
    """Outputs made up here; no kernel."""

    def test_lines_in_another_order_are_equal(self) -> None:
        one = [stream("stdout", "a\n"), result(text_plain="1"), stream("stdout", "b\n")]
        other = [stream("stdout", "a\nb\n"), result(text_plain="1")]
        self.assertIsNone(difference(one, other, volatile=False))

    def test_the_first_differing_line_is_named(self) -> None:
        old, new = [stream("stdout", "a\nb\n")], [stream("stdout", "a\nc\n")]
        self.assertIn("line 2: stored 'b', fresh 'c'", str(difference(old, new, volatile=False)))
        self.assertIn("fresh '(no line)'", str(difference(old, [stream("stdout", "a\n")], False)))

    def test_figures_are_compared_by_size(self) -> None:
        old = [result(image_png=png(4, 2))]
        self.assertIsNone(difference(old, [result(image_png=png(4, 2, b"other"))], volatile=False))
        self.assertIsNotNone(difference(old, [result(image_png=png(2, 4))], volatile=False))
        self.assertIsNotNone(difference(old, [], volatile=False))
        with self.assertRaisesRegex(Failure, "not a PNG"):
            difference(old, [result(image_png=b64encode(b"<html>").decode())], volatile=False)

    def test_figures_in_html_are_compared_by_size_and_words(self) -> None:
        def figure(alt: str, png: str) -> nbformat.NotebookNode:
            return result(text_html=f'<img alt="{alt}" src="data:image/png;base64,{png}">')

        old = [figure("a line", png(4, 2))]
        self.assertIsNone(difference(old, [figure("a line", png(4, 2, b"other"))], volatile=False))
        for fresh in (figure("a line", png(2, 4)), figure("a dot", png(4, 2))):
            self.assertIsNotNone(difference(old, [fresh], volatile=False))

    def test_volatile_outputs_are_compared_by_kind(self) -> None:
        old = [result(text_plain="1 s")]
        self.assertIsNone(difference(old, [result(text_plain="2 s")], volatile=True))
        self.assertIsNotNone(difference(old, [result(text_html="2 s")], volatile=True))
        self.assertIsNotNone(difference(old, [], volatile=True))

    def test_expected_failures_are_compared(self) -> None:
        def panic(thread: int, why: str) -> list[nbformat.NotebookNode]:
            text = f"\nthread '<unnamed>' ({thread}) panicked at src/lib.rs:1:2:\n{why}\n"
            return [stream("stderr", text)]

        def error(text: str) -> list[nbformat.NotebookNode]:
            return [
                nbformat.v4.new_output("error", ename="Error", evalue="wrong", traceback=[text])
            ]

        self.assertIsNone(difference(panic(7, "why"), panic(8, "why"), volatile=False))
        self.assertIn("panic: how", str(difference(panic(7, "why"), panic(7, "how"), False)))
        self.assertIsNone(difference(error("\x1b[31mline 1\x1b[0m"), error("line 1"), False))
        said = "error, line 2: stored 'line 1', fresh 'line 2'"
        self.assertEqual(difference(error("line 1"), error("line 2"), volatile=False), said)

    def test_failures(self) -> None:
        self.assertIsNone(failure([stream("stdout", "fine\n"), result(text_plain="1")]))
        panic = "\nthread '<unnamed>' (7) panicked at ctx/src/lib.rs:1:2:\nleft\n right\nnote: x"
        self.assertEqual(failure([stream("stderr", panic)]), "panic: left right")
        self.assertIn("an empty line", str(failure([stream("stderr", "\n")])))
        self.assertIn("marker", str(failure([stream("stdout", "xEVCXR_EXECUTION_COMPLETE\n")])))

    def form(self, *cells: nbformat.NotebookNode) -> None:
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "a.ipynb"
            nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), path)
            check_form(path, load(path))

    def test_form(self) -> None:
        new = nbformat.v4.new_code_cell
        self.form(
            new("1\n" * 15, outputs=[result(text_plain="see https://a.org/home/x, ../tmp/y")])
        )
        with self.assertRaisesRegex(Failure, "cell 1: 16 lines are more than 15"):
            self.form(new("1\n" * 16))
        with self.assertRaisesRegex(Failure, "cell 1: a line is too long, 106 characters"):
            self.form(new("1" * 106))
        with self.assertRaisesRegex(Failure, "cell 2: its output holds a machine's path: /home/me"):
            self.form(new("1"), new("2", outputs=[stream("stdout", "in /home/me/lrlib\n")]))
        with self.assertRaisesRegex(Failure, "MB is more than"):
            self.form(nbformat.v4.new_markdown_cell("x" * MAX_BYTES))

    def test_links(self) -> None:
        text = nbformat.v4.new_markdown_cell

        def follow(link: str) -> None:
            source = (
                f"# A title: `fit` *now*\n\n[`a`]({link}), `b](none)` and [c](https://d.org/e#f)"
            )
            cells = [text(source), text("```\n# no heading\n[d](none)\n```")]
            with tempfile.TemporaryDirectory() as name:
                path = Path(name) / "a.ipynb"
                nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
                shutil.copytree(Path(name), Path(name) / "solutions")
                check_links(path, load(path))

        for good in (
            "#A-title:-fit-now",
            "solutions/a.ipynb#A-title:-fit-now",
            "a.ipynb",
            "%61.ipynb",
        ):
            follow(good)
        for bad in ("b.ipynb", "../a.ipynb#A-title:-fit-now"):
            with self.assertRaisesRegex(Failure, f"link to {bad}: there is no such file"):
                follow(bad)
        for bad in ("#a-title:-fit-now", "solutions/a.ipynb#no-heading"):
            with self.assertRaisesRegex(Failure, f"link to {bad}: there is no such heading"):
                follow(bad)

    def test_what_is_no_notebook(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "a.ipynb"
            with self.assertRaisesRegex(Failure, "No such file"):
                load(path)
            path.write_text("{")
            with self.assertRaisesRegex(Failure, "not a valid notebook"):
                load(path)


if __name__ == "__main__":
    unittest.main()
