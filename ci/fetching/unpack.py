"""Unpacks the listed files of a zip archive. Nothing the archive says is trusted."""

import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from fetching import Problem

TOP = "hymenoptera_data/"  # the archive's only folder
MIB = 1 << 20
LIMIT = 200 * MIB  # of all unpacked files together


def refuse_unsafe(entry: zipfile.ZipInfo) -> None:
    """Raises a `Problem` for an entry that could write outside the folder or exhaust the memory."""
    name = entry.orig_filename
    path, shown = PurePosixPath(name), repr(name[:80])
    if "\\" in name or ":" in name or path.is_absolute() or ".." in path.parts:
        raise Problem(f"the archive tries to write outside its folder: {shown}")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Problem(f"the archive holds a link: {shown}")
    # zipfile decompresses bzip2 and LZMA without a bound on memory.
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Problem(f"the archive is compressed by a method that is not deflate: {shown}")


def members(archive: Path, wanted: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """Yields name and content of each wanted file; a damaged archive is a `Problem`."""
    try:
        with zipfile.ZipFile(archive) as zipped:
            entries = zipped.infolist()
            for entry in entries:
                refuse_unsafe(entry)
            named = [(entry.orig_filename.removeprefix(TOP), entry) for entry in entries]
            listed = [(name, entry) for name, entry in named if name in wanted]
            if sum(entry.file_size for _, entry in listed) > LIMIT:
                raise Problem(f"the archive unpacks to more than {LIMIT // MIB} MiB")
            for name, entry in listed:
                with zipped.open(entry) as member:
                    # With a size, zipfile decompresses no more than that.
                    yield name, member.read(entry.file_size)
    except Problem:
        raise
    except Exception as error:  # zipfile raises a dozen types for damaged archives
        what = f"{type(error).__name__}: {error}"[:120]
        raise Problem(f"not a complete zip archive ({what})") from error


def unpack(archive: Path, folder: Path, manifest: dict[str, str]) -> None:
    """Writes the files that the manifest lists, and no others, into the folder."""
    for name, content in members(archive, manifest):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
