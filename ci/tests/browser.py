"""JupyterLab, started by ci/lab and driven in a headless Chromium as a learner would drive it.

Everything happens on a copy of the notebooks, in target/, because JupyterLab saves what it shows,
and with settings and trust of its own: the user's settings of JupyterLab have no effect here. We
wait for conditions, never for a fixed time. browser.js answers what JupyterLab knows and shows; it
asks `jupyterapp`, JupyterLab's own hook for tests.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from nbformat import from_dict
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from judge.folder import ROOT, copied
from judge.outputs import failure

SHOTS = ROOT / "target/browser"  # what was seen
LOG = SHOTS / "lab.log"  # what JupyterLab and the kernels said
THEMES = ("JupyterLab Light", "JupyterLab Dark")
SECOND = 1000  # in milliseconds, which Playwright counts in
START_LIMIT = 15 * 60  # seconds until JupyterLab names its address: another set-up may be running
STEP_LIMIT = 60 * SECOND  # for one action, the start of a kernel and one cell included
RUN_LIMIT = 300 * SECOND  # for all cells of a notebook
IN_PAGE = Path(__file__).with_suffix(".js")  # defines `look` in the page
TALLEST = 16_000  # pixels: no picture of a page can be taller


def chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    on_mac = (
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    )
    return next(filter(None, map(shutil.which, (*names, *on_mac))), None)


def in_file_names(notebook: str) -> str:
    return notebook.removesuffix(".ipynb").replace("/", "-")


class Notebook:
    """One notebook, open in a page of its own. Code cells are counted from 1."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name

    # --- what JupyterLab knows

    def ask(self, question: str) -> Any:
        return self.page.evaluate(question)

    def wait_until(self, condition: str, limit: int = STEP_LIMIT) -> None:
        self.page.wait_for_function(condition, timeout=limit)

    def states(self) -> list[str]:
        """Of each code cell: whether it runs or is idle."""
        return self.ask("look.code().map(cell => cell.model.executionState)")

    def counts(self) -> list[int | None]:
        """The numbers in front of the code cells."""
        return self.ask("look.code().map(cell => cell.model.executionCount)")

    def trusted(self) -> set[bool]:
        return set(self.ask("look.code().map(cell => cell.model.trusted)"))

    def failures(self) -> list[str]:
        """What went wrong, by the same judgement as that of ci/notebooks. A cell that is there to
        fail has to."""
        cells = self.ask(
            "look.code().map(({model}) => [model.outputs.toJSON(), look.mustFail(model)])"
        )
        failures = []
        for number, (outputs, must_fail) in enumerate(cells, 1):
            why = failure([*map(from_dict, outputs)])
            if must_fail and self.counts()[number - 1]:
                why = None if why else "did not fail, but is tagged raises-exception"
            if why:
                failures.append(f"cell {number}: {why}")
        return failures

    # --- what is seen

    def shown(self, number: int) -> str:
        """The text below a code cell, as it is seen."""
        texts = self.code(number).locator(".jp-OutputArea-output").all_inner_texts()
        return "\n".join(text.strip() for text in texts)

    def figures(self) -> list[dict]:
        return self.ask("look.figures()")

    def faintest(self, number: int) -> dict:
        return self.ask(f"look.faintest({number})")

    def broken_formulas(self) -> list[str]:
        return self.page.locator("mjx-merror").all_inner_texts()

    def take_picture(self, what: str) -> None:
        """Of the whole notebook: the window is made as tall as that, for a moment."""
        size = self.page.viewport_size
        tall = self.ask("look.outer().scrollHeight")
        self.page.set_viewport_size({**size, "height": min(tall + 200, TALLEST)})
        self.ask("look.outer().scrollTo(0, 0)")
        self.wait_until("look.allDrawn()")
        self.page.screenshot(path=SHOTS / f"{in_file_names(self.name)}-{what}.png")
        self.page.set_viewport_size(size)

    # --- what a learner does

    def code(self, number: int) -> Locator:
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(number - 1)

    def choose_theme(self, theme: str) -> None:
        change = "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})"
        self.page.evaluate(change, theme)
        splash = "document.getElementById('jupyterlab-splash')"
        self.wait_until(f"document.body.dataset.jpThemeName === '{theme}' && !{splash}")

    def press_button(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()

    def choose(self, menu: str, item: str) -> None:
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        self.page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=True).click()

    def confirm(self) -> None:
        self.page.locator("dialog.jp-Dialog .jp-mod-accept").click()

    def wait_for_run(self) -> None:
        self.wait_until("look.someRuns()")
        self.wait_until("!look.someRuns()", RUN_LIMIT)

    def restart_and_run_all(self) -> None:
        self.press_button("Restart the kernel and run all cells")
        self.confirm()
        self.wait_until("look.noneHasRun()")
        self.wait_until("look.allHaveRun()", RUN_LIMIT)

    def run_next(self) -> None:
        """Shift + Enter in the selected cell."""
        self.page.keyboard.press("Shift+Enter")

    def write(self, number: int, text: str) -> None:
        self.code(number).locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def run(self, number: int) -> None:
        """Shift + Enter in a code cell, and waits until it has run."""
        before = self.counts()[number - 1]
        self.code(number).locator(".cm-content").click()
        self.run_next()
        self.wait_for_cell(number, before)

    def wait_for_cell(self, number: int, before: int | None) -> None:
        """Until a code cell has run and bears another number than before."""
        self.wait_until(f"look.hasRun({number}, {before or 'null'})")

    def save(self) -> None:
        self.page.keyboard.press("Control+S")
        self.wait_until("!look.panel().context.model.dirty")


class Lab:
    """A JupyterLab for some tests, and the browser that looks at it."""

    def __enter__(self) -> "Lab":
        with ExitStack() as stack:
            self.folder = stack.enter_context(copied(ROOT / "notebooks"))
            own = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lab-")))
            self.address = stack.enter_context(started(self.folder, own))
            self.browser = stack.enter_context(launched())
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    @contextmanager
    def open(self, name: str) -> Iterator[Notebook]:
        """Opens a notebook of the copied folder, and ends its kernel when done with it."""
        page = self.browser.new_page(viewport={"width": 1300, "height": 1000})
        page.set_default_timeout(STEP_LIMIT)
        page.add_init_script(path=IN_PAGE)
        book = Notebook(page, name)
        try:
            page.goto(self.address.replace("/lab?", f"/lab/tree/{name}?reset&"))
            book.wait_until("look.panel()?.context?.isReady")
            book.wait_until("look.kernelIs('idle')")
            yield book
        except BaseException:
            page.screenshot(path=SHOTS / f"{in_file_names(name)}-FAILED.png")
            print("the end of JupyterLab's log:", *LOG.read_text().splitlines()[-20:], sep="\n")
            raise
        finally:
            page.evaluate("look.panel()?.sessionContext?.shutdown()")
            page.close()


@contextmanager
def started(folder: Path, own: Path) -> Iterator[str]:
    """Runs ci/lab on this folder, its settings and trust in `own`; gives the address it prints."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    kinds = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    env = {name: value for name, value in os.environ.items() if name != "LRLIB_DATA"}
    env |= {f"JUPYTER_{kind}": str(own / kind) for kind in kinds}
    options = [f"--notebook-dir={folder}", "--port=0", "--expose-app-in-browser"]
    command = [str(ROOT / "ci/lab"), "--no-browser", "--", *options]
    with (
        LOG.open("w") as file,
        subprocess.Popen(command, env=env, stdout=file, stderr=file, start_new_session=True) as lab,
    ):
        try:
            deadline = time.monotonic() + START_LIMIT
            while not (found := re.search(r"http://127\S+/lab\?token=\w+", LOG.read_text())):
                if lab.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"ci/lab named no address:\n{LOG.read_text()}")
                time.sleep(0.1)
            yield found[0]
        finally:
            if lab.poll() is None:
                lab.terminate()  # JupyterLab ends its kernels then
            try:
                lab.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(lab.pid, signal.SIGKILL)


@contextmanager
def launched() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium())
        yield browser
        browser.close()
