"""The kernel's build folder, its versions, its view of Rust's own sources, what JupyterLab asks it,
and what is left of a kernel that was killed."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest
from collections.abc import Callable
from pathlib import Path
from unittest.mock import ANY, MagicMock, patch

from jupyter_client.connect import write_connection_file
from traitlets.config import PyFileConfigLoader

CI = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CI))

from kernel import (  # noqa: E402
    ATTRIBUTES,
    CACHE,
    COMMENTS,
    COPIES,
    ROOT,
    compile_lines,
    different_versions,
    fill,
    hold_ports,
    prepared,
    tidy,
)

# Starts a kernel, lets it compile a cell, says so, and waits.
SERVER = """
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(startup_timeout=120, kernel_name="rust")
client.execute_interactive("let two = 1 + 1;", timeout=120)
print(manager.provisioner.pid, flush=True)
input()
"""


def wait_until(holds: Callable[[], bool]) -> bool:
    """Whether it came to hold within a minute."""
    end = time.monotonic() + 60
    while not (held := holds()) and time.monotonic() < end:
        time.sleep(0.1)
    return held


def is_gone(pid: int) -> bool:
    """No process has this number, or it has ended and waits for its parent to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


class FillTest(unittest.TestCase):
    def test_only_what_is_never_written_again_is_shared(self) -> None:
        lock = """
            name = "a-crate"
            version = "1.0.0"
            source = "registry+https://index.example"
            name = "lrlib"
            version = "0.1.0"
            """
        units = ("a-crate-0123456789abcdef/lib-a_crate", "lrlib-0123456789abcdef/lib-lrlib")
        names = ("liba_crate-0123456789abcdef.rlib", "liblrlib-0123456789abcdef.rlib", "libctx.so")
        debug = Path("ctx/target/debug")
        files = [debug / ".fingerprint" / unit for unit in units]
        files += [debug / "deps" / name for name in names] + [debug / ".cargo-lock"]
        with tempfile.TemporaryDirectory() as folder:
            source, copy = Path(folder) / "source", Path(folder) / "copy"
            for file in files:
                (source / file).parent.mkdir(parents=True, exist_ok=True)
                (source / file).write_text(file.name)
            (source / "Cargo.lock").write_text(textwrap.dedent(lock))
            fill(copy, source)
            shared = [file.name for file in files if (copy / file).samefile(source / file)]
            self.assertEqual(shared, ["lib-a_crate", "liba_crate-0123456789abcdef.rlib"])


class SourcesTest(unittest.TestCase):
    def test_only_attributes_that_stand_alone_are_left_out(self) -> None:
        text = """
        #[must_use = "this returns the result, \\
                      without modifying the original"]
        #[inline]
        #[unstable(feature = "a", issue = "1")]
        #[stable(feature = "b", since = "1.0.0")] pub fn b() {}
        sum_product! { 0, #[stable(feature = "c", since = "1.0.0")], i8 }
            #[stable(feature = "c", since = "1.0.0")],
        """
        self.assertEqual(ATTRIBUTES.sub("", text).split(), text[text.index("#[unst") :].split())

    def test_documentation_over_several_lines_stays_whole(self) -> None:
        text = '    /// One.\n    #[doc = "Two."]\n    #[doc = concat!(\n        "Three."\n    )]\n'
        self.assertEqual(COMMENTS.sub("", text), text[text.index("    #[doc = c") :])


class TypesTest(unittest.TestCase):
    def test_the_kernel_knows_the_types_of_what_it_reads_without_attributes(self) -> None:
        lines = """
            let power = 5_u32.pow(2);
            let (quotient, overflown) = 7_i64.overflowing_mul(3);
            let rest = (-5_i64).rem_euclid(3);
            let above = 250_u8.checked_add(9);
            let least = std::num::NonZeroU32::new(3).unwrap().leading_zeros();
            let count = std::sync::atomic::AtomicUsize::new(7).into_inner();
            let sum = [1.5_f32, 2.5].iter().sum::<f32>().mul_add(2.0, 1.0);
            let words = "a bee".split(' ').map(str::to_owned).collect::<Vec<_>>();
        """
        with tempfile.TemporaryDirectory(dir=CACHE, prefix="types-") as folder:
            copy = Path(folder) / "copy"
            fill(copy, prepared())
            problem = compile_lines(copy, textwrap.dedent(lines).splitlines())
        self.assertEqual(problem, "")


class VersionsTest(unittest.TestCase):
    def test_the_kernel_has_the_locked_versions(self) -> None:
        compiled, locked = ((path / "Cargo.lock").read_text() for path in (prepared(), ROOT))
        self.assertEqual(different_versions(compiled, locked), [])
        self.assertIn('name = "ndarray"', compiled)

    def test_one_that_differs_is_named(self) -> None:
        locked = (ROOT / "Cargo.lock").read_text()
        other = locked.replace('name = "ndarray"\nversion = "', 'name = "ndarray"\nversion = "9')
        self.assertRegex(different_versions(other, locked)[0], r"^ndarray 9\d+\.")


class ServerTest(unittest.TestCase):
    def setUp(self) -> None:
        loader = PyFileConfigLoader("jupyter_server_config.py", str(ROOT / ".venv/etc/jupyter"))
        connection = loader.load_config().ServerApp.kernel_websocket_connection_class
        self.manager = manager = MagicMock(ports=[])

        class Asking(connection):
            kernel_manager = manager

        self.asking = Asking

    def test_the_control_channel_is_not_asked_whether_the_kernel_is_there(self) -> None:
        async def ask() -> None:
            asking = self.asking(kernel_info_timeout=1.0)
            asking.channels = {"iopub": MagicMock()}
            await asking.nudge()

        asyncio.run(ask())
        self.manager.connect_shell.assert_called()
        self.manager.connect_control.assert_not_called()

    def test_the_first_socket_does_not_close_while_others_connect(self) -> None:
        channel = MagicMock()

        async def answer() -> float:
            asking = self.asking(kernel_info_timeout=1.0)
            asking.kernel_info_channel = channel
            session, info = asking.session, {"protocol_version": "5.3"}
            reply = session.serialize(session.msg("kernel_info_reply", info))
            with patch.object(asyncio.get_running_loop(), "call_later") as later:
                asking._handle_kernel_info_reply(reply)
            self.assertEqual(asking._kernel_info_future.result(), info)
            later.assert_called_once_with(ANY, channel.close)
            return later.call_args.args[0]

        self.assertGreater(asyncio.run(answer()), 1)
        channel.close.assert_not_called()


@unittest.skipUnless(sys.platform == "linux", "only there they are held")
class PortsTest(unittest.TestCase):
    def test_the_ports_of_a_kernel_that_starts_are_its_own(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file, connection = write_connection_file(f"{folder}/connection.json", ip="127.0.0.1")
            hold_ports(file)
            for name in ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"):
                with socket.socket() as other, self.assertRaises(OSError):
                    other.bind(("127.0.0.1", connection[name]))
                with socket.create_server(("127.0.0.1", connection[name])) as kernel:
                    self.assertEqual(kernel.getsockname()[1], connection[name])


@unittest.skipUnless(sys.platform == "linux", "reads /proc")
class KilledTest(unittest.TestCase):
    def setUp(self) -> None:
        tidy()
        before = set(COPIES.glob("*"))
        env = {**os.environ, "JUPYTER_PATH": str(ROOT / ".venv/share/jupyter")}
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", SERVER]
        self.server = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=env)
        self.addCleanup(self.end_server)
        self.kernel = int(self.server.stdout.readline())
        self.left = set(COPIES.glob("*")) - before
        self.assertTrue(any(path.is_dir() for path in self.left))

    def end_server(self) -> None:
        self.server.kill()
        self.server.communicate()

    def assert_swept(self) -> None:
        self.assertTrue(wait_until(lambda: is_gone(self.kernel)), "the kernel still runs")
        swept = wait_until(lambda: not any(path.exists() for path in self.left))
        self.assertTrue(swept, "its folder is still there")

    def test_a_killed_kernel_leaves_nothing(self) -> None:
        os.kill(self.kernel, signal.SIGKILL)
        self.assert_swept()

    def test_a_killed_server_takes_its_kernel_along(self) -> None:
        self.server.kill()
        self.assert_swept()


if __name__ == "__main__":
    unittest.main()
