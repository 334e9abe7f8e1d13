"""SHA-256 checksums: of the archive, of each file, of a whole folder."""

import hashlib
from pathlib import Path

from fetching import Problem


def read_manifest(path: Path) -> dict[str, str]:
    """Returns relative path -> SHA-256, read from the output format of `sha256sum`."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", "") or "not a list of checksums"
        raise Problem(f"{path}: {reason}; restore it with 'git checkout'") from error


def sha256(path: Path) -> str:
    """Returns the file's SHA-256 in hexadecimal, as `sha256sum` prints it."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def check_archive(archive: Path, expected: str) -> None:
    """Accepts the one archive with this SHA-256; raises a `Problem` for anything else."""
    with archive.open("rb") as file:
        if file.read(512).lstrip().startswith(b"<"):
            raise Problem("a web page came instead of the archive (a login page of the network?)")
    if (found := sha256(archive)) != expected:
        digests = f"its SHA-256 starts with {found[:8]}, not {expected[:8]}"
        raise Problem(f"this is not the tutorial's archive, or a damaged copy ({digests})")


def differences(folder: Path, manifest: dict[str, str]) -> list[str]:
    """Returns what is wrong with the folder. Extra hidden files are allowed."""
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()}
    extra = {name for name in found if not name.rpartition("/")[2].startswith(".")} - set(manifest)
    problems = [f"{name} is not in the list" for name in sorted(extra)]
    for name, digest in manifest.items():
        if name not in found:
            problems.append(f"{name} is missing")
        elif not (folder / name).is_file() or sha256(folder / name) != digest:
            problems.append(f"{name} has different content")
    return problems


def check_folder(folder: Path, manifest: dict[str, str]) -> None:
    """Raises a `Problem` unless the folder holds exactly the listed files."""
    if not folder.is_dir():
        raise Problem(f"{folder}: no such folder; run 'ci/fetch'")
    if problems := differences(folder, manifest):
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        remedy = "remove the folder and run 'ci/fetch'"
        raise Problem(f"{folder}: {problems[0]}{more}; {remedy}")
