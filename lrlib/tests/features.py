"""Writes features.txt: a picture, some points, and what scikit-image and scikit-learn make of them.

To run by hand: pip install scikit-image==0.26.0 scikit-learn==1.9.1; python lrlib/tests/features.py
Each line is a name and its numbers. The points are float32, so that Rust reads the same numbers.
"""

import warnings
from pathlib import Path

import numpy as np
from skimage.color import rgb2gray, rgb2lab
from skimage.feature import fisher_vector, local_binary_pattern
from sklearn.decomposition import PCA
from sklearn.mixture import GaussianMixture
from sklearn.preprocessing import StandardScaler

WIDTH, HEIGHT = 37, 29
RADII = (1, 2, 3, 5)
BINS, MOST, SIGMA = 4, 64, 0.22
CELL, STEP = 3, 5


def histogram(picture: np.ndarray) -> np.ndarray:
    """Returns the colour histogram by its definition: triangles around the middles of the bins."""
    lab = rgb2lab(picture).reshape(-1, 3)
    share = np.stack([lab[:, 0] / 100, *((lab[:, 1:] / MOST + 1) / 2).T])
    places = np.clip(share * BINS - 0.5, 0, BINS - 1)
    near = np.maximum(0, 1 - np.abs(places[:, :, None] - np.arange(BINS)))
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    square = (x / WIDTH - 0.5) ** 2 + (y / HEIGHT - 0.5) ** 2
    weight = np.exp(-square / (2 * SIGMA**2)).ravel()
    bins = np.einsum("p,pi,pj,pk->ijk", weight, *near)
    return np.sqrt(bins / bins.sum()).ravel()


def patterns(picture: np.ndarray) -> np.ndarray:
    """Returns the histograms of the picture and its mirror image, averaged."""
    all_radii = []
    for radius in RADII:
        bins = np.zeros(256)
        for gray in (rgb2gray(picture), rgb2gray(picture[:, ::-1])):
            codes = local_binary_pattern(gray, 8, radius, method="default")
            inside = codes[radius:-radius, radius:-radius].astype(int)
            bins += np.bincount(inside.ravel(), minlength=256)
        all_radii.append(np.sqrt(bins / bins.sum() / len(RADII)))
    return np.concatenate(all_radii)


def cells(planes: np.ndarray, finish) -> list[np.ndarray]:
    """Returns the descriptor of each patch, each cell a mean weighted by triangles."""
    side = np.array([*range(1, CELL + 1), *range(CELL - 1, 0, -1)]) / CELL**2
    patch = 5 * CELL - 1
    grids = [range((n - patch) % STEP // 2, n - patch + 1, STEP) for n in (HEIGHT, WIDTH)]
    descriptors = []
    for top in grids[0]:
        for left in grids[1]:
            numbers = []
            for y in range(top, top + 4 * CELL, CELL):
                for x in range(left, left + 4 * CELL, CELL):
                    part = planes[y : y + len(side), x : x + len(side)]
                    numbers.append(np.einsum("y,x,yxc->c", side, side, part))
            descriptors.append(finish(np.array(numbers)).ravel() * 255)
    return descriptors


def gradients(picture: np.ndarray) -> list[np.ndarray]:
    gray = np.pad(rgb2gray(picture), 1, mode="edge")
    dx, dy = gray[1:-1, 2:] - gray[1:-1, :-2], gray[:-2, 1:-1] - gray[2:, 1:-1]
    turn = np.arctan2(dy, dx)[:, :, None] - np.arange(8) * np.pi / 4
    distance = np.abs((turn + np.pi) % (2 * np.pi) - np.pi) / (np.pi / 4)
    planes = np.hypot(dx, dy)[:, :, None] * np.maximum(0, 1 - distance)
    return cells(planes, lambda numbers: np.sqrt(numbers / (numbers.sum() + 1e-3)))


def colors(picture: np.ndarray) -> list[np.ndarray]:
    r, g, b = np.moveaxis(picture / 255, 2, 0)
    planes = np.stack([(1 + r - g) / 2, (1 + (r + g) / 2 - b) / 2, (r + g + b) / 3], axis=2)

    def finish(numbers: np.ndarray) -> np.ndarray:
        mean, square = numbers[:, :3], numbers[:, 3:]
        return np.hstack([mean, 2 * np.sqrt(square - mean**2)])

    return cells(np.concatenate([planes, planes**2], axis=2), finish)


def main() -> None:
    rng = np.random.default_rng(0)
    smooth = rng.integers(0, 256, (8, 10, 3)).repeat(4, axis=0).repeat(4, axis=1)
    noise = rng.integers(-20, 21, (HEIGHT, WIDTH, 3))
    picture = np.clip(smooth[:HEIGHT, :WIDTH] + noise, 0, 255).astype(np.uint8)
    grays = np.array([[[v, v, v] for v in (0, 1, 10, 11, 128, 255)]], np.uint8)
    hues = np.array(
        [[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0], [90, 60, 12]]], np.uint8
    )
    rgb = np.concatenate([grays, hues], axis=1)

    x = rng.standard_normal((30, 4)) @ rng.standard_normal((4, 4)) + [5, 0, -3, 100]
    x = x.astype(np.float32).astype(np.float64)
    pca = PCA(3).fit(x)
    weights = np.array([0.5, 0.3, 0.2])
    means = (x[:3] + 0.5).astype(np.float32).astype(np.float64)
    covariances = np.array([x.var(axis=0) * scale for scale in (0.5, 1, 2)]).astype(np.float32)
    covariances = covariances.astype(np.float64)
    start = GaussianMixture(3, covariance_type="diag")
    start.weights_, start.means_, start.covariances_ = weights, means, covariances
    start.precisions_cholesky_ = 1 / np.sqrt(covariances)
    with warnings.catch_warnings(action="ignore"):
        step = GaussianMixture(
            3,
            covariance_type="diag",
            reg_covar=0,
            max_iter=1,
            weights_init=weights,
            means_init=means,
            precisions_init=1 / covariances,
        ).fit(x)
    fisher = fisher_vector(x, start)[3:]
    fisher[12:] *= -1  # skimage has the gradient for the precisions' square roots, with this sign
    constant = np.column_stack([x, np.full(30, 0.1, np.float32)])
    scaler = StandardScaler().fit(constant)
    lines = {
        "rgb": rgb,
        "lab": rgb2lab(rgb),
        "picture": picture,
        "histogram": histogram(picture),
        "patterns": patterns(picture),
        "gradients": gradients(picture),
        "colors": colors(picture),
        "x": x,
        "pca_mean": pca.mean_,
        "pca_components": np.abs(pca.components_),
        "pca_explained_variance": pca.explained_variance_,
        "pca_explained_variance_ratio": pca.explained_variance_ratio_,
        "pca_transform": np.abs(pca.transform(x)),
        "weights": weights,
        "means": means,
        "covariances": covariances,
        "predict_proba": start.predict_proba(x),
        "score": start.score(x),
        "step_weights": step.weights_,
        "step_means": step.means_,
        "step_covariances": step.covariances_,
        "fisher_vector": fisher,
        "with_constant": constant,
        "standardized": scaler.transform(constant),
    }
    text = "".join(
        f"{name}=" + ",".join(f"{number:.9g}" for number in np.ravel(numbers)) + "\n"
        for name, numbers in lines.items()
    )
    Path(__file__).with_suffix(".txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
