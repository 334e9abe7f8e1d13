"""JupyterLab with a fresh token that no configuration can empty or replace; for ci/lab.

A user's configuration file can set the token to '', which lets everybody in, and it wins over the
environment. An option of the command line would win over the file, but any user of the machine can
read that in the list of processes.
"""

import secrets

from jupyter_server.serverapp import ServerApp
from jupyterlab.labapp import LabApp


class Lab(ServerApp):
    def init_configurables(self) -> None:
        super().init_configurables()
        self.identity_provider.token = secrets.token_hex(24)
        self.identity_provider.token_generated = True  # so the printed address shows it


LabApp.serverapp_class = Lab
LabApp.launch_instance()
