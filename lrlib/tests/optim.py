"""Writes optim.txt: what PyTorch's optimizer and schedules, and scikit-learn's L1, make of data.

To run by hand: pip install torch==2.13.0 scikit-learn==1.9.1 pillow
                python lrlib/tests/optim.py PHOTOGRAPHS

`pattern` are numbers that Rust can compute too. `photographs` are thumbnails of 8 × 8 blocks; a
block's value is the mean of its pixels, rounded to a whole level in integers, so that both sides
have the same. Only numbers of the runs are written.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from sklearn.linear_model import LogisticRegression
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR, StepLR

EPOCHS, BLOCKS = 60, 8
Data = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def pattern(first: int, last: int, d: int = 40) -> tuple[np.ndarray, np.ndarray]:
    i, j = np.meshgrid(np.arange(first, last), np.arange(d), indexing="ij")
    return (i * i * 31 + j * 17 + i * j * 7) % 256, np.arange(first, last) % 3 == 0


def thumbnail(path: Path) -> np.ndarray:
    levels = np.asarray(Image.open(path).convert("RGB")).astype(int)
    h, w, _ = levels.shape
    cut = [[side * k // BLOCKS for k in range(BLOCKS + 1)] for side in (h, w)]
    blocks = [
        levels[cut[0][i] : cut[0][i + 1], cut[1][j] : cut[1][j + 1]].reshape(-1, 3)
        for i in range(BLOCKS)
        for j in range(BLOCKS)
    ]
    means = [(2 * block.sum(0) + len(block)) // (2 * len(block)) for block in blocks]
    return np.concatenate(means)


def photographs(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    files = [
        sorted(path for path in (folder / name).iterdir() if path.suffix in (".jpg", ".jpeg"))
        for name in ("ants", "bees")
    ]
    x = np.stack([thumbnail(path) for paths in files for path in paths])
    return x, np.repeat([0, 1], [len(paths) for paths in files])


@dataclass
class Settings:
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0
    schedule: str = "constant"
    warm_up: int = 0

    def __str__(self) -> str:
        return " ".join(
            f"{name}={int(value) if isinstance(value, bool) else value}"
            for name, value in vars(self).items()
        )

    def scheduler(self, optimizer: torch.optim.Optimizer) -> torch.optim.lr_scheduler.LRScheduler:
        after = {
            "constant": lambda: StepLR(optimizer, EPOCHS, 1.0),
            "step": lambda: StepLR(optimizer, 7, 0.6),
            "cosine": lambda: CosineAnnealingLR(optimizer, 40, 0.001),
        }[self.schedule]()
        if not self.warm_up:
            return after
        before = LinearLR(optimizer, 1 / (self.warm_up + 1), total_iters=self.warm_up)
        return SequentialLR(optimizer, [before, after], [self.warm_up])


def train(data: Data, settings: Settings) -> tuple[list[float], list[float], list[float]]:
    x, y, x_val, y_val = (torch.tensor(part, dtype=torch.float64) for part in data)
    linear = torch.nn.Linear(x.shape[1], 1, dtype=torch.float64)
    torch.nn.init.zeros_(linear.weight)
    torch.nn.init.zeros_(linear.bias)
    groups = [
        {"params": [linear.weight], "weight_decay": settings.weight_decay},
        {"params": [linear.bias], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.SGD(
        groups, lr=0.1, momentum=settings.momentum, nesterov=settings.nesterov
    )
    scheduler = settings.scheduler(optimizer)
    entropy = torch.nn.functional.binary_cross_entropy_with_logits
    rates, losses, val_losses = [], [], []
    for _ in range(EPOCHS):
        rates.append(optimizer.param_groups[0]["lr"])
        loss = entropy(linear(x).squeeze(1), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        with torch.no_grad():
            val_losses.append(entropy(linear(x_val).squeeze(1), y_val).item())
    return rates, losses, val_losses


def early_stop(val_losses: list[float], patience: int, min_delta: float) -> tuple[int, int, int]:
    """Keras 3, callbacks/early_stopping.py, on_epoch_end, for a loss and without a baseline."""
    best, best_epoch, wait = np.inf, 0, 0
    for epoch, current in enumerate(val_losses):
        wait += 1
        if current + min_delta < best:
            best, best_epoch, wait = current, epoch, 0
        elif wait >= patience and epoch > 0:
            return best_epoch, epoch, 1
    return best_epoch, len(val_losses) - 1, 0


def l1_minimum(data: Data, l1: float) -> tuple[float, int]:
    """The smallest mean loss + l1·‖w‖₁, and the number of weights that are 0 there."""
    x, y, *_ = data
    model = LogisticRegression(
        l1_ratio=1.0, C=1 / (len(y) * l1), solver="saga", tol=1e-10, max_iter=1_000_000
    ).fit(x, y)
    z = model.decision_function(x)
    loss = (np.logaddexp(0, z) - y * z).mean()
    return loss + l1 * np.abs(model.coef_).sum(), int((model.coef_ == 0).sum())


def text(value: object) -> str:
    return ",".join(f"{float(x):.9g}" for x in np.ravel(value))


def main(folder: Path) -> None:
    sets = {
        "pattern": (*pattern(0, 24), *pattern(24, 40)),
        "photographs": (*photographs(folder / "train"), *photographs(folder / "val")),
    }
    lines = []
    for data_name, (x, y, x_val, y_val) in sets.items():
        data = (x / 255 - 0.5, y.astype(float), x_val / 255 - 0.5, y_val.astype(float))
        for settings in (
            Settings(weight_decay=0.1),
            Settings(momentum=0.9),
            Settings(momentum=0.9, nesterov=True),
            Settings(momentum=0.9, weight_decay=0.1),
            Settings(momentum=0.8, nesterov=True, weight_decay=0.1),
            Settings(schedule="step"),
            Settings(schedule="cosine"),
            Settings(warm_up=5),
            Settings(momentum=0.9, weight_decay=0.1, schedule="cosine", warm_up=5),
            Settings(momentum=0.9, nesterov=True, schedule="step", warm_up=3),
        ):
            rates, losses, val_losses = train(data, settings)
            lines.append(
                f"data={data_name} {settings} rates={text(rates)} losses={text(losses)} "
                f"val_losses={text(val_losses)} stop={text(early_stop(val_losses, 4, 0.001))}"
            )
        for l1 in (0.01, 0.03):
            objective, zeros = l1_minimum(data, l1)
            lines.append(f"data={data_name} l1={l1} objective={text(objective)} zeros={zeros}")
    Path(__file__).with_suffix(".txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
