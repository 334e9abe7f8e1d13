"""ci/fetch against a server on this machine and archives made up here."""

import contextlib
import hashlib
import http.server
import io
import os
import random
import re
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
import tracemalloc
import unittest
import zipfile
from collections.abc import Iterator
from pathlib import Path

CI = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CI))
from fetching import Problem  # noqa: E402
from fetching.download import download  # noqa: E402
from fetching.unpack import unpack  # noqa: E402

FETCH = CI / "fetch"
FILES = {
    "train/ants/an ant.jpg": b"six legs" * 999,
    "train/bees/a.jpg": b"four wings",
    "val/ants/b.jpg": b"",
}


def archive(
    files: dict[str, bytes], top: str = "hymenoptera_data/", method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as zipped:
        for name, content in files.items():
            # Without a date of its own, each entry gets the same.
            zipped.writestr(zipfile.ZipInfo(top + name), content, method)
    return buffer.getvalue()


def mutations(originals: list[bytes], seed: int) -> Iterator[bytes]:
    """Yields 500 copies with bytes overwritten, pieces repeated, cut out and cut off; or as many
    as the variable MUTATIONS says."""
    rng = random.Random(seed)
    for _ in range(int(os.environ.get("MUTATIONS", "500"))):
        body = bytearray(rng.choice(originals))
        for _ in range(rng.choice((1, 1, 2, 8))):
            at = rng.randrange(len(body) - 8)
            size = rng.choice((1, 2, 4, 8))
            match rng.randrange(5):
                case 0 | 1:
                    body[at : at + size] = rng.randbytes(size)
                case 2:
                    body[at : at + size] = rng.choice((b"\0", b"\xff")) * size
                case 3:
                    body[at:at] = body[at : at + size * 8]
                case 4:
                    del body[at : at + rng.choice((size, len(body) - at - 30))]
            body += bytes(max(0, 16 - len(body)))
        yield bytes(body)


class Server(http.server.BaseHTTPRequestHandler):
    """Serves `body`; can promise more than it sends, answer an error, or not answer at all."""

    body, promised, status, silent = b"", 0, 200, threading.Event()
    location, raw = "", b""

    def do_GET(self) -> None:
        if self.path == "/silent":
            self.silent.wait(20)
            return
        if self.path == "/raw":
            self.wfile.write(self.raw)
            return
        if self.path == "/drip":
            with contextlib.suppress(OSError):
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Header: ")
                while not self.silent.wait(0.2):
                    self.wfile.write(b"x")
            return
        self.send_response(self.status)
        if self.location:
            self.send_header("Location", self.location)
        self.send_header("Content-Length", str(max(self.promised, len(self.body))))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(self.body)
            self.wfile.flush()
            if self.path == "/slow":
                self.silent.wait(20)

    def log_message(self, format: str, *args: object) -> None:
        """Keeps the requests out of the tests' output."""


class FetchTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.into = self.folder / "data" / "hymenoptera_data"
        self.manifest = self.folder / "manifest"
        self.manifest.write_text(
            "".join(f"{hashlib.sha256(c).hexdigest()}  {name}\n" for name, c in FILES.items())
        )
        self.handler = type("Handler", (Server,), {"silent": threading.Event()})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.addCleanup(self.handler.silent.set)
        self.address = f"http://127.0.0.1:{server.server_port}"

    def command(self, *args: str | Path) -> list[str]:
        options = ("--into", self.into, "--manifest", self.manifest, "--timeout", "1")
        return [str(a) for a in (sys.executable, FETCH, *options, *args)]

    def fetch(self, path: str = "/a.zip", *args: str | Path) -> subprocess.CompletedProcess[str]:
        url = path if "://" in path else self.address + path
        digest = hashlib.sha256(self.handler.body).hexdigest()
        command = self.command("--from", url, "--sha256", digest, *args)
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    def fails(self, said: str, path: str = "/a.zip", *args: str | Path) -> None:
        result = self.fetch(path, *args)
        self.assertEqual(result.returncode, 1, result)
        self.assertIn(said, result.stderr)
        progress = re.compile(r"ci/fetch: ([0-9.]+( of [0-9]+)? MiB|.*: 45 MiB, about 1 minute)")
        lines = [line for line in result.stderr.splitlines() if not progress.fullmatch(line)]
        self.assertEqual(len(lines), 1, result.stderr)
        self.assertRegex(lines[0], r"\Aci/fetch: .{20,400}; .{10,}\Z", "path, cause; remedy")
        self.assertNotIn("Traceback", result.stderr)
        self.assert_nothing_left()

    def assert_nothing_left(self) -> None:
        left = [p.name for p in self.into.parent.glob("*")] if self.into.parent.exists() else []
        self.assertEqual(left, [])

    def test_good_archive(self) -> None:
        self.handler.body = archive({**FILES, "README": b"not in the list, so not unpacked"})
        result = self.fetch()
        self.assertEqual(result.returncode, 0, result)
        found = {p.relative_to(self.into).as_posix() for p in self.into.rglob("*") if p.is_file()}
        self.assertEqual(found, set(FILES))
        for name, content in FILES.items():
            self.assertEqual((self.into / name).read_bytes(), content)
        self.assertEqual([p.name for p in self.into.parent.iterdir()], ["hymenoptera_data"])

    def test_archive_from_a_file(self) -> None:
        path = self.folder / "a.zip"
        path.write_bytes(archive(FILES))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        command = self.command("--from", path, "--sha256", digest)
        subprocess.run(command, check=True, capture_output=True)
        self.assertTrue((self.into / "train/bees/a.jpg").exists())
        self.assertTrue(path.exists())

    def test_archive_that_cannot_be_read(self) -> None:
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        missing = self.folder / "no.zip"
        cases = {missing: "no such file", self.folder: "is not a file", fifo: "is not a file"}
        for path, cause in cases.items():
            with self.subTest(cause):
                command = self.command("--from", path)
                result = subprocess.run(
                    command, capture_output=True, text=True, timeout=60, check=False
                )
                self.assertEqual(result.returncode, 1, result)
                line = rf"\Aci/fetch: {path}: {cause}.*; correct --from.*\n\Z"
                self.assertRegex(result.stderr, line)
                self.assert_nothing_left()

    def test_already_there_asks_nobody(self) -> None:
        self.handler.body = archive(FILES)
        self.fetch()
        self.handler.status = 500
        result = self.fetch()
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("3 files, verified", result.stdout)

    def test_already_there_but_wrong_is_kept_and_said(self) -> None:
        self.handler.body = archive(FILES)
        self.fetch()
        (self.into / "train/bees/a.jpg").write_bytes(b"five wings")
        (self.into / "val/ants/b.jpg").unlink()
        result = self.fetch()
        self.assertEqual(result.returncode, 1)
        self.assertIn("train/bees/a.jpg has different content (and 1 more)", result.stderr)

    def test_check_names_a_pipe_and_a_file_too_many(self) -> None:
        self.handler.body = archive(FILES)
        self.fetch()
        self.assertEqual(self.fetch("/", "--check", self.into).returncode, 0)
        (self.into / "val/ants/b.jpg").unlink()
        os.mkfifo(self.into / "val/ants/b.jpg")
        self.assertIn("b.jpg has different", self.fetch("/", "--check", self.into).stderr)
        (self.into / "val/ants/c.jpg").write_bytes(b"one more")
        self.assertIn("val/ants/c.jpg is not in", self.fetch("/", "--check", self.into).stderr)

    def test_another_archive(self) -> None:
        self.handler.body = archive(FILES)
        self.fails("its SHA-256 starts with", "/a.zip", "--sha256", "0" * 64)

    def test_web_page(self) -> None:
        self.handler.body = b"\n<!doctype html><title>Log in to the network</title>"
        self.fails("a web page came instead of the archive")

    def test_server_error(self) -> None:
        self.handler.status = 503
        self.fails("the server answered 503")

    def test_nobody_listens(self) -> None:
        self.address = "http://127.0.0.1:9"
        self.fails("cannot be downloaded: Connection refused")

    def test_no_answer(self) -> None:
        start = time.monotonic()
        self.fails("no answer in 1 s", "/silent")
        self.assertLess(time.monotonic() - start, 10)

    def test_headers_a_byte_at_a_time(self) -> None:
        start = time.monotonic()
        self.fails("not done in 0.02 minutes", "/drip", "--time-limit", "1.2")
        self.assertLess(time.monotonic() - start, 10)

    def test_answers_that_are_not_http(self) -> None:
        chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        answers = {
            "": "closed",
            "SSH-2.0-OpenSSH_9.2\r\n": "does not speak HTTP",
            "\x1b[2J\xff" * 999 + "\r\n\r\n": "does not speak HTTP",
            "HTTP/1.1 999999 Odd\r\n\r\n": "does not speak HTTP",
            "HTTP/1.1 503 \x1b[2J\rgone\r\n\r\n": "answered 503",
            chunked + "not a number\r\nPK\r\n": "damaged",
            chunked + "8\r\nPK": "broke off",
            "HTTP/1.1 200 OK\r\nX: " + "x" * 70_000 + "\r\n\r\n": "header line",
            "HTTP/1.1 200 OK\r\n" + "X: x\r\n" * 200 + "\r\n": "headers",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nPK": "not the tutorial's archive",
        }
        for answer, said in answers.items():
            with self.subTest(answer[:80]):
                self.handler.raw = answer.encode("latin-1")
                self.fails(said, "/raw")

    def test_mutated_answers(self) -> None:
        """Each is downloaded, or refused in one line."""
        start = b"HTTP/1.1 200 OK\r\nServer: here\r\n"
        originals = [
            start + b"Content-Length: 16\r\n\r\nsixteen letters.",
            start
            + b"Transfer-Encoding: chunked\r\n\r\n8\r\nsixteen \r\n8\r\nletters.\r\n0\r\n\r\n",
        ]
        refused = 0
        for number, self.handler.raw in enumerate(mutations(originals, seed=0)):
            with self.subTest(number), contextlib.redirect_stderr(io.StringIO()):
                try:
                    download(f"{self.address}/raw", self.folder / "raw", timeout=5, limit=20)
                except Problem as problem:
                    refused += 1
                    self.assertRegex(str(problem), r"\A.{20,200}\Z")
        self.assertGreater(refused, number / 4)

    def test_redirects(self) -> None:
        self.handler.status = 302
        for self.handler.location in ("/a.zip", "gopher://example/a.zip", "http://[", "http://:x/"):
            with self.subTest(self.handler.location):
                self.fails(f"{self.address}/a.zip: ")

    def test_odd_addresses(self) -> None:
        hosts = ("", "[::1", "127.0.0.1:x", "127.0.0.1:99999", "exa mple", "a" * 70 + ".example")
        urls = [f"http://{host}/a.zip" for host in hosts]
        urls += ["://", "http://", "gopher://example/a.zip", f"{self.address}/a b\n.zip"]
        urls += [f"{self.address}/ä.zip", "http://ex\udcff/", "data://,PK", "file:///dev/null"]
        for url in urls:
            with self.subTest(url):
                self.fails("ci/fetch: ", url)

    def test_connection_that_breaks_off(self) -> None:
        self.handler.body = archive(FILES)[:200]
        self.handler.promised = 10_000
        self.fails("broke off after 200 of 10000 bytes")

    def test_truncated_archive(self) -> None:
        self.handler.body = archive(FILES)[:-30]
        self.fails("not a complete zip archive")

    def test_damaged_archive(self) -> None:
        body = bytearray(archive(FILES))
        body[80] ^= 0xFF
        self.handler.body = bytes(body)
        self.fails("not a complete zip archive")

    def test_mutated_archives(self) -> None:
        """Each is unpacked, or refused in one line."""
        files = {**FILES, "train/ants/an ant.jpg": b"six legs" * 9, "val/ants/ümläut.jpg": b"x"}
        methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
        originals = [archive(files, method=method) for method in methods]
        path, tree = self.folder / "mutated.zip", self.folder / "tree"
        manifest = dict.fromkeys(files, "")
        refused = 0
        for number, body in enumerate(mutations(originals, seed=0)):
            with self.subTest(number):
                path.write_bytes(body)
                try:
                    unpack(path, tree, manifest)
                except Problem as problem:
                    refused += 1
                    self.assertRegex(str(problem), r"\A.{20,400}\Z")
        self.assertGreater(refused, number / 2)
        found = {p.relative_to(tree).as_posix() for p in tree.rglob("*") if p.is_file()}
        self.assertLessEqual(found, set(manifest))
        self.assertEqual(
            {p.name for p in self.folder.iterdir()}, {"manifest", "mutated.zip", "tree"}
        )

    def test_entry_larger_than_it_declares(self) -> None:
        """64 MiB that declare 10 bytes are never in memory at once."""
        body = bytearray(archive({"val/ants/b.jpg": bytes(64 << 20)}))
        size = body.rindex(b"PK\1\2") + 24  # of the uncompressed file, in the central directory
        body[size : size + 4] = (10).to_bytes(4, "little")
        path = self.folder / "bomb.zip"
        path.write_bytes(body)
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        with self.assertRaisesRegex(Problem, "Bad CRC"):
            unpack(path, self.folder / "tree", dict.fromkeys(FILES, ""))
        self.assertLess(tracemalloc.get_traced_memory()[1], 4 << 20)

    def test_other_compression(self) -> None:
        self.handler.body = archive(FILES, method=zipfile.ZIP_LZMA)
        self.fails("not deflate")

    def test_too_large_a_download(self) -> None:
        self.handler.promised = 1 << 30
        self.handler.body = b"PK"
        self.fails("more than 100 MiB")

    def test_archive_that_unpacks_to_too_much(self) -> None:
        self.handler.body = archive({**FILES, "train/bees/a.jpg": bytes(201 << 20)})
        self.fails("unpacks to more than 200 MiB")

    def test_wrong_content(self) -> None:
        self.handler.body = archive({**FILES, "train/bees/a.jpg": b"five wings"})
        self.fails("1 of 3 files are not the tutorial's, first train/bees/a.jpg has diff")

    def test_missing_file(self) -> None:
        self.handler.body = archive({k: FILES[k] for k in list(FILES)[:2]})
        self.fails("val/ants/b.jpg is missing")

    def test_paths_that_leave_the_folder(self) -> None:
        for name in ("../evil", "/evil", "hymenoptera_data/../../evil", "a\\..\\evil", "C:/evil"):
            with self.subTest(name):
                self.handler.body = archive({**{f"hymenoptera_data/{k}": c for k, c in
                                                FILES.items()}, name: b"evil"}, top="")  # fmt: skip
                self.fails("tries to write outside its folder")
                self.assertEqual(list(self.folder.rglob("*evil*")), [])

    def test_link(self) -> None:
        buffer = io.BytesIO(archive(FILES))
        with zipfile.ZipFile(buffer, "a") as zipped:
            link = zipfile.ZipInfo("hymenoptera_data/train/link")
            link.external_attr = (stat.S_IFLNK | 0o777) << 16
            zipped.writestr(link, "/etc")
        self.handler.body = buffer.getvalue()
        self.fails("the archive holds a link")

    def start_and(self, end: signal.Signals) -> int:
        """Starts a download that hangs in the middle, ends it, and returns its exit status."""
        self.handler.body, self.handler.promised = archive(FILES)[:200], 10_000
        command = [*self.command("--from", self.address + "/slow"), "--timeout", "20"]
        # In a background job Ctrl-C is ignored, and programs started there inherit that.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            part = self.into.with_name("hymenoptera_data.part") / "archive.zip"
            deadline = time.monotonic() + 10
            while not part.exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            self.assertTrue(part.exists())
            process.send_signal(end)
            return process.wait(10)

    def test_interrupted_leaves_nothing(self) -> None:
        self.assertEqual(self.start_and(signal.SIGINT), 130)
        self.assert_nothing_left()

    def test_killed_is_cleaned_by_the_next(self) -> None:
        self.assertEqual(self.start_and(signal.SIGKILL), -signal.SIGKILL)
        self.assertTrue(self.into.with_name("hymenoptera_data.part").exists())
        self.handler.body, self.handler.promised = archive(FILES), 0
        self.assertEqual(self.fetch().returncode, 0)
        self.assertEqual([p.name for p in self.into.parent.iterdir()], ["hymenoptera_data"])


if __name__ == "__main__":
    unittest.main()
