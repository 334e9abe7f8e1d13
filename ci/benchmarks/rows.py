"""The rows of ci/bench's table: what is timed against what."""

from dataclasses import dataclass

RUNS = 5


@dataclass
class Row:
    """`ours` is a row of src/bin/bench.rs; `peer` is a program and its row."""

    work: str
    ours: str
    against: str
    peer: tuple[str, str]
    runs: int = RUNS
    scale: int = 1  # factor for the peer's seconds


FIT, LOOP, LOAD = "100 epochs, `fit`", "100 epochs, the loop written out", "load 397 pictures"
OPTIMUM = "the optimum with an L2 penalty, C = 1e-3"
TUTORIAL = "load, then 100 epochs, `fit`"
TORCH = "PyTorch, the same loop"
IN_KERNEL = "the same in the notebook kernel"
SLOW = "3 runs, as one takes over 20 s"
TORCH_TIMES_100 = f"{TORCH} (100 epochs, × 100)"
EVERY_EPOCH = "PyTorch, decoding at every epoch as the original (1 epoch, 3 runs, × 100)"
ROWS = {
    "fit100": Row(FIT, "fit100", TORCH, ("python", "train")),
    "fit10000": Row(
        "10,000 epochs, `fit`", "fit10000", TORCH_TIMES_100, ("python", "train"), scale=100
    ),
    "candle": Row(FIT, "fit100", f"candle ({SLOW})", ("rust", "candle"), runs=3),
    "optimum": Row(OPTIMUM, "optimum", "scikit-learn, lbfgs", ("python", "optimum")),
    "linfa": Row(OPTIMUM, "optimum", f"linfa, L-BFGS ({SLOW})", ("rust", "linfa"), runs=3),
    "loop": Row(LOOP, "loop", TORCH, ("python", "train")),
    "bytes": Row(f"{LOOP}, pixels as bytes", "bytes", TORCH, ("python", "train")),
    "read": Row(LOOP, "loop", "only reading the same numbers", ("lrlib", "read")),
    "load": Row(LOAD, "load", "Pillow, one process", ("python", "pillow")),
    "workers": Row(LOAD, "load", "PyTorch DataLoader, 2 workers", ("python", "workers")),
    "tutorial": Row(TUTORIAL, "tutorial", EVERY_EPOCH, ("python", "written"), runs=3, scale=100),
    "once": Row(TUTORIAL, "tutorial", "PyTorch, decoded once by 2 workers", ("python", "once")),
    "kernel": Row(FIT, "fit100", IN_KERNEL, ("kernel", "fit100")),
    "cells": Row(LOOP, "loop", IN_KERNEL, ("kernel", "loop")),
}
