"""Starts the Rust kernel in a private copy of a prepared build folder.

A kernel that starts with an empty build folder compiles every dependency of the notebooks, which
takes over a minute. So ci/setup compiles them once, in the user's cache (`prepare`), and every
kernel gets a copy of its own (`launch`, `copies`), since two kernels must never share a build
folder. The files, in the order of use:

    paths.py           this repository, the cache and the kernelspec
    spec.py            writes the kernelspec, which tells Jupyter how to start the kernel
    toolchain.py       Rust's compiler, its standard library and its own sources
    build_folder.py    what a build folder holds, and how it is copied
    copies.py          the private copies, and their removal
    cargo_home.py      the CARGO_HOME of a kernel, with cargo.py as its Cargo
    cargo.py           hides the crates that no cell can name from the kernel's search for types
    launch.py          starts the kernel
    prepare.py         compiles the notebooks' dependencies
    versions.py        compares what was compiled with Cargo.lock
    __main__.py        the command line
"""
