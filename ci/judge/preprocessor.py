"""nbconvert's execution of a notebook, which also reads the cells' outputs.

The Rust kernel reports success for most failed cells, and nbconvert believes it. Here a cell fails
with a compile error, a panic, a failed assert!, an error through `?`, or anything on stderr. A cell
tagged `raises-exception` must fail in one of these ways; execution then continues.
"""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty
from typing import Any

import nbformat
from jupyter_client.kernelspec import find_kernel_specs
from jupyter_client.manager import KernelManager
from jupyter_core.utils import run_sync
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbconvert.preprocessors import ExecutePreprocessor
from nbformat import NotebookNode

from judge.form import has_tag, is_code
from judge.message import Failure, one_line
from judge.outputs import failure, has_failed, in_order, stream_text

LAST_LINE = "end of the notebook"
Executed = tuple[NotebookNode, dict[str, Any]]


@contextmanager
def ended_with_its_kernel() -> Iterator[None]:
    """Lets SIGTERM end this process as Ctrl-C does, so that the kernel is shut down first. A kernel
    that is killed when its parent ends leaves the process of a running cell behind."""
    if threading.current_thread() is not threading.main_thread():  # the only one that may set this
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class JudgedExecution(ExecutePreprocessor):
    """Executes a notebook up to the first cell that fails. Configured as ExecutePreprocessor."""

    def __call__(self, nb: NotebookNode, resources: dict[str, Any]) -> Executed:
        """Ends nbconvert's command at a failure, with one line and without a traceback."""
        try:
            return super().__call__(nb, resources)
        except Failure as why:
            sys.exit(f"{resources['metadata']['name']}.ipynb, {why}")

    def preprocess(
        self,
        nb: NotebookNode,
        resources: dict[str, Any] | None = None,
        km: KernelManager | None = None,
    ) -> Executed:
        """Executes the notebook in place, or raises a Failure that names the cell."""
        kernel = self.kernel_name or nb.metadata.get("kernelspec", {}).get("name")
        if kernel != "rust":  # other kernels report their failures
            return ExecutePreprocessor(config=self.config).preprocess(nb, resources, km)
        if kernel not in find_kernel_specs():
            raise Failure("the Rust kernel is not registered: run 'ci/setup'")
        self.number = 0  # of the code cell that runs
        # One more cell writes a last line to stderr: what was written before has arrived by then.
        nb.cells.append(nbformat.v4.new_code_cell(f'eprintln!("{LAST_LINE}");'))
        try:
            with ended_with_its_kernel():
                return super().preprocess(nb, resources, km)
        except CellTimeoutError as error:
            minutes = f"{self.timeout / 60:.3g} minutes"
            raise Failure(f"cell {self.number}: not done after {minutes}") from error
        except (OSError, RuntimeError) as error:  # DeadKernelError is a RuntimeError
            what = f"cell {self.number}: the kernel died" if self.number else "no kernel started"
            raise Failure(f"{what}: {one_line(str(error))}") from error
        finally:
            nb.cells.pop()

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], index: int
    ) -> Executed:
        is_last, before = index == len(self.nb.cells) - 1, self.code_cells_executed
        self.number += is_code(cell) and not is_last
        with suppress(CellExecutionError):  # the outputs tell why, and are judged
            super().preprocess_cell(cell, resources, index)
        if is_last:
            self.judge_last(cell)
        elif self.code_cells_executed > before:  # not text, nor tagged skip-execution
            self.judge(cell)
        return cell, resources

    def judge(self, cell: NotebookNode) -> None:
        must_fail = has_tag(cell, "raises-exception") and not self.force_raise_errors
        self.collect_late(cell, 5 if must_fail and not has_failed(cell.outputs) else 0.1)
        why = failure(cell.outputs)
        if must_fail:
            why = None if has_failed(cell.outputs) else "tagged raises-exception, but did not fail"
        self.fail(f"cell {self.number}", why)
        cell.outputs = in_order(cell.outputs)

    def judge_last(self, last: NotebookNode) -> None:
        if LAST_LINE not in stream_text(last.outputs, "stderr"):
            self.collect_late(last, 30)
        text = stream_text(last.outputs, "stderr")
        where, others = f"cell {self.number} or before", text.replace(f"{LAST_LINE}\n", "", 1)
        if LAST_LINE not in text:
            self.fail(where, f"the kernel no longer prints: {one_line(text)}")
        elif others:
            self.fail(where, f"stderr: {one_line(others)}")

    def fail(self, where: str, why: str | None) -> None:
        if why and (self.force_raise_errors or not self.allow_errors):
            raise Failure(f"{where}: {why}")

    async def async_collect_late(self, cell: NotebookNode, wait: float) -> None:
        """Adds lines that arrive after the kernel has called the cell done, as lines on stderr may,
        until none has arrived for `wait` seconds."""
        with suppress(Empty):
            while LAST_LINE not in stream_text(cell.outputs, "stderr"):
                message = await self.kc.get_iopub_msg(timeout=wait)
                if message["msg_type"] == "stream":
                    cell.outputs.append(nbformat.v4.output_from_msg(message))

    collect_late = run_sync(async_collect_late)
