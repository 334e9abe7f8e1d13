"""Where this repository, the cache and the kernelspec are."""

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / ".venv/share/jupyter/kernels/rust/kernel.json"


def cache() -> Path:
    """Returns our folder in the user's cache. As the XDG specification asks, a relative
    XDG_CACHE_HOME is ignored: every process would resolve it from a different folder."""
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".cache") / "lrlib"


CACHE = cache()


def digest(*parts: object) -> str:
    """Returns a short text that changes when one of the parts changes, to use in a file name."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
