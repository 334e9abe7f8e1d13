"""The notebooks as they are seen in a browser: run, walked through, broken, mended, interrupted.

ci/test browser     what was seen is kept in target/browser/
"""

import shutil
import sys
import unittest
from pathlib import Path

CI = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CI))

import nbformat  # noqa: E402

from browser import SHOTS, THEMES, Lab, Notebook, chromium  # noqa: E402
from judge.folder import ROOT, lessons  # noqa: E402
from judge.form import code_cells, load  # noqa: E402

# Here a notebook takes minutes, as it is seen in both themes before and after a run. These have
# every kind of cell, output and figure; ci/notebooks executes the others.
NUMBERS = ("00", "01", "02", "03", "04", "09")
NOTEBOOKS = [
    path.name
    for path in lessons()
    if path.parent == ROOT / "notebooks" and path.name.startswith(NUMBERS)
]
LESSONS = NOTEBOOKS[:4]  # the first ones are walked through cell by cell
SMALLEST = 100  # pixels: no figure is narrower or lower
LEGIBLE = 4.5  # a text's contrast with its ground, as WCAG asks; black on white is 21
LIBRARY = ':dep lrlib = { path = "../lrlib" }\nuse lrlib::{nn::LogisticRegression, plot};'
MODEL = "let mut model = LogisticRegression::new(4);"
ENDLESS = """\
println!("begun");
std::thread::sleep(std::time::Duration::from_secs(3600));"""
FIGURE = """\
let points = vec![(0.0, 1.0), (1.0, 0.5)];
let line = plot::Axes::new("a line", "step", "loss").plot("", points).figure()?;
line"""


def setUpModule() -> None:
    if not chromium():
        sys.exit(
            "Chromium is missing: 'sudo apt install chromium' (Debian), or https://chromium.org"
        )
    shutil.rmtree(SHOTS, ignore_errors=True)


class BrowserTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.lab = Lab().__enter__()
        cls.addClassCleanup(cls.lab.__exit__)

    def assert_ran(self, book: Notebook, first: int = 2) -> None:
        """Every code cell has run once, in order (the kernel counts from 2), and none failed."""
        self.assertEqual(book.failures(), [])
        counts = book.counts()
        self.assertEqual(counts, list(range(first, first + len(counts))))

    def assert_looks_right(self, book: Notebook, what: str, figures: int) -> None:
        """Each figure is seen, opaque and with its words, in both themes; each formula is set."""
        for theme in THEMES:
            book.choose_theme(theme)
            seen = book.figures()
            self.assertEqual(len(seen), figures, "figures")
            for figure in seen:
                self.assert_figure(figure)
            self.assertEqual(book.broken_formulas(), [])
            book.take_picture(f"{what}-{theme.split()[-1].lower()}")
        book.choose_theme(THEMES[0])

    def assert_figure(self, figure: dict) -> None:
        self.assertTrue(figure["seen"], figure)
        self.assertTrue(figure["fits"], f"wider than its page: {figure}")
        self.assertGreaterEqual(figure["pixels"], 2 * figure["width"], f"blurred: {figure}")
        self.assertGreater(min(figure["width"], figure["height"]), SMALLEST)
        self.assertEqual(figure["opacity"], 255, f"the page shines through: {figure}")
        self.assertTrue(figure["darkest"] < 100 and figure["lightest"] > 200, f"pale: {figure}")
        self.assertTrue(figure["words"], figure)
        self.assertEqual(figure["alt"], figure["words"])


class EveryNotebookTest(BrowserTest):
    def test_untrusted_then_run_then_trusted(self) -> None:
        for name in NOTEBOOKS:
            figures = figures_in(name)
            with self.subTest(name):
                with self.lab.open(name) as book:
                    self.assertEqual(book.trusted(), {False})
                    self.assert_looks_right(book, "untrusted", figures)
                    book.restart_and_run_all()
                    self.assert_ran(book)
                    self.assert_looks_right(book, "run", figures)
                    book.save()
                with self.lab.open(name) as book:
                    self.assertEqual(book.trusted(), {True})
                    self.assert_looks_right(book, "trusted", figures)

    def test_cell_by_cell(self) -> None:
        for name in LESSONS:
            with self.subTest(name), self.lab.open(name) as book:
                self.walk_through(book)
                self.assert_ran(book)
                self.assert_looks_right(book, "walked", figures_in(name))

    def walk_through(self, book: Notebook) -> None:
        code, cells = 0, book.ask("look.cells().map(cell => cell.model.type)")
        for place, kind in enumerate(cells):
            self.assertEqual(book.ask("look.panel().content.activeCellIndex"), place)
            code += kind == "code"
            before = book.counts()[code - 1] if kind == "code" else None
            book.run_next()
            if kind == "code":
                book.wait_for_cell(code, before)
                self.assertEqual(book.failures(), [])


class LearnerTest(BrowserTest):
    """What goes wrong, and how one goes on."""

    def scratch(self, name: str, *cells: str) -> str:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
        notebook.metadata = load(ROOT / "notebooks" / NOTEBOOKS[0]).metadata
        nbformat.write(notebook, self.lab.folder / f"{name}.ipynb")
        return f"{name}.ipynb"

    def test_interrupt_and_go_on(self) -> None:
        name = self.scratch("interrupt", LIBRARY, MODEL, ENDLESS, "model.weight.len()", FIGURE)
        with self.lab.open(name) as book:
            book.run(1)
            book.run(2)
            book.run_next()
            book.code(3).get_by_text("begun", exact=True).wait_for()
            self.assertEqual(book.states()[2], "running")
            book.press_button("Interrupt the kernel")
            book.wait_for_cell(3, None)
            self.assertIn("Subprocess terminated", book.shown(3))
            book.take_picture("interrupted")
            # The kernel's child is gone, and the variables with it; the libraries are still there.
            book.run(4)
            self.assertIn("cannot find value `model`", book.shown(4))
            book.write(3, 'println!("begun and done");')
            book.choose("Run", "Run All Above Selected Cell")
            book.wait_for_run()
            for number in (3, 4, 5):
                book.run(number)
            self.assertEqual(book.failures(), [])
            self.assertEqual((book.shown(3), book.shown(4)), ("begun and done", "4"))
            self.assert_looks_right(book, "went-on", 1)
            book.restart_and_run_all()
            self.assert_ran(book)

    def test_wrong_cell_is_explained_and_mended(self) -> None:
        wrong = 'let epochs: usize = "ten";'
        name = self.scratch("mended", LIBRARY, wrong, "epochs * 2", FIGURE)
        with self.lab.open(name) as book:
            book.run(1)
            book.run(2)
            for part in ("mismatched types", "expected `usize`, found `&str`", wrong):
                self.assertIn(part, book.shown(2))
            for theme in reversed(THEMES):
                book.choose_theme(theme)
                faintest = book.faintest(2)
                self.assertGreater(faintest["contrast"], LEGIBLE, f"{theme}: {faintest}")
                book.take_picture(f"compile-error-{theme.split()[-1].lower()}")
            book.write(2, "let epochs: usize = 10;")
            book.run(2)
            book.run(3)
            book.run(4)
            self.assertEqual(book.shown(3), "20")
            self.assertEqual(book.failures(), [])
            self.assert_looks_right(book, "done", 1)

    def test_completion_offers_the_methods(self) -> None:
        name = self.scratch("completion", LIBRARY, MODEL, "")
        with self.lab.open(name) as book:
            book.run(1)
            book.run(2)
            book.write(3, "model.")
            book.page.keyboard.press("Tab")
            offers = book.page.locator(".jp-Completer-item")
            offers.first.wait_for()
            book.take_picture("offered")
            offered = "\n".join(offers.all_inner_texts())
            for method in ("forward(", "backward(", "predict(", "save("):
                self.assertIn(method, offered)


def figures_in(name: str) -> int:
    """The number of pictures in the stored outputs."""
    cells = code_cells(load(ROOT / "notebooks" / name))
    outputs = [output.get("data", {}) for cell in cells for output in cell.outputs]
    return sum("image/png" in data or "<img" in data.get("text/html", "") for data in outputs)


if __name__ == "__main__":
    unittest.main()
