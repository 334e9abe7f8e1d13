"""What is behind ci/bench.

rows.py            what is timed against what
programs.py        the programs: each does its work when asked, and prints the seconds
set_up.py          builds and installs them
table.py           times the rows and prints them
growth.py          `ci/bench growth`
python_peers.py    PyTorch, Pillow and scikit-learn
in_kernel.py       lrlib in the notebook kernel
peers/             candle and linfa
src/bin/           lrlib itself, and the plot of `ci/bench growth`
"""
