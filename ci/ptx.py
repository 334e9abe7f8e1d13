"""Compiles lrlib's CUDA kernels to PTX, which a card's driver compiles to its own instructions.

    python3 ci/ptx.py          writes lrlib/src/fast/device/cuda/kernels.ptx anew
    python3 ci/ptx.py check    fails if the PTX is not of the present kernels.cu: compares its first
                               line, and where NVRTC is there also compiles

To compile takes NVIDIA's compiler as a library, NVRTC, from Python's registry, but no card and no
driver: `pip install nvidia-cuda-nvrtc-cu11==11.8.89`. The PTX of this version is for drivers from
CUDA 11.8 on (520, October 2022).
"""

import ctypes
import hashlib
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "lrlib/src/fast/device/cuda"
SOURCE, PTX = FOLDER / "kernels.cu", FOLDER / "kernels.ptx"
# Of 2016: every card since then takes it.
ARCHITECTURE = "compute_60"
OPTIONS = [f"--gpu-architecture={ARCHITECTURE}", "--std=c++17"]


def first_line() -> str:
    return f"// kernels.cu with SHA-256 {hashlib.sha256(SOURCE.read_bytes()).hexdigest()}"


def find_nvrtc() -> Path | None:
    """Returns the library in one of this Python's folders; another version makes other PTX."""
    folders = [Path(folder) / "nvidia" for folder in sys.path]
    return next(
        (path for folder in folders for path in folder.glob("cuda_nvrtc/lib/libnvrtc.so.11.2")),
        None,
    )


def compile_ptx(library: Path) -> str:
    nvrtc = ctypes.CDLL(str(library))
    program = ctypes.c_void_p()
    source, name = SOURCE.read_bytes(), SOURCE.name.encode()
    options = (ctypes.c_char_p * len(OPTIONS))(*(option.encode() for option in OPTIONS))
    nvrtc.nvrtcCreateProgram(ctypes.byref(program), source, name, 0, None, None)
    failed = nvrtc.nvrtcCompileProgram(program, len(OPTIONS), options)

    def text(what: str) -> str:
        size = ctypes.c_size_t()
        getattr(nvrtc, f"nvrtcGet{what}Size")(program, ctypes.byref(size))
        buffer = ctypes.create_string_buffer(size.value)
        getattr(nvrtc, f"nvrtcGet{what}")(program, buffer)
        return buffer.value.decode()

    if failed:
        sys.exit(f"ci/ptx.py: {text('ProgramLog')}")
    return text("PTX")


def main() -> None:
    if sys.argv[1:] == ["check"]:
        first, _, rest = PTX.read_text(encoding="utf-8").partition("\n")
        library = find_nvrtc()
        if first != first_line() or (library and compile_ptx(library) != rest):
            sys.exit("ci/ptx.py: kernels.ptx is not of the present kernels.cu; run ci/ptx.py")
        return
    if sys.argv[1:]:
        sys.exit("usage: ci/ptx.py [check]")
    library = find_nvrtc()
    if library is None:
        sys.exit("ci/ptx.py: NVRTC is missing; run 'pip install nvidia-cuda-nvrtc-cu11==11.8.89'")
    PTX.write_text(f"{first_line()}\n{compile_ptx(library)}", encoding="utf-8")
    print(f"{PTX.relative_to(FOLDER.parents[4])}: for {ARCHITECTURE}, by {library.name}")


if __name__ == "__main__":
    main()
