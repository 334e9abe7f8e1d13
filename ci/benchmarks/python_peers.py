"""The Python peers of ci/bench: does the work once for each line it reads, and prints the seconds.

usage: python_peers.py DATA WORK ROW, with the packages of set_up.py; the pixels in WORK are lrlib's
"""

import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from sklearn.linear_model import LogisticRegression
from torch.nn.functional import binary_cross_entropy
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder
from torchvision.transforms import CenterCrop, Compose, Resize, ToTensor

SPLITS = ("train", "val")
D = 3 * 224 * 224
C = 1e-3
PICTURES = Compose([Resize(224), CenterCrop(224)])
TENSORS = Compose([PICTURES, ToTensor(), torch.flatten])
Batches = Iterable[tuple[torch.Tensor, torch.Tensor]]


def pillow(data: Path) -> None:
    """Reads every picture in one process, without PyTorch except its transforms."""
    for split in SPLITS:
        paths = [path for path, _ in ImageFolder(data / split).samples]
        x = np.empty((len(paths), D), dtype=np.float32)
        for row, path in zip(x, paths, strict=True):
            with Image.open(path) as image:
                levels = np.asarray(PICTURES(image.convert("RGB")))
            np.divide(levels.transpose(2, 0, 1).ravel(), 255, out=row)


def loaders(data: Path, workers: int) -> list[Batches]:
    """Returns the tutorial's loaders: each gives a split as one batch, decoded at every use."""
    folders = [ImageFolder(data / split, TENSORS) for split in SPLITS]
    return [
        DataLoader(folder, batch_size=len(folder), shuffle=True, num_workers=workers)
        for folder in folders
    ]


def decoded(data: Path, workers: int = 2) -> list[Batches]:
    return [list(loader) for loader in loaders(data, workers)]


def pixels(work: Path, split: str) -> tuple[np.ndarray, np.ndarray]:
    rows = np.fromfile(work / f"{split}.f32", dtype="<f4").reshape(-1, 1 + D)
    return np.ascontiguousarray(rows[:, 1:]), rows[:, 0]


def train(both: list[Batches], epochs: int) -> None:
    linear = torch.nn.Linear(D, 1)
    for parameter in linear.parameters():
        torch.nn.init.zeros_(parameter)
    optimizer = torch.optim.SGD(linear.parameters(), lr=1e-4)
    for _ in range(epochs):
        for x, y in both[0]:
            y_hat = torch.sigmoid(linear(x)).squeeze(1)
            loss = binary_cross_entropy(y_hat, y.float())
            ((y_hat > 0.5) == (y > 0.5)).float().mean().item()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss.item()
        with torch.no_grad():
            for x, y in both[1]:
                y_hat = torch.sigmoid(linear(x)).squeeze(1)
                ((y_hat > 0.5) == (y > 0.5)).float().mean().item()


def optimum(x: np.ndarray, y: np.ndarray, path: Path) -> None:
    """Writes scikit-learn's optimum, weights and bias, to `path`. With its default tolerance, 1e-4,
    it stops at 6e-6 above the optimum; in float32 it gets no closer than 2e-7 (both relative)."""
    model = LogisticRegression(C=C, tol=1e-6, max_iter=1000).fit(x, y)
    np.append(model.coef_, model.intercept_).astype("<f8").tofile(path)


def objectives(work: Path) -> dict[str, float]:
    """Returns the mean loss with its penalty at each optimum in `work`, in float64."""
    x, y = pixels(work, "train")
    scores = {}
    for path in sorted(work.glob("*.f64")):
        *weight, bias = np.fromfile(path, dtype="<f8")
        z = x.astype(np.float64) @ weight + bias
        loss = np.mean(np.logaddexp(0, z) - y * z)
        scores[path.stem] = float(loss + np.dot(weight, weight) / (2 * C * len(y)))
    return scores


def work_of(row: str, data: Path, work: Path) -> Callable[[], object]:
    if row == "pillow":
        return lambda: pillow(data)
    if row == "workers":
        return lambda: decoded(data)
    if row == "written":
        return lambda: train(loaders(data, 0), 1)
    if row == "once":
        return lambda: train(decoded(data), 100)
    x, y = pixels(work, "train")
    if row == "optimum":
        x = x.astype(np.float64)
        return lambda: optimum(x, y, work / "scikit-learn.f64")
    both = [[tuple(map(torch.from_numpy, pixels(work, split)))] for split in SPLITS]
    return lambda: train(both, 100)


def main() -> None:
    data, work, row = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    if row == "objectives":
        print(json.dumps(objectives(work)))
        return
    do = work_of(row, data, work)
    for _ in sys.stdin:
        start = time.perf_counter()
        do()
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    torch.set_num_threads(2)
    main()
