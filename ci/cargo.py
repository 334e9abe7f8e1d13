#!/usr/bin/env python3
"""Cargo, as the Rust kernel's search for types sees it: without the crates that no cell can name.

To know the type of a variable the kernel reads the sources of every crate that `cargo metadata`
names, sixty for lrlib, and at each `let` it looks through all of them. Nearly all are at work
inside lrlib and image, and no type of theirs ever reaches a cell. So this answers in place of
`cargo metadata` and leaves them out; everything else is left to Cargo. What is compiled does not
change: the kernel calls Cargo itself for that.

A crate that a cell adds with `:dep` is named, and all that it depends on.
"""

import os
import sys

# The crates whose types and traits are part of another's interface; of all others' every one is.
SHOWN = {"lrlib": {"image", "ndarray"}, "image": set(), "ndarray": {"num-complex", "num-traits"}}


def outline(metadata: dict) -> dict:
    """The answer of `cargo metadata`, with the packages that can be reached through SHOWN alone."""
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
    import json  # noqa: PLC0415 (slow, and the other commands need none)
    import subprocess  # noqa: PLC0415

    answer = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if answer.returncode:
        sys.exit(answer.returncode)
    json.dump(outline(json.loads(answer.stdout)), sys.stdout)


if __name__ == "__main__":
    main()
