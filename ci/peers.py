"""The peers' side of ci/bench: does one piece of work several times, prints each time as JSON.

usage: peers.py DATA ROW RUNS, with torch, torchvision and Pillow installed (ci/bench sees to it)
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn.functional import binary_cross_entropy
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder
from torchvision.transforms import CenterCrop, Compose, Resize, ToTensor

torch.set_num_threads(2)
PICTURES = Compose([Resize(224), CenterCrop(224)])
TENSORS = Compose([PICTURES, ToTensor(), torch.flatten])


def pillow(data: Path) -> None:
    """Every picture in one process, no PyTorch but its transforms' rounding."""
    for split in ("train", "val"):
        paths = [path for path, _ in ImageFolder(data / split).samples]
        x = np.empty((len(paths), 3 * 224 * 224), dtype=np.float32)
        for row, path in zip(x, paths, strict=True):
            with Image.open(path) as image:
                levels = np.asarray(PICTURES(image.convert("RGB")))
            np.divide(levels.transpose(2, 0, 1).ravel(), 255, out=row)


def batches(data: Path, workers: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """The tutorial's way: a loader that gives the whole split as one batch."""
    both = []
    for split in ("train", "val"):
        folder = ImageFolder(data / split, TENSORS)
        loader = DataLoader(
            folder, batch_size=len(folder), shuffle=split == "train", num_workers=workers
        )
        x, y = next(iter(loader))
        both.append((x, y.float()))
    return both


def train(both: list[tuple[torch.Tensor, torch.Tensor]], epochs: int) -> None:
    (x, y), (x_val, y_val) = both
    linear = torch.nn.Linear(x.shape[1], 1)
    for parameter in linear.parameters():
        torch.nn.init.zeros_(parameter)
    optimizer = torch.optim.SGD(linear.parameters(), lr=1e-4)
    for _ in range(epochs):
        y_hat = torch.sigmoid(linear(x)).squeeze(1)
        loss = binary_cross_entropy(y_hat, y)
        ((y_hat > 0.5) == (y > 0.5)).float().mean().item()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            ((torch.sigmoid(linear(x_val)).squeeze(1) > 0.5) == (y_val > 0.5)).float().mean().item()
        loss.item()


def main() -> None:
    data, row, runs = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    if row == "train":
        both = batches(data, 2)
        work = lambda: train(both, 100)  # noqa: E731
    elif row == "once":
        work = lambda: train(batches(data, 2), 100)  # noqa: E731
    elif row == "workers":
        work = lambda: batches(data, 2)  # noqa: E731
    else:
        work = lambda: pillow(data)  # noqa: E731
    work()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
