#map = affine_map<(d0, d1, d2) -> (d0, d2)>
#map1 = affine_map<(d0, d1, d2) -> (d2, d1)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map3 = affine_map<(d0, d1) -> (d0, d1)>
#map4 = affine_map<(d0, d1) -> (d0)>
#map5 = affine_map<(d0, d1) -> (d0, 0)>
#map6 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map7 = affine_map<(d0, d1, d2) -> (d0)>
#map8 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map9 = affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>
#map10 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
"builtin.module"() ({
  "func.func"() <{function_type = (tensor<1x7x10xf32>, tensor<9x10xf32>, tensor<9x12x10xf32>, tensor<9x10x6xf32>) -> tensor<1x7x10xf32>, sym_name = "olmoe"}> ({
  ^bb0(%arg0: tensor<1x7x10xf32>, %arg1: tensor<9x10xf32>, %arg2: tensor<9x12x10xf32>, %arg3: tensor<9x10x6xf32>):
    %0 = "arith.constant"() <{value = 0 : i64}> : () -> i64
    %1 = "arith.constant"() <{value = 0.000000e+00 : f32}> : () -> f32
    %2 = "arith.constant"() <{value = 0xFF800000 : f32}> : () -> f32
    %3 = "arith.constant"() <{value = 9 : i64}> : () -> i64
    %4 = "arith.constant"() <{value = 1.000000e+00 : f32}> : () -> f32
    %5 = "tensor.collapse_shape"(%arg0) <{reassociation = [[0, 1], [2]]}> : (tensor<1x7x10xf32>) -> tensor<7x10xf32>
    %6 = "tensor.empty"() : () -> tensor<10x9xf32>
    %7 = "linalg.transpose"(%arg1, %6) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg64: f32, %arg65: f32):
      "linalg.yield"(%arg64) : (f32) -> ()
    }) : (tensor<9x10xf32>, tensor<10x9xf32>) -> tensor<10x9xf32>
    %8 = "tensor.empty"() : () -> tensor<7x9xf32>
    %9 = "linalg.fill"(%1, %8) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg62: f32, %arg63: f32):
      "linalg.yield"(%arg62) : (f32) -> ()
    }) : (f32, tensor<7x9xf32>) -> tensor<7x9xf32>
    %10 = "linalg.matmul"(%5, %7, %9) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg59: f32, %arg60: f32, %arg61: f32):
      %99 = "arith.mulf"(%arg59, %arg60) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %100 = "arith.addf"(%arg61, %99) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%100) : (f32) -> ()
    }) : (tensor<7x10xf32>, tensor<10x9xf32>, tensor<7x9xf32>) -> tensor<7x9xf32>
    %11 = "tensor.empty"() : () -> tensor<7xi64>
    %12 = "linalg.fill"(%0, %11) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg57: i64, %arg58: i64):
      "linalg.yield"(%arg57) : (i64) -> ()
    }) : (i64, tensor<7xi64>) -> tensor<7xi64>
    %13 = "tensor.empty"() : () -> tensor<7xf32>
    %14 = "linalg.fill"(%2, %13) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg55: f32, %arg56: f32):
      "linalg.yield"(%arg55) : (f32) -> ()
    }) : (f32, tensor<7xf32>) -> tensor<7xf32>
    %15:2 = "linalg.generic"(%10, %14, %12) <{indexing_maps = [#map3, #map4, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 2>}> ({
    ^bb0(%arg52: f32, %arg53: f32, %arg54: i64):
      %94 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %95 = "arith.index_cast"(%94) : (index) -> i64
      %96 = "arith.maximumf"(%arg52, %arg53) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %97 = "arith.cmpf"(%arg52, %arg53) <{fastmath = #arith.fastmath<none>, predicate = 2 : i64}> : (f32, f32) -> i1
      %98 = "arith.select"(%97, %95, %arg54) : (i1, i64, i64) -> i64
      "linalg.yield"(%96, %98) : (f32, i64) -> ()
    }) : (tensor<7x9xf32>, tensor<7xf32>, tensor<7xi64>) -> (tensor<7xf32>, tensor<7xi64>)
    %16 = "tensor.expand_shape"(%15#0) <{reassociation = [[0, 1]], static_output_shape = array<i64: 7, 1>}> : (tensor<7xf32>) -> tensor<7x1xf32>
    %17 = "linalg.generic"(%10, %16, %8) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg49: f32, %arg50: f32, %arg51: f32):
      %93 = "arith.subf"(%arg49, %arg50) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%93) : (f32) -> ()
    }) : (tensor<7x9xf32>, tensor<7x1xf32>, tensor<7x9xf32>) -> tensor<7x9xf32>
    %18 = "linalg.generic"(%17, %8) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg47: f32, %arg48: f32):
      %92 = "math.exp"(%arg47) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      "linalg.yield"(%92) : (f32) -> ()
    }) : (tensor<7x9xf32>, tensor<7x9xf32>) -> tensor<7x9xf32>
    %19 = "tensor.empty"() : () -> tensor<7x1xf32>
    %20 = "linalg.fill"(%1, %19) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg45: f32, %arg46: f32):
      "linalg.yield"(%arg45) : (f32) -> ()
    }) : (f32, tensor<7x1xf32>) -> tensor<7x1xf32>
    %21 = "linalg.generic"(%18, %20) <{indexing_maps = [#map3, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg43: f32, %arg44: f32):
      %91 = "arith.addf"(%arg43, %arg44) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%91) : (f32) -> ()
    }) : (tensor<7x9xf32>, tensor<7x1xf32>) -> tensor<7x1xf32>
    %22 = "linalg.generic"(%18, %21, %8) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg40: f32, %arg41: f32, %arg42: f32):
      %90 = "arith.divf"(%arg40, %arg41) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%90) : (f32) -> ()
    }) : (tensor<7x9xf32>, tensor<7x1xf32>, tensor<7x9xf32>) -> tensor<7x9xf32>
    %23 = "tensor.empty"() : () -> tensor<7x9xi64>
    %24 = "linalg.generic"(%23) <{indexing_maps = [#map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 1>}> ({
    ^bb0(%arg39: i64):
      %88 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %89 = "arith.index_cast"(%88) : (index) -> i64
      "linalg.yield"(%89) : (i64) -> ()
    }) : (tensor<7x9xi64>) -> tensor<7x9xi64>
    %25:2 = "tm_tensor.sort"(%22, %24) <{dimension = 1 : i64, operandSegmentSizes = array<i32: 0, 2>}> ({
    ^bb0(%arg35: f32, %arg36: f32, %arg37: i64, %arg38: i64):
      %87 = "arith.cmpf"(%arg35, %arg36) <{fastmath = #arith.fastmath<none>, predicate = 3 : i64}> : (f32, f32) -> i1
      "tm_tensor.yield"(%87) : (i1) -> ()
    }) : (tensor<7x9xf32>, tensor<7x9xi64>) -> (tensor<7x9xf32>, tensor<7x9xi64>)
    %26 = "tensor.extract_slice"(%25#0) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 7, 4>, static_strides = array<i64: 1, 1>}> : (tensor<7x9xf32>) -> tensor<7x4xf32>
    %27 = "tensor.extract_slice"(%25#1) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 7, 4>, static_strides = array<i64: 1, 1>}> : (tensor<7x9xi64>) -> tensor<7x4xi64>
    %28 = "tensor.empty"() : () -> tensor<7x4x10xf32>
    %29 = "linalg.generic"(%5, %28) <{indexing_maps = [#map, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg33: f32, %arg34: f32):
      "linalg.yield"(%arg33) : (f32) -> ()
    }) : (tensor<7x10xf32>, tensor<7x4x10xf32>) -> tensor<7x4x10xf32>
    %30 = "tensor.collapse_shape"(%29) <{reassociation = [[0, 1], [2]]}> : (tensor<7x4x10xf32>) -> tensor<28x10xf32>
    %31 = "tensor.collapse_shape"(%26) <{reassociation = [[0, 1]]}> : (tensor<7x4xf32>) -> tensor<28xf32>
    %32 = "tensor.collapse_shape"(%27) <{reassociation = [[0, 1]]}> : (tensor<7x4xi64>) -> tensor<28xi64>
    %33 = "tensor.empty"() : () -> tensor<28x12x10xf32>
    %34 = "linalg.generic"(%32, %33) <{indexing_maps = [#map7, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg31: i64, %arg32: f32):
      %80 = "arith.cmpi"(%arg31, %0) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %81 = "arith.addi"(%arg31, %3) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %82 = "arith.select"(%80, %81, %arg31) : (i1, i64, i64) -> i64
      %83 = "arith.index_cast"(%82) : (i64) -> index
      %84 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %85 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %86 = "tensor.extract"(%arg2, %83, %84, %85) : (tensor<9x12x10xf32>, index, index, index) -> f32
      "linalg.yield"(%86) : (f32) -> ()
    }) : (tensor<28xi64>, tensor<28x12x10xf32>) -> tensor<28x12x10xf32>
    %35 = "tensor.expand_shape"(%30) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 28, 10, 1>}> : (tensor<28x10xf32>) -> tensor<28x10x1xf32>
    %36 = "tensor.empty"() : () -> tensor<28x12x1xf32>
    %37 = "linalg.fill"(%1, %36) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg29: f32, %arg30: f32):
      "linalg.yield"(%arg29) : (f32) -> ()
    }) : (f32, tensor<28x12x1xf32>) -> tensor<28x12x1xf32>
    %38 = "linalg.batch_matmul"(%34, %35, %37) <{indexing_maps = [#map8, #map9, #map10], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg26: f32, %arg27: f32, %arg28: f32):
      %78 = "arith.mulf"(%arg26, %arg27) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %79 = "arith.addf"(%arg28, %78) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%79) : (f32) -> ()
    }) : (tensor<28x12x10xf32>, tensor<28x10x1xf32>, tensor<28x12x1xf32>) -> tensor<28x12x1xf32>
    %39 = "tensor.collapse_shape"(%38) <{reassociation = [[0], [1, 2]]}> : (tensor<28x12x1xf32>) -> tensor<28x12xf32>
    %40 = "tensor.extract_slice"(%39) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 28, 6>, static_strides = array<i64: 1, 1>}> : (tensor<28x12xf32>) -> tensor<28x6xf32>
    %41 = "tensor.extract_slice"(%39) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 6>, static_sizes = array<i64: 28, 6>, static_strides = array<i64: 1, 1>}> : (tensor<28x12xf32>) -> tensor<28x6xf32>
    %42 = "tensor.empty"() : () -> tensor<28x6xf32>
    %43 = "linalg.generic"(%40, %42) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg24: f32, %arg25: f32):
      %74 = "arith.negf"(%arg24) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %75 = "math.exp"(%74) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %76 = "arith.addf"(%75, %4) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %77 = "arith.divf"(%4, %76) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%77) : (f32) -> ()
    }) : (tensor<28x6xf32>, tensor<28x6xf32>) -> tensor<28x6xf32>
    %44 = "linalg.generic"(%40, %43, %42) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg21: f32, %arg22: f32, %arg23: f32):
      %73 = "arith.mulf"(%arg21, %arg22) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%73) : (f32) -> ()
    }) : (tensor<28x6xf32>, tensor<28x6xf32>, tensor<28x6xf32>) -> tensor<28x6xf32>
    %45 = "linalg.generic"(%44, %41, %42) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg18: f32, %arg19: f32, %arg20: f32):
      %72 = "arith.mulf"(%arg18, %arg19) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%72) : (f32) -> ()
    }) : (tensor<28x6xf32>, tensor<28x6xf32>, tensor<28x6xf32>) -> tensor<28x6xf32>
    %46 = "tensor.empty"() : () -> tensor<28x10x6xf32>
    %47 = "linalg.generic"(%32, %46) <{indexing_maps = [#map7, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg16: i64, %arg17: f32):
      %65 = "arith.cmpi"(%arg16, %0) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %66 = "arith.addi"(%arg16, %3) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %67 = "arith.select"(%65, %66, %arg16) : (i1, i64, i64) -> i64
      %68 = "arith.index_cast"(%67) : (i64) -> index
      %69 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %70 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %71 = "tensor.extract"(%arg3, %68, %69, %70) : (tensor<9x10x6xf32>, index, index, index) -> f32
      "linalg.yield"(%71) : (f32) -> ()
    }) : (tensor<28xi64>, tensor<28x10x6xf32>) -> tensor<28x10x6xf32>
    %48 = "tensor.expand_shape"(%45) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 28, 6, 1>}> : (tensor<28x6xf32>) -> tensor<28x6x1xf32>
    %49 = "tensor.empty"() : () -> tensor<28x10x1xf32>
    %50 = "linalg.fill"(%1, %49) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg14: f32, %arg15: f32):
      "linalg.yield"(%arg14) : (f32) -> ()
    }) : (f32, tensor<28x10x1xf32>) -> tensor<28x10x1xf32>
    %51 = "linalg.batch_matmul"(%47, %48, %50) <{indexing_maps = [#map8, #map9, #map10], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg11: f32, %arg12: f32, %arg13: f32):
      %63 = "arith.mulf"(%arg11, %arg12) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %64 = "arith.addf"(%arg13, %63) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%64) : (f32) -> ()
    }) : (tensor<28x10x6xf32>, tensor<28x6x1xf32>, tensor<28x10x1xf32>) -> tensor<28x10x1xf32>
    %52 = "tensor.collapse_shape"(%51) <{reassociation = [[0], [1, 2]]}> : (tensor<28x10x1xf32>) -> tensor<28x10xf32>
    %53 = "tensor.expand_shape"(%31) <{reassociation = [[0, 1]], static_output_shape = array<i64: 28, 1>}> : (tensor<28xf32>) -> tensor<28x1xf32>
    %54 = "tensor.empty"() : () -> tensor<28x10xf32>
    %55 = "linalg.generic"(%52, %53, %54) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg8: f32, %arg9: f32, %arg10: f32):
      %62 = "arith.mulf"(%arg8, %arg9) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%62) : (f32) -> ()
    }) : (tensor<28x10xf32>, tensor<28x1xf32>, tensor<28x10xf32>) -> tensor<28x10xf32>
    %56 = "tensor.expand_shape"(%55) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 7, 4, 10>}> : (tensor<28x10xf32>) -> tensor<7x4x10xf32>
    %57 = "tensor.empty"() : () -> tensor<7x10xf32>
    %58 = "linalg.fill"(%1, %57) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg6: f32, %arg7: f32):
      "linalg.yield"(%arg6) : (f32) -> ()
    }) : (f32, tensor<7x10xf32>) -> tensor<7x10xf32>
    %59 = "linalg.generic"(%56, %58) <{indexing_maps = [#map6, #map], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg4: f32, %arg5: f32):
      %61 = "arith.addf"(%arg4, %arg5) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%61) : (f32) -> ()
    }) : (tensor<7x4x10xf32>, tensor<7x10xf32>) -> tensor<7x10xf32>
    %60 = "tensor.expand_shape"(%59) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 1, 7, 10>}> : (tensor<7x10xf32>) -> tensor<1x7x10xf32>
    "func.return"(%60) : (tensor<1x7x10xf32>) -> ()
  }) : () -> ()
}) : () -> ()
