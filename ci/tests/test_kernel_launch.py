"""What a kernel does as it starts: it holds its ports, and ends with its parent."""

import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from jupyter_client.connect import write_connection_file

CI = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CI))

from kernel.launch import hold_ports  # noqa: E402

# Its parent ends before it asks to end with it.
ORPHAN = """
import os, sys
sys.path.insert(0, sys.argv[1])
from kernel.launch import end_with_parent
parent = os.getpid()
if os.fork() == 0:
    while os.getppid() == parent:
        pass
    end_with_parent(parent)
    print("still runs")
"""


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


@unittest.skipUnless(sys.platform == "linux", "only there a process can ask for this")
class ParentTest(unittest.TestCase):
    def test_a_kernel_whose_parent_has_just_ended_ends(self) -> None:
        command = [sys.executable, "-c", ORPHAN, str(CI)]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
        self.assertEqual(answer.stdout, "")
        self.assertEqual(answer.stderr, "the process that started this kernel has ended\n")


if __name__ == "__main__":
    unittest.main()
