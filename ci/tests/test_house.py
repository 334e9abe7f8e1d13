"""ci/house.py on small trees of sources: what it counts, and what it must refuse."""

import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import house


class HouseTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.source = Path(folder.name)

    def put(self, name: str, text: str) -> Path:
        path = self.source / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def sizes(self) -> list[str]:
        with contextlib.redirect_stdout(io.StringIO()):
            return house.sizes(self.source)

    def test_only_code_counts(self) -> None:
        text = "//! A file.\n\nuse a::{\n    b,\n    c,\n};\n\n/// A function.\n"
        text += "fn f() {\n    // why\n    g();\n}\n"
        tests = "\n#[cfg(test)]\nmod tests {\n    fn t() {}\n}\n"
        self.assertEqual(house.code_lines(self.put("a/f.rs", text + tests)), 3)

    def test_a_folder_and_a_file_over_their_budget_are_named(self) -> None:
        for number in range(4):
            self.put(f"optim/{number}.rs", "f();\n" * 100)
        self.put("nn/long.rs", "f();\n" * 151)
        self.assertEqual(
            self.sizes(),
            ["optim/: 400 lines, 380 allowed", "nn/long.rs: 151 lines, 150 allowed"],
        )

    def test_a_device_counts_apart_and_with_its_kernels(self) -> None:
        self.put("fast/gram.rs", "f();\n" * 100)
        for number, suffix in enumerate(("cu", "wgsl", "rs", "rs")):
            (self.source / "fast/device/cuda").mkdir(parents=True, exist_ok=True)
            self.put(f"fast/device/cuda/{number}.{suffix}", "f();\n" * 140)
        self.assertEqual(self.sizes(), ["fast/device/cuda/: 560 lines, 360 allowed"])

    def test_circles_are_found_behind_names_passed_on(self) -> None:
        self.put("nn/mod.rs", "mod model;\npub use model::{Gradients, Model};\n")
        self.put("nn/model.rs", "use crate::optim::{Sgd, newton};\n")
        self.put(
            "optim/mod.rs", "mod newton;\nmod sgd;\npub use newton::newton;\npub use sgd::Sgd;\n"
        )
        self.put("optim/newton.rs", "use super::sgd;\n")
        sgd = self.put("optim/sgd.rs", "use std::fmt;\n")
        self.assertEqual(house.circle(self.source), [])
        sgd.write_text("use crate::{\n    nn::{Gradients, Model},\n};\n", encoding="utf-8")
        (problem,) = house.circle(self.source)
        self.assertIn("nn/model.rs", problem)
        self.assertIn("optim/sgd.rs", problem)


if __name__ == "__main__":
    unittest.main()
