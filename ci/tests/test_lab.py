"""JupyterLab as ci/lab starts it: who is let in, and how it asks whether a kernel answers."""

import asyncio
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest.mock import ANY, MagicMock, patch

import requests
from requests.adapters import HTTPAdapter
from traitlets.config import PyFileConfigLoader
from urllib3.util import Retry

CI = Path(__file__).resolve().parent.parent
ROOT = CI.parent
# Everything by which a user can let everybody in.
NO_TOKEN = """
c.IdentityProvider.token = ""
c.PasswordIdentityProvider.token = ""
c.PasswordIdentityProvider.hashed_password = ""
c.ServerApp.token = ""
c.ServerApp.password = ""
"""


class TokenTest(unittest.TestCase):
    def setUp(self) -> None:
        own = tempfile.TemporaryDirectory()
        self.addCleanup(own.cleanup)
        for name in ("jupyter_server_config.py", "jupyter_lab_config.py"):
            Path(own.name, name).write_text(NO_TOKEN, encoding="utf-8")
        names = ("CONFIG_DIR", "CONFIG_PATH", "DATA_DIR", "RUNTIME_DIR")
        env = (
            os.environ
            | {f"JUPYTER_{name}": own.name for name in names}
            | {"JUPYTER_TOKEN": "known"}
        )
        command = [str(CI / "lab"), "--no-browser", "--", "--port=0"]
        pipe = subprocess.PIPE
        self.lab = subprocess.Popen(
            command, env=env, stdout=pipe, stderr=subprocess.STDOUT, text=True
        )
        self.addCleanup(self.lab.communicate)
        self.addCleanup(self.lab.terminate)
        text = ""
        while line := self.lab.stdout.readline():
            text += line
            if address := re.search(r"http://127\.0\.0\.1:(\d+)/lab(?:\?token=(\w+))?", line):
                self.port, self.token = int(address[1]), address[2]
                return
        self.fail(f"ci/lab printed no address:\n{text}")

    def status(self, token: str | None = None) -> int:
        headers = {"Authorization": f"token {token}"} if token else {}
        with requests.Session() as session:
            session.trust_env = False  # no proxy
            # The server prints its address a moment before it listens there.
            patiently = HTTPAdapter(max_retries=Retry(connect=10, backoff_factor=0.1))
            session.mount("http://", patiently)
            address = f"http://127.0.0.1:{self.port}/api/contents"
            return session.get(address, headers=headers, timeout=60).status_code

    def test_no_configuration_lets_in_whoever_has_no_token(self) -> None:
        self.assertEqual(self.status(), 403)
        self.assertEqual(self.status("known"), 403)
        self.assertEqual(self.status(self.token), 200)
        if sys.platform == "linux":
            shown = Path(f"/proc/{self.lab.pid}/cmdline").read_text(encoding="utf-8")
            self.assertIn("lab.py", shown)
            self.assertNotIn(self.token, shown)


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


if __name__ == "__main__":
    unittest.main()
