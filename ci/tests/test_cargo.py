"""Which crates the kernel's search for types is told about."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CI = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CI))

from kernel.cargo import outline  # noqa: E402


def metadata(root: str, **deps: str) -> dict:
    """Returns an answer of `cargo metadata`, for crates with the names of their dependencies."""
    nodes = []
    for crate, needed in deps.items():
        links = [{"name": name, "pkg": name} for name in needed.split()]
        nodes.append({"id": crate, "deps": links, "dependencies": needed.split()})
    packages = [{"id": crate, "name": crate.replace("_", "-")} for crate in deps]
    resolve = {"root": root, "nodes": nodes}
    return {"packages": packages, "workspace_members": [root], "resolve": resolve}


class OutlineTest(unittest.TestCase):
    def kept(self, answer: dict) -> list[str]:
        return [package["id"] for package in outline(answer)["packages"]]

    def test_what_is_used_only_inside_lrlib_is_left_out(self) -> None:
        crates = {
            "ctx": "lrlib",
            "lrlib": "image plotters",
            "image": "png",
            "png": "",
            "plotters": "",
        }
        answer = metadata("ctx", **crates)
        self.assertEqual(self.kept(answer), ["ctx", "lrlib", "image"])
        self.assertEqual(
            [node["id"] for node in answer["resolve"]["nodes"]], ["ctx", "lrlib", "image"]
        )
        self.assertEqual(answer["resolve"]["nodes"][1]["dependencies"], ["image"])
        self.assertEqual(answer["resolve"]["nodes"][2]["deps"], [])

    def test_a_crate_that_a_cell_names_is_kept_with_all_it_needs(self) -> None:
        crates = {"ctx": "lrlib plotters", "lrlib": "plotters", "plotters": "png", "png": ""}
        self.assertEqual(self.kept(metadata("ctx", **crates)), list(crates))

    def test_a_circle_of_crates_ends(self) -> None:
        self.assertEqual(self.kept(metadata("a", a="b", b="a")), ["a", "b"])


class CommandTest(unittest.TestCase):
    def answer(self, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs `cargo.py` with a Cargo that is this shell script."""
        with tempfile.TemporaryDirectory() as folder:
            cargo = Path(folder, "cargo")
            cargo.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
            cargo.chmod(0o755)
            env = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
            command = [sys.executable, str(CI / "kernel/cargo.py"), *arguments]
            return subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    def test_other_commands_are_cargos(self) -> None:
        self.assertEqual(self.answer('echo "$@"', "build", "-q").stdout, "build -q\n")
        self.assertEqual(
            self.answer('echo "$@"', "metadata", "--no-deps").stdout, "metadata --no-deps\n"
        )

    def test_metadata_is_outlined(self) -> None:
        text = json.dumps(metadata("a", a="", b=""))
        answer = self.answer(f"echo '{text}'", "metadata", "--offline")
        self.assertEqual(
            [package["id"] for package in json.loads(answer.stdout)["packages"]], ["a"]
        )

    def test_a_failure_stays_one(self) -> None:
        answer = self.answer("echo no manifest >&2; exit 101", "metadata")
        self.assertEqual((answer.returncode, answer.stdout), (101, ""))
        self.assertEqual(answer.stderr, "no manifest\n")


if __name__ == "__main__":
    unittest.main()
