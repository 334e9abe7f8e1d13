"""Prints the numbers that lrlib's tests expect, from PyTorch and Pillow.

To run by hand: pip install torch==2.13.0 torchvision pillow; python lrlib/tests/reference.py
The tests name the Python that gave each of their values.
"""

import io

import numpy as np
import torch
from PIL import Image
from torchvision.transforms import CenterCrop, Compose, Resize

torch.set_num_threads(2)


def pixels(n: int, d: int) -> torch.Tensor:
    """Returns numbers that Rust can compute too: bytes of a fixed pattern, divided by 255."""
    i, j = np.meshgrid(np.arange(n), np.arange(d), indexing="ij")
    levels = (i * i * 31 + j * 17 + i * j * 7) % 256
    return torch.tensor(levels / 255, dtype=torch.float32)


def train(bias: bool, weight_decay: float) -> None:
    x, x_val = pixels(24, 300), pixels(31, 300)[24:]
    y = (torch.arange(24) % 3 == 0).float()
    y_val = (torch.arange(24, 31) % 3 == 0).float()
    linear = torch.nn.Linear(300, 1, bias=bias)
    for parameter in linear.parameters():
        torch.nn.init.zeros_(parameter)
    groups = [{"params": [linear.weight], "weight_decay": weight_decay}]
    if bias:
        groups.append({"params": [linear.bias], "weight_decay": 0.0})
    optimizer = torch.optim.SGD(groups, lr=1e-2)
    for epoch in range(50):
        logits = linear(x).squeeze(1)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, y)
        accuracy = ((logits > 0) == (y > 0.5)).float().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            val = ((linear(x_val).squeeze(1) > 0) == (y_val > 0.5)).float().mean()
        if epoch in (0, 1, 10, 49):
            print(f"({epoch}, {loss.item():.8f}, {accuracy.item():.6f}, {val.item():.6f}),")
    print("weight[0], weight[299]:", *(f"{linear.weight[0, k].item():.8f}" for k in (0, 299)))
    if bias:
        print(f"bias: {linear.bias.item():.8f}")


def picture(width: int, height: int) -> Image.Image:
    """Returns a pattern with edges, on which a wrong filter gives other values."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    levels = (x * x * 3 + y * 29 + c * 83 + (x // 5 + y // 3) % 2 * 127) % 256
    return Image.fromarray(levels.astype(np.uint8))


def resize(width: int, height: int, size: int) -> None:
    image = Compose([Resize(size), CenterCrop(size)])(picture(width, height))
    levels = np.asarray(image).astype(int).ravel().tolist()
    print(f"{width} × {height} → {size}:", levels)


def jpeg(width: int, height: int) -> None:
    """Prints lrlib/tests/pictures/pattern.jpg, colours at half size, and Pillow's values."""
    file = io.BytesIO()
    picture(width, height).save(file, "JPEG")
    print("jpeg:", file.getvalue().hex())
    print(f"{width} × {height}:", np.asarray(Image.open(file)).ravel().tolist())


if __name__ == "__main__":
    for bias, weight_decay in ((True, 0.0), (False, 0.0), (True, 0.1)):
        print(f"# bias={bias}, weight_decay={weight_decay}")
        train(bias, weight_decay)
    resize(23, 17, 4)
    resize(9, 31, 3)
    resize(3, 2, 4)
    jpeg(7, 5)
    z, y = torch.tensor([-100.0, -2.0, 0.0, 3.0, 100.0]), torch.tensor([1.0, 0.0, 1.0, 1.0, 0.0])
    loss = torch.nn.functional.binary_cross_entropy_with_logits(z, y)
    clamped = torch.nn.functional.binary_cross_entropy(torch.sigmoid(z), y)
    print(f"with logits {loss.item():.6f}, from probabilities {clamped.item():.6f}")
