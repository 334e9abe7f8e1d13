"""The kernel's build folder, its versions, and its copy of Rust's own sources."""

import json
import re
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

CI = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CI))

from kernel.build_folder import fill, prepared  # noqa: E402
from kernel.paths import CACHE, ROOT  # noqa: E402
from kernel.prepare import WRONG, compile_lines, dep_lines  # noqa: E402
from kernel.toolchain import ATTRIBUTES, COMMENTS  # noqa: E402
from kernel.versions import different_versions, locked_versions, packages  # noqa: E402


class FillTest(unittest.TestCase):
    def test_only_what_is_never_written_again_is_shared(self) -> None:
        lock = """
            name = "a-crate"
            version = "1.0.0"
            source = "registry+https://index.example"
            name = "lrlib"
            version = "0.1.0"
            """
        units = ("a-crate-0123456789abcdef/lib-a_crate", "lrlib-0123456789abcdef/lib-lrlib")
        names = ("liba_crate-0123456789abcdef.rlib", "liblrlib-0123456789abcdef.rlib", "libctx.so")
        debug = Path("ctx/target/debug")
        files = [debug / ".fingerprint" / unit for unit in units]
        files += [debug / "deps" / name for name in names] + [debug / ".cargo-lock"]
        with tempfile.TemporaryDirectory() as folder:
            source, copy = Path(folder) / "source", Path(folder) / "copy"
            for file in files:
                (source / file).parent.mkdir(parents=True, exist_ok=True)
                (source / file).write_text(file.name)
            (source / "Cargo.lock").write_text(textwrap.dedent(lock))
            fill(copy, source)
            shared = [file.name for file in files if (copy / file).samefile(source / file)]
            self.assertEqual(shared, ["lib-a_crate", "liba_crate-0123456789abcdef.rlib"])


class SourcesTest(unittest.TestCase):
    def test_only_attributes_that_stand_alone_are_left_out(self) -> None:
        text = """
        #[must_use = "this returns the result, \\
                      without modifying the original"]
        #[inline]
        #[unstable(feature = "a", issue = "1")]
        #[stable(feature = "b", since = "1.0.0")] pub fn b() {}
        sum_product! { 0, #[stable(feature = "c", since = "1.0.0")], i8 }
            #[stable(feature = "c", since = "1.0.0")],
        """
        self.assertEqual(ATTRIBUTES.sub("", text).split(), text[text.index("#[unst") :].split())

    def test_documentation_over_several_lines_stays_whole(self) -> None:
        text = '    /// One.\n    #[doc = "Two."]\n    #[doc = concat!(\n        "Three."\n    )]\n'
        self.assertEqual(COMMENTS.sub("", text), text[text.index("    #[doc = c") :])


class TypesTest(unittest.TestCase):
    def test_the_kernel_knows_the_types_of_what_it_reads_without_attributes(self) -> None:
        lines = """
            let power = 5_u32.pow(2);
            let (quotient, overflown) = 7_i64.overflowing_mul(3);
            let rest = (-5_i64).rem_euclid(3);
            let above = 250_u8.checked_add(9);
            let least = std::num::NonZeroU32::new(3).unwrap().leading_zeros();
            let count = std::sync::atomic::AtomicUsize::new(7).into_inner();
            let sum = [1.5_f32, 2.5].iter().sum::<f32>().mul_add(2.0, 1.0);
            let words = "a bee".split(' ').map(str::to_owned).collect::<Vec<_>>();
        """
        with tempfile.TemporaryDirectory(dir=CACHE, prefix="types-") as folder:
            copy = Path(folder) / "copy"
            fill(copy, prepared())
            problem = compile_lines(copy, textwrap.dedent(lines).splitlines())
        self.assertEqual(problem, "")


class WrongCellTest(unittest.TestCase):
    def test_the_first_wrong_cell_finds_the_libraries_checked(self) -> None:
        with tempfile.TemporaryDirectory(dir=CACHE, prefix="wrong-") as folder:
            copy = Path(folder) / "copy"
            fill(copy, prepared())
            before = units(copy)
            problem = compile_lines(copy, [dep_lines()[0], WRONG])
            self.assertEqual(units(copy) - before, set())
        self.assertEqual(problem, "cannot multiply `{integer}` by `{float}`")


def units(folder: Path) -> set[str]:
    """The names of what Cargo has compiled or checked in a build folder, without the cells."""
    names = {path.name for path in folder.rglob(".fingerprint/*")}
    return {name for name in names if not name.startswith("ctx-")}


class DepLinesTest(unittest.TestCase):
    def test_paths_of_solutions_are_those_of_the_lessons(self) -> None:
        library, own = (f':dep {crate} = {{ path = "UP{crate}" }}' for crate in ("lrlib", "own"))
        with tempfile.TemporaryDirectory() as name:
            notebooks = Path(name)
            (notebooks / "solutions").mkdir()
            for file, up in (("01.ipynb", "../"), ("solutions/01.ipynb", "../../")):
                source = "\n".join([library, own, "// :dep no", ':dep rand = "0.9"']).replace(
                    "UP", up
                )
                code = {"cell_type": "code", "source": source.splitlines(keepends=True)}
                text = {"cell_type": "markdown", "source": [':dep not = "run"']}
                cells = [code, text]
                (notebooks / file).write_text(json.dumps({"cells": cells}))
            (notebooks / "broken.ipynb").write_text("{")
            expected = [line.replace("UP", "../") for line in (library, own)] + [
                ':dep rand = "0.9"'
            ]
            self.assertEqual(dep_lines(notebooks), expected)


class VersionsTest(unittest.TestCase):
    def test_the_kernel_has_the_locked_versions(self) -> None:
        compiled = (prepared() / "Cargo.lock").read_text()
        self.assertEqual(different_versions(compiled, locked_versions()), [])
        self.assertIn('name = "ndarray"', compiled)

    def test_a_notebook_asks_for_exactly_a_locked_version(self) -> None:
        locked = packages(locked_versions())
        for line in dep_lines():
            if "path = " in line:
                continue
            name = re.search(r'package = "(.+?)"', line) or re.search(r":dep (\S+)", line)
            version = re.search(r'"=(.+?)"', line)
            self.assertIn((name[1], version and version[1]), locked, line)

    def test_one_that_differs_is_named(self) -> None:
        locked = (ROOT / "Cargo.lock").read_text()
        other = locked.replace('name = "ndarray"\nversion = "', 'name = "ndarray"\nversion = "9')
        self.assertRegex(different_versions(other, locked)[0], r"^ndarray 9\d+\.")


if __name__ == "__main__":
    unittest.main()
