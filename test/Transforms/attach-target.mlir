// RUN: moe-opt %s --split-input-file --moe-attach-target=target=znver4 | FileCheck %s --check-prefixes=BOTH,CPU
// RUN: moe-opt %s --split-input-file --moe-attach-target=target=sm_90a | FileCheck %s --check-prefixes=BOTH,GPU
// RUN: moe-opt %s --split-input-file --moe-attach-target | FileCheck %s --check-prefixes=BOTH,HOST
// RUN: not moe-opt %s --moe-attach-target=target=znver99 2>&1 | FileCheck %s --check-prefix=ERROR

// A module without a target gets the facts of the one that is asked for.
// CPU: module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 96, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 402653184, bandwidth = 460000000000>}
// GPU: module attributes {moe.target = #moe.target<cuda, arch = "sm_90a", cores = 132, l1 = 262144, l3 = 52428800, bandwidth = 3350000000000, shared = 232448>}
// HOST: module attributes {moe.target = #moe.target<cpu, arch = "{{.+}}", cores = {{[1-9]}}
// ERROR: error: option target expects one of znver4, znver5, x86-64, x86-64-v3, x86-64-v4, sm_80, sm_90a or LLVM's name of another x86-64 processor, found znver99 (or host)
module {}

// -----

// A target that is there stays.
// BOTH: module attributes {moe.target = #moe.target<cpu, arch = "znver3", cores = 7>}
module attributes {moe.target = #moe.target<cpu, arch = "znver3", cores = 7>} {}
