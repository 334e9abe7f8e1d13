#!/usr/bin/env python3
"""Cargo for the Rust kernel's search for types: it hides the crates that no cell can name.

To know the type of a variable, the kernel reads the sources of every crate that `cargo metadata`
names, sixty for lrlib, and at each `let` it searches all of them. Nearly all are used only inside
lrlib and image, and a cell never meets a type of theirs. So this program answers `cargo metadata`
without them, and passes every other command on to Cargo. What is compiled does not change: for that
the kernel calls Cargo itself.

A crate that a cell adds with `:dep` is never hidden, nor is anything that it depends on, unless
SHOWN says otherwise.
"""

import os
import sys

# Of these crates' dependencies, only the named ones are part of the interface; of others', all are.
SHOWN = {
    "lrlib": {"image", "ndarray"},
    "image": set(),
    "ndarray": {"num-complex", "num-traits"},
    "candle-core": set(),
    "candle-nn": {"candle-core"},
    "linfa": {"ndarray"},
    "linfa-logistic": {"linfa", "ndarray"},
}


def outline(metadata: dict) -> dict:
    """Returns the answer of `cargo metadata` with only those packages that SHOWN leads to."""
    names = {package["id"]: package["name"] for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    seen, ahead = set(), list(metadata["workspace_members"])
    while ahead:
        if (node := nodes[ahead.pop()])["id"] in seen:
            continue
        seen.add(node["id"])
        if (shown := SHOWN.get(names[node["id"]])) is not None:
            node["deps"] = [dep for dep in node["deps"] if names[dep["pkg"]] in shown]
            node["dependencies"] = [dep["pkg"] for dep in node["deps"]]
        ahead += node["dependencies"]
    metadata["packages"] = [package for package in metadata["packages"] if package["id"] in seen]
    metadata["resolve"]["nodes"] = [nodes[package] for package in nodes if package in seen]
    return metadata


def main() -> None:
    command = ["cargo", *sys.argv[1:]]
    if "metadata" not in command or "--no-deps" in command:
        os.execvp("cargo", command)
    import json  # noqa: PLC0415 (slow; the other commands skip it)
    import subprocess  # noqa: PLC0415

    answer = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if answer.returncode:
        sys.exit(answer.returncode)
    json.dump(outline(json.loads(answer.stdout)), sys.stdout)


if __name__ == "__main__":
    main()
