"""Executes the notebooks and judges their outputs.

preprocessor.py                executes a notebook; fails at the first cell that fails
jupyter_nbconvert_config.py    lets `jupyter nbconvert --execute` use it; ci/setup installs it
outputs.py                     what a cell's outputs mean: did it fail, do they differ
form.py                        reading a notebook; its size, the width of its cells
links.py                       the links to files and headings
folder.py                      the copy of the folder in which ci/notebooks executes
jobs.py                        several notebooks side by side
command.py                     ci/notebooks
message.py                     an error of one line
"""
