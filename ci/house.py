"""Prints the size of each folder of lrlib/src beside its budget. Fails if one is over it, if a file
is over MOST, or if files depend on each other in a circle.

    .venv/bin/python ci/house.py [FOLDER]

Sizes are lines of code: no blank lines, no comments, no tests, no `use` and `mod` lines.
"""

import re
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST = 150  # lines of a file
OTHER = 350  # lines of a folder that BUDGETS does not name
# No lesson teaches how figures are drawn. plot/ sets its own text and axes, as plotters spaces
# letters unevenly and has one linear or logarithmic type for each axis. features/ holds seven
# methods of scikit-learn and scikit-image; optim/ descends in steps, and straight to the minimum.
# fast/ is without devices: the lines of each, with those of its kernels, are counted by themselves.
BUDGETS = {
    "datasets": 355,
    "fast": 600,
    "fast/device": 200,
    "fast/device/cuda": 360,
    "fast/device/wgpu": 285,
    "features": 700,
    "optim": 380,
    "plot": 1000,
    "train": 600,
}
# What lessons 01 to 03 teach: a learner can read it in an evening. They do not teach batches from
# files, MNIST, where pictures are looked for, checkpoints, and the ways of making steps that are
# there for speed or for many pictures.
# What draws the figures does not count.
TAUGHT = ("transforms", "datasets", "nn", "optim", "metrics", "train")
TAUGHT_METRICS = ("accuracy.rs", "confusion_matrix.rs", "wilson_interval.rs")
TAUGHT_OPTIM = ("sgd.rs",)
NOT_TAUGHT = (
    "datasets/data_folder.rs",
    "datasets/data_loader.rs",
    "datasets/fingerprint.rs",
    "datasets/mnist.rs",
    "train/check.rs",
    "train/checkpoint.rs",
    "train/early_stopping.rs",
    "train/exchange.rs",
    "train/mini_batches.rs",
    "train/on_device.rs",
    "train/run.rs",
    "train/sample_space.rs",
    "train/save.rs",
)
TAUGHT_BUDGET = 1000


def code(path: Path) -> str:
    """A file without its tests."""
    return path.read_text(encoding="utf-8").partition("#[cfg(test)]\nmod tests {")[0]


def code_lines(path: Path) -> int:
    wiring = r"^(?:pub(?:\(\w+\))? )?(?:use|mod) [^;]+;"
    lines = [line.strip() for line in re.sub(wiring, "", code(path), flags=re.M).splitlines()]
    return sum(1 for line in lines if line and not line.startswith("//"))


def is_taught(path: Path, source: Path) -> bool:
    name = path.relative_to(source).as_posix()
    folder, _, file = name.partition("/")
    wanted = folder in TAUGHT and name not in NOT_TAUGHT
    parts = {"metrics": TAUGHT_METRICS, "optim": TAUGHT_OPTIM}
    return wanted and file in parts.get(folder, (file,))


def folder(path: Path, source: Path) -> str:
    """Returns the folder in whose budget a file counts."""
    name = path.parent.relative_to(source).as_posix()
    return name if name in BUDGETS else name.partition("/")[0]


def sizes(source: Path) -> list[str]:
    """Prints the table; returns what is over its budget."""
    sources = [path for suffix in ("rs", "cu", "wgsl") for path in source.rglob(f"*.{suffix}")]
    files = {path: code_lines(path) for path in sorted(sources)}
    rows = []
    for name in sorted({folder(path, source) for path in files if path.parent != source}):
        size = sum(lines for path, lines in files.items() if folder(path, source) == name)
        rows.append((f"{name}/", size, BUDGETS.get(name, OTHER)))
    taught = sum(lines for path, lines in files.items() if is_taught(path, source))
    rows.append(("taught in lessons 01 to 03", taught, TAUGHT_BUDGET))
    print(f"{'folder':28}{'lines':>6}{'budget':>8}")
    for name, size, budget in rows:
        print(f"{name:28}{size:6}{budget:8}")
    over = [
        f"{name}: {size} lines, {budget} allowed" for name, size, budget in rows if size > budget
    ]
    over += [
        f"{path.relative_to(source)}: {lines} lines, {MOST} allowed"
        for path, lines in files.items()
        if lines > MOST
    ]
    return over


def expand(use: str) -> list[str]:
    """`a::{b, c::{d, e}}` -> a::b, a::c::d, a::c::e"""
    head, brace, rest = use.partition("{")
    if not brace:
        return [use.partition(" as ")[0].strip()]
    parts, depth, start = [], 0, 0
    body = rest[: rest.rindex("}")]
    for at, sign in enumerate(body + ","):
        depth += (sign == "{") - (sign == "}")
        if sign == "," and depth == 0:
            parts.append(body[start:at].strip())
            start = at + 1
    return [path for part in parts if part for path in expand(head.strip() + part)]


def uses(path: Path, keyword: str) -> list[list[str]]:
    """The paths after `use` or `pub use`, whole items of the file before its tests."""
    items = re.findall(rf"^{keyword} ([^;]+);", code(path), re.M)
    return [used.split("::") for item in items for used in expand(" ".join(item.split()))]


def owner(source: Path, module: Path, names: list[str]) -> Path | None:
    """The file that owns a name, seen from the folder `module`; a `mod.rs` only passes names on."""
    if not names:
        return None
    first, *rest = names
    if (file := module / f"{first}.rs").is_file():
        return file
    if (module / first).is_dir():
        return owner(source, module / first, rest)
    if (index := module / "mod.rs").is_file():
        for path in uses(index, r"pub(?:\(crate\))? use"):
            if path[-1] == first:
                inside = path[0] != "crate"
                return owner(source, module, path) if inside else owner(source, source, path[1:])
    return None


def arrows(source: Path) -> dict[Path, set[Path]]:
    graph = {}
    for path in source.rglob("*.rs"):
        if path.name in ("mod.rs", "lib.rs"):
            continue
        found = set()
        for first, *rest in uses(path, "use"):
            if first in ("crate", "super"):
                found.add(owner(source, source if first == "crate" else path.parent, rest))
        graph[path] = found - {None, path}
    return graph


def circle(source: Path) -> list[str]:
    try:
        TopologicalSorter(arrows(source)).prepare()
    except CycleError as error:
        names = [path.relative_to(source).as_posix() for path in error.args[1]]
        return [f"a circle of files: {' → '.join(reversed(names))}"]
    return []


def main() -> None:
    source = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "lrlib/src").resolve()
    if problems := sizes(source) + circle(source):
        sys.exit("\n".join(f"ci/house.py: {problem}" for problem in problems))
    print(f"no circle among {len(arrows(source))} files")


if __name__ == "__main__":
    main()
