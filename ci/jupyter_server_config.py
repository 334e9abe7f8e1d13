"""What JupyterLab's server does in another way for the Rust kernel; ci/setup puts it into .venv.

While a kernel restarts, the server asks every half second whether it is there, on the shell and on
the control channel, from sockets that it closes at the first answer. The kernel answers each of
these questions once it is there, and evcxr_jupyter 0.22 ends, and all variables with it, when an
answer on the control channel finds nobody: so died 2 of 50 kernels. The shell channel takes no harm
from that, so it alone is asked.
"""

import asyncio
from unittest.mock import patch

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class Connection(ZMQChannelsWebsocketConnection):
    def nudge(self) -> asyncio.Future[None]:
        manager = self.kernel_manager
        with patch.object(manager, "connect_control", manager.connect_shell):
            return super().nudge()


c = get_config()  # noqa: F821 (the one who reads this file defines it)
c.ServerApp.kernel_websocket_connection_class = Connection
