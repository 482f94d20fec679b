import os

import lit.formats
from lit.llvm import llvm_config
from lit.llvm.subst import ToolSubst

config.name = "MOE"
config.test_format = lit.formats.ShTest(not llvm_config.use_lit_shell)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "lit.cfg.py"]
config.test_source_root = os.path.dirname(__file__)
# utils/mutate-code.py runs tests with tools of its own, in a folder of its own.
config.test_exec_root = lit_config.params.get(
    "moe_exec_root", os.path.join(config.moe_obj_root, "test"))
config.substitutions.append(("%moe_src", config.moe_src_root))
config.substitutions.append(("%moe_obj", config.moe_obj_root))
config.substitutions.append(("%cxx", config.cxx))
config.substitutions.append(("%cc", config.cc))
config.substitutions.append(("%moe_runtime", os.path.join(
    config.moe_obj_root, config.libdir, "libMoeRuntime.a")))

llvm_config.with_system_environment(["HOME", "TMP", "TEMP", "CI", "PYTEST_ADDOPTS"])
llvm_config.use_default_substitutions()
config.substitutions.insert(0, ("%python", config.python_executable))
config.environment["FILECHECK_OPTS"] = "--enable-var-scope --allow-unused-prefixes=false"

tool_dirs = [os.path.join(config.moe_obj_root, "bin"), config.llvm_tools_dir]
if "moe_tools" in lit_config.params:
    tool_dirs.insert(0, lit_config.params["moe_tools"])
for tool_dir in reversed(tool_dirs):
    llvm_config.with_environment("PATH", tool_dir, append_path=True)
llvm_config.add_tool_substitutions(
    [
        "moe-compile", "moe-opt", "moe-run", "moe-reduce", "moe-lsp-server", "moe-unit", "mlir-opt",
        "mlir-translate",
        ToolSubst("%moe_plugin", os.path.join(config.moe_obj_root, "lib", "MoePlugin.so")),
        ToolSubst("%mlir_lib_dir", config.llvm_shlib_dir),
    ],
    tool_dirs,
)
llvm_config.with_environment(
    "PYTHONPATH",
    [os.path.join(config.moe_obj_root, "python"), os.path.join(config.moe_src_root, "python")],
    append_path=True,
)
if config.has_python:
    config.available_features.add("python")

if config.sanitize:
    config.available_features.add("sanitized")
    # Instrumented headers poison slabs of the bump allocator that the
    # uninstrumented libMLIR then fills.
    config.environment["ASAN_OPTIONS"] = "allow_user_poisoning=0"
    config.environment["UBSAN_OPTIONS"] = "print_stacktrace=1:halt_on_error=1"
else:
    config.available_features.add("plugin")  # a sanitized plugin needs LD_PRELOAD
