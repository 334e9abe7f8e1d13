"""Times the rows and prints the table of ci/bench."""

import json
import statistics
import subprocess
from pathlib import Path

from benchmarks.programs import KEEPING_MEMORY, PROGRAMS, WORK, Program
from benchmarks.rows import OPTIMUM, ROWS


def digits(number: float) -> str:
    """Returns the number with three significant digits, or more before the decimal point."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def spread(times: list[float]) -> str:
    median, least, most = (digits(t) for t in (statistics.median(times), min(times), max(times)))
    return f"{median} s ({least} … {most})"


def table(names: list[str], folder: Path) -> None:
    print("| work | against | ratio | lrlib | peer |\n| --- | --- | --- | --- | --- |")
    for row in (ROWS[name] for name in names):
        sides = ("lrlib", row.ours), row.peer
        programs = [Program(name, folder, work, **KEEPING_MEMORY) for name, work in sides]
        # In turn, so that other load on the machine slows both down; the first turn is a warm-up.
        turns = [[program.seconds() for program in programs] for _ in range(1 + row.runs)]
        ours, theirs = (list(times) for times in zip(*turns[1:], strict=True))
        theirs = [row.scale * seconds for seconds in theirs]
        for program in programs:
            program.end()
        ratio = digits(statistics.median(theirs) / statistics.median(ours))
        cells = row.work, row.against, f"{ratio} ×", spread(ours), spread(theirs)
        print(f"| {' | '.join(cells)} |", flush=True)
    if any(ROWS[name].work == OPTIMUM for name in names):
        compare_objectives(folder)


def compare_objectives(folder: Path) -> None:
    """Prints how close the optima are: the mean loss with its penalty, in float64."""
    command = [*PROGRAMS["python"], folder, WORK, "objectives"]
    scores = json.loads(subprocess.check_output(command))
    best = min(scores.values())
    print(
        "\nThe mean loss with its penalty at each optimum, in float64, and how far above the best:"
    )
    for name, score in scores.items():
        print(f"{name} {score:.12f} ({score / best - 1:.0e})")
