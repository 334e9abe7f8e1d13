"""Writes metrics.txt: generated labels and scores, and what scikit-learn and statsmodels say.

To run by hand: pip install scikit-learn==1.9.1 statsmodels; python lrlib/tests/metrics.py
Each line is a case. The scores are float32, so that Rust reads the same numbers, and have few
digits, so that there are ties.
"""

from pathlib import Path

import numpy as np
from sklearn import metrics
from sklearn.calibration import calibration_curve
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

CASES = 50


def calibration_error(y: np.ndarray, p: np.ndarray, bins: int) -> float:
    """Returns the expected calibration error by its definition, bin by bin."""
    error = 0.0
    for low in np.arange(bins) / bins:
        inside = (p <= low + 1 / bins) & ((p > low) | (low == 0))
        if inside.any():
            error += inside.mean() * abs(p[inside].mean() - y[inside].mean())
    return error


def case(rng: np.random.Generator) -> dict[str, object]:
    n = int(rng.integers(8, 60))
    y = (rng.random(n) < rng.uniform(0.1, 0.9)).astype(int)
    y[:2] = 0, 1
    digits = int(rng.integers(1, 5))
    score = np.clip(0.5 + 0.25 * (y - 0.5) + 0.25 * rng.standard_normal(n), 0, 1)
    p = np.round(score, digits).astype(np.float32).astype(np.float64)  # as Rust reads it
    other = np.round(rng.random(n), 2).astype(np.float32).astype(np.float64)
    hat, other_hat = p > 0.5, other > 0.5
    bins = int(rng.integers(2, 12))
    share, mean = calibration_curve(y, p, n_bins=bins)
    fpr, tpr, _ = metrics.roc_curve(y, p, drop_intermediate=False)
    precisions, recalls, _ = metrics.precision_recall_curve(y, p)
    right, other_right = hat == y, other_hat == y
    table = [
        [(right & other_right).sum(), (right & ~other_right).sum()],
        [(~right & other_right).sum(), (~right & ~other_right).sum()],
    ]
    count = int(right.sum())
    return {
        "y": y,
        "p": p,
        "other": other,
        "bins": bins,
        "precision": metrics.precision_score(y, hat, zero_division=0),
        "recall": metrics.recall_score(y, hat),
        "f1_score": metrics.f1_score(y, hat),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, hat),
        "matthews_corrcoef": metrics.matthews_corrcoef(y, hat),
        "log_loss": metrics.log_loss(y, p),
        "brier_score": metrics.brier_score_loss(y, p),
        "roc_auc_score": metrics.roc_auc_score(y, p),
        "average_precision_score": metrics.average_precision_score(y, p),
        "fpr": fpr,
        "tpr": tpr,
        "precisions": precisions,
        "recalls": recalls,
        "calibration_share": share,
        "calibration_mean": mean,
        "expected_calibration_error": calibration_error(y, p, bins),
        "wilson": proportion_confint(count, n, method="wilson"),
        "mcnemar": mcnemar(table, exact=True).pvalue,
    }


def text(value: object) -> str:
    return ",".join(f"{float(x):.12g}" for x in np.ravel(value))


def main() -> None:
    rng = np.random.default_rng(0)
    cases = [case(rng) for _ in range(CASES)]
    lines = [" ".join(f"{name}={text(value)}" for name, value in c.items()) for c in cases]
    Path(__file__).with_suffix(".txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
