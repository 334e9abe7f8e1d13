"""What JupyterLab's server does in another way for the Rust kernel; ci/setup puts it into .venv.

The server asks a kernel that starts whether it is there, from sockets that it closes at the first
answer. Two things in evcxr_jupyter 0.22 take harm from that.

While a kernel restarts, it is asked every half second, on the shell and on the control channel. It
answers each of these questions once it is there, and ends, and all variables with it, when an
answer on the control channel finds nobody: so died 2 of 50 kernels. The shell channel alone is
asked here.

Where a socket closes and the next connects at once, the kernel's shell channel may fall silent for
ever: so did 4 of 60 kernels of a server, 8 of 70 asked directly, and none of 80 where 20 ms lay
between. The first socket is closed later here, when all others have connected: 0 of 60.
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


c = get_config()  # noqa: F821 (the one who reads this file defines it)
c.ServerApp.kernel_websocket_connection_class = Connection
