"""Prints what scikit-learn says to the cases of model_selection.rs.

To run by hand: pip install scikit-learn==1.9.1; python lrlib/tests/model_selection.py
"""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import StratifiedKFold


def folds() -> None:
    """Prints the size of each fold, and how many of class 1 it has."""
    for zeros, ones, first, k in [(13, 8, 0, 4), (13, 8, 1, 4), (7, 30, 1, 7), (10, 5, 0, 5)]:
        y = np.repeat([first, 1 - first], [zeros, ones] if first == 0 else [ones, zeros])
        parts = [test for _, test in StratifiedKFold(k).split(y, y)]
        print(zeros, ones, first, [len(test) for test in parts], [y[test].sum() for test in parts])


def validation_curve(n: int, d: int) -> None:
    """Prints accuracy and log loss, on the training rows and held out: every third row."""
    i, j = np.arange(n)[:, None], np.arange(d)
    x = np.float32(3 + 2 * np.sin(1 + i * (j + 1))).astype(float)
    y = (np.sin(1 + i[:, 0] ** 2) > 0).astype(int)
    for weight_decay in np.float32([1e-3, 1.0, 0.03]).astype(float):
        scores = []
        for fold in range(3):
            train, held_out = i[:, 0] % 3 != fold, i[:, 0] % 3 == fold
            model = LogisticRegression(
                C=1 / (train.sum() * weight_decay),
                solver="newton-cholesky",
                tol=1e-12,
                max_iter=1000,
            ).fit(x[train], y[train])
            scores.append(
                [
                    score(y[rows], predict(x[rows]))
                    for rows in (train, held_out)
                    for score, predict in (
                        (accuracy_score, model.predict),
                        (log_loss, model.predict_proba),
                    )
                ]
            )
        print(n, d, weight_decay, *(f"{score:.10f}" for score in np.mean(scores, 0)))


if __name__ == "__main__":
    folds()
    validation_curve(60, 5)
    validation_curve(30, 80)
