"""How JupyterLab's server asks whether a Rust kernel answers; ci/setup copies this into .venv.

The server asks a kernel that starts from sockets that it closes at the first answer. Two things in
evcxr_jupyter 0.22 do not survive that.

While a kernel restarts, the server asks every half second, on the shell and the control channel.
Once the kernel is there it answers all of these questions, and if nobody is there any more to
receive an answer on the control channel, the kernel ends, and all variables with it: 2 of 50
kernels died that way. So only the shell channel is asked here.

Where a socket closes and the next one connects at once, the kernel's shell channel may fall silent
forever: so did 4 of 60 kernels of a server, 8 of 70 asked directly, and none of 80 with 20 ms in
between. So the first socket is closed later here, when all others have connected: 0 of 60.
"""

import asyncio
from unittest.mock import patch

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

LATER = 5  # seconds


class Connection(ZMQChannelsWebsocketConnection):
    def nudge(self) -> asyncio.Future[None]:
        manager = self.kernel_manager
        with patch.object(manager, "connect_control", manager.connect_shell):
            return super().nudge()

    def _handle_kernel_info_reply(self, msg: list[bytes]) -> None:
        channel, self.kernel_info_channel = self.kernel_info_channel, None
        super()._handle_kernel_info_reply(msg)
        if channel:
            asyncio.get_running_loop().call_later(LATER, channel.close)


c = get_config()  # noqa: F821 (traitlets defines it when it reads this file)
c.ServerApp.kernel_websocket_connection_class = Connection
