// RUN: moe-opt %s --split-input-file --verify-diagnostics

// schedule_c1: a tile has a row and a column.
// expected-error @+1 {{expects a tile of at least 1x1, found 0x64}}
module attributes {test.s = #moe.cpu_schedule<rows = 0, columns = 64>} {}

// -----

// expected-error @+1 {{expects a tile of at least 1x1x1, found 128x256x0}}
module attributes {test.s = #moe.gpu_schedule<rows = 128, columns = 256, depth = 0>} {}

// -----

// schedule_c2: what a schedule counts is not negative, or at least 1.
// expected-error @+1 {{expects panel of at least 1, found 0}}
module attributes {test.s = #moe.cpu_schedule<rows = 6, columns = 64, panel = 0>} {}

// -----

// expected-error @+1 {{expects depth of at least 0, found -1}}
module attributes {test.s = #moe.cpu_schedule<rows = 6, columns = 64, depth = -1>} {}

// -----

// expected-error @+1 {{expects tiles of at least 0, found -1}}
module attributes {test.s = #moe.cpu_schedule<rows = 6, columns = 64, tiles = -1>} {}

// -----

// expected-error @+1 {{expects threads of at least 0, found -1}}
module attributes {test.s = #moe.cpu_schedule<rows = 6, columns = 64, threads = -1>} {}

// -----

// expected-error @+1 {{expects numbers below 2^31, found 2147483648}}
module attributes {test.s = #moe.cpu_schedule<rows = 2147483648, columns = 64>} {}

// -----

// schedule_c3: the lanes of a CPU's tile divide its columns.
// expected-error @+1 {{expects lanes that divide the columns, found 16 for 40}}
module attributes {test.s = #moe.cpu_schedule<rows = 6, columns = 40, lanes = 16>} {}

// -----

// schedule_c4: a block of the contraction is whole groups.
// expected-error @+1 {{expects a group that divides the depth, found 2 for 255}}
module attributes {test.s = #moe.cpu_schedule<rows = 6, columns = 64, group = 2, depth = 255, tiles = 8>} {}

// -----

// expected-error @+1 {{expects group of at least 1, found 0}}
module attributes {test.s = #moe.cpu_schedule<rows = 6, columns = 64, group = 0>} {}

// -----

// expected-error @+1 {{expects numbers below 2^31, found 4294967296}}
module attributes {test.s = #moe.cpu_schedule<rows = 6, columns = 64, group = 4294967296>} {}

// -----

// schedule_c7: a dot multiplies pairs.
// expected-error @+1 {{expects groups of 2 for a dot, found 1}}
module attributes {test.s = #moe.cpu_schedule<rows = 6, columns = 64, dot = true>} {}

// -----

// schedule_c8: eight elements are a line of the widest ones.
// expected-error @+1 {{expects a spread of 1, or of 2, 4 or 8 with prefetch, found 16}}
module attributes {test.s = #moe.cpu_schedule<rows = 6, columns = 64, prefetch = true, spread = 16>} {}

// -----

// schedule_c8: what nobody asks for is not shared.
// expected-error @+1 {{expects a spread of 1, or of 2, 4 or 8 with prefetch, found 2}}
module attributes {test.s = #moe.cpu_schedule<rows = 6, columns = 64, spread = 2>} {}

// -----

// schedule_c5: accumulators of finitely many rows wait between blocks.
// expected-error @+1 {{expects tiles where the contraction is blocked, found 0 for a depth of 256}}
module attributes {test.s = #moe.cpu_schedule<rows = 6, columns = 64, depth = 256>} {}

// -----

// schedule_c6: tiles join a panel at least, and there are tall tiles for few rows.
// expected-error @+1 {{expects joined of at least 1, found 0}}
module attributes {test.s = #moe.cpu_schedule<rows = 6, columns = 64, joined = 0>} {}

// -----

// expected-error @+1 {{expects few of at least 0, found -1}}
module attributes {test.s = #moe.cpu_schedule<rows = 6, columns = 64, few = -1>} {}

// -----

// expected-error @+1 {{expects tall of at least 0, found -1}}
module attributes {test.s = #moe.cpu_schedule<rows = 6, columns = 64, tall = -1>} {}

// -----

// expected-error @+1 {{expects few to be greater than least, found 0 and 1}}
module attributes {test.s = #moe.cpu_schedule<rows = 6, columns = 64, tall = 12>} {}

// -----

// expected-error @+1 {{expects least 1 and few 0 where there are no tall tiles, found least 1, few 24}}
module attributes {test.s = #moe.cpu_schedule<rows = 6, columns = 64, few = 24>} {}

// -----

// expected-error @+1 {{expects least of at least 1, found 0}}
module attributes {test.s = #moe.cpu_schedule<rows = 6, columns = 64, tall = 12, least = 0, few = 24>} {}

// -----

// expected-error @+1 {{expects few to be greater than least, found 24 and 24}}
module attributes {test.s = #moe.cpu_schedule<rows = 6, columns = 64, tall = 12, least = 24, few = 24>} {}

// -----

// expected-error @+1 {{expects tall tiles of at least 6 rows, found 5}}
module attributes {test.s = #moe.cpu_schedule<rows = 6, columns = 64, tall = 5, few = 24>} {}

// -----

// expected-error @+1 {{expects least 1 and few 0 where there are no tall tiles, found least 4, few 0}}
module attributes {test.s = #moe.cpu_schedule<rows = 6, columns = 64, least = 4>} {}

// -----

// expected-error @+1 {{expects at least one stage and one warp, found 0 and 4}}
module attributes {test.s = #moe.gpu_schedule<rows = 128, columns = 256, depth = 64, stages = 0>} {}

// -----

// target_c1: the device is known.
// expected-error @+1 {{expects cpu or cuda, found tpu}}
module attributes {moe.target = #moe.target<tpu, arch = "v5">} {}

// -----

// target_c2: facts are not negative.
// expected-error @+1 {{expects at least one core, found 0}}
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 0>} {}

// -----

// expected-error @+1 {{expects facts of at least 0, found -1}}
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 2, l2 = -1>} {}

// -----

// target_c3: registers are some power of two wide, or of a width that is not known.
// expected-error @+1 {{expects vector_bits of 0 or a power of two from 64 to 2048, found 1}}
module attributes {moe.target = #moe.target<cpu, arch = "znver4", vector_bits = 1>} {}

// -----

// expected-error @+1 {{expects vector_bits of 0 or a power of two from 64 to 2048, found 384}}
module attributes {moe.target = #moe.target<cpu, arch = "znver4", vector_bits = 384>} {}

// -----

// expected-error @+1 {{expects vector_bits of 0 or a power of two from 64 to 2048, found 1048576}}
module attributes {moe.target = #moe.target<cpu, arch = "znver4", vector_bits = 1048576>} {}

// -----

module attributes {moe.target = #moe.target<cpu, arch = "nocona", vector_bits = 64>} {}
module attributes {moe.target = #moe.target<cpu, arch = "znver4", vector_bits = 2048>} {}
module attributes {moe.target = #moe.target<cpu, arch = "znver4", vector_bits = 0>} {}

// -----

// expected-error @+1 {{expects arch, cores, vector_bits, l1, l2, l3, bandwidth or shared, found l4}}
module attributes {moe.target = #moe.target<cpu, arch = "znver4", l4 = 1>} {}

// -----

// init_c1: a standard deviation is a number of at least 0.
// expected-error @+1 {{expects a standard deviation of at least 0, found -1.000000e+00 : f64}}
func.func private @init_c1(tensor<4xf32> {moe.init = #moe.init<normal<-1.0>>})

// -----

// init_c2: a dimension is at least 0.
// expected-error @+1 {{expects a dimension of at least 0, found -1}}
func.func private @init_c2(tensor<4xf32> {moe.init = #moe.init<fan_in<-1>>})

// -----

// attribute_c1: a target is a target, of a module.
// expected-error @+1 {{expects moe.target to be a #moe.target on a module, found "znver4" on builtin.module}}
module attributes {moe.target = "znver4"} {}

// -----

// expected-error @+1 {{expects moe.target to be a #moe.target on a module, found #moe.target<cpu, arch = "znver4", cores = 1> on func.func}}
func.func private @attribute_c1() attributes {moe.target = #moe.target<cpu, arch = "znver4">}

// -----

// attribute_c2: a layer is a number.
// expected-error @+1 {{expects moe.layer to be an i64, found "first"}}
func.func private @attribute_c2() attributes {moe.layer = "first"}

// -----

// attribute_c3: a gate's projection is only marked.
// expected-error @+1 {{expects moe.gate_projection without a value, found 1 : i64}}
func.func private @attribute_c3() attributes {moe.gate_projection = 1}

// -----

// attribute_c4: nothing else is known.
// expected-error @+1 {{expects moe.target, moe.layer, moe.gate_projection or moe.prepare as moe attribute of an op, found moe.name}}
func.func private @attribute_c4() attributes {moe.name = "f"}

// -----

// argument_c1: names can be written in a flag.
// expected-error @+1 {{expects moe.name of argument 0 to be a string of letters, digits, '_', '.' and '-' that starts with a letter or '_', found "a=b"}}
func.func private @argument_c1(f32 {moe.name = "a=b"})

// -----

// expected-error @+1 {{that starts with a letter or '_', found ".x"}}
func.func private @argument_c1_dot(f32 {moe.name = ".x"})

// -----

// expected-error @+1 {{expects moe.name of result 0 to be a string of letters, digits, '_', '.' and '-' that starts with a letter or '_', found 1 : i64}}
func.func private @argument_c1_type() -> (f32 {moe.name = 1})

// -----

// argument_c2: names are unique in a function.
// expected-error @+1 {{expects moe.name of argument 2 to be unique, found "x" of argument 0 too}}
func.func private @argument_c2(f32 {moe.name = "x"}, f32, f32 {moe.name = "x"})

// -----

// expected-error @+1 {{expects moe.name of result 0 to be unique, found "x" of argument 0 too}}
func.func private @argument_c2_result(f32 {moe.name = "x"}) -> (f32 {moe.name = "x"})

// -----

// expected-error @+1 {{expects moe.name of argument 0 not to be the name of another place, found "arg1"}}
func.func private @argument_c2_place(f32 {moe.name = "arg1"}, f32)

// -----

// argument_c3: sizes have names.
// expected-error @+1 {{expects moe.dims of argument 0 to be an array of names, found ["T", 3]}}
func.func private @argument_c3(tensor<?x?xf32> {moe.dims = ["T", 3]})

// -----

// argument_c4: one name for each dynamic dimension.
// expected-error @+1 {{expects moe.dims of argument 0 to name the 1 dynamic dimensions of 'tensor<?x4xf32>', found 2 names}}
func.func private @argument_c4(tensor<?x4xf32> {moe.dims = ["T", "D"]})

// -----

// expected-error @+1 {{expects moe.dims of result 0 to name the 0 dynamic dimensions of 'f32', found 1 names}}
func.func private @argument_c4_scalar() -> (f32 {moe.dims = ["T"]})

// -----

// argument_c5: a parameter is only marked.
// expected-error @+1 {{expects moe.param of argument 0 without a value, found true}}
func.func private @argument_c5(f32 {moe.param = true})

// -----

// argument_c6: an init is an init.
// expected-error @+1 {{expects moe.init of argument 0 to be a #moe.init, found "zeros"}}
func.func private @argument_c6(f32 {moe.init = "zeros"})

// -----

// argument_c7: the dimension of a fan-in is there.
// expected-error @+1 {{expects moe.init of argument 0 to name one of the 2 dimensions of 'tensor<4x4xf32>', found 2}}
func.func private @argument_c7(tensor<4x4xf32> {moe.init = #moe.init<fan_in<2>>})

// -----

// argument_c8: only floats are drawn.
// expected-error @+1 {{expects moe.init of argument 0 to be zeros where elements are not floats, found normal for 'tensor<4xi32>'}}
func.func private @argument_c8(tensor<4xi32> {moe.init = #moe.init<normal<1.0>>})

// -----

// argument_c9: nothing else is known, and results are not drawn.
// expected-error @+1 {{expects moe.name, moe.dims, moe.param or moe.init as moe attribute of argument 0, found moe.size}}
func.func private @argument_c9(f32 {moe.size = 4})

// -----

// expected-error @+1 {{expects moe.name or moe.dims as moe attribute of result 0, found moe.param}}
func.func private @argument_c9_result() -> (f32 {moe.param})

// -----

// attribute_c5: moe.prepare is a #moe.prepare on a function.
// expected-error @+1 {{expects moe.prepare to be a #moe.prepare on a function, found unit on builtin.module}}
module attributes {moe.prepare} {}
