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
  "func.func"() <{function_type = (tensor<2x2x9xf32>, tensor<6x9xf32>, tensor<6x14x9xf32>, tensor<6x9x7xf32>) -> tensor<2x2x9xf32>, sym_name = "granitemoe"}> ({
  ^bb0(%arg0: tensor<2x2x9xf32>, %arg1: tensor<6x9xf32>, %arg2: tensor<6x14x9xf32>, %arg3: tensor<6x9x7xf32>):
    %0 = "arith.constant"() <{value = 0 : i64}> : () -> i64
    %1 = "arith.constant"() <{value = 0.000000e+00 : f32}> : () -> f32
    %2 = "arith.constant"() <{value = 6 : i64}> : () -> i64
    %3 = "arith.constant"() <{value = 0xFF800000 : f32}> : () -> f32
    %4 = "arith.constant"() <{value = 1.000000e+00 : f32}> : () -> f32
    %5 = "tensor.collapse_shape"(%arg0) <{reassociation = [[0, 1], [2]]}> : (tensor<2x2x9xf32>) -> tensor<4x9xf32>
    %6 = "tensor.empty"() : () -> tensor<9x6xf32>
    %7 = "linalg.transpose"(%arg1, %6) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg64: f32, %arg65: f32):
      "linalg.yield"(%arg64) : (f32) -> ()
    }) : (tensor<6x9xf32>, tensor<9x6xf32>) -> tensor<9x6xf32>
    %8 = "tensor.empty"() : () -> tensor<4x6xf32>
    %9 = "linalg.fill"(%1, %8) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg62: f32, %arg63: f32):
      "linalg.yield"(%arg62) : (f32) -> ()
    }) : (f32, tensor<4x6xf32>) -> tensor<4x6xf32>
    %10 = "linalg.matmul"(%5, %7, %9) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg59: f32, %arg60: f32, %arg61: f32):
      %100 = "arith.mulf"(%arg59, %arg60) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %101 = "arith.addf"(%arg61, %100) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%101) : (f32) -> ()
    }) : (tensor<4x9xf32>, tensor<9x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
    %11 = "tensor.empty"() : () -> tensor<4x6xi64>
    %12 = "linalg.generic"(%11) <{indexing_maps = [#map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 1>}> ({
    ^bb0(%arg58: i64):
      %98 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %99 = "arith.index_cast"(%98) : (index) -> i64
      "linalg.yield"(%99) : (i64) -> ()
    }) : (tensor<4x6xi64>) -> tensor<4x6xi64>
    %13:2 = "tm_tensor.sort"(%10, %12) <{dimension = 1 : i64, operandSegmentSizes = array<i32: 0, 2>}> ({
    ^bb0(%arg54: f32, %arg55: f32, %arg56: i64, %arg57: i64):
      %97 = "arith.cmpf"(%arg54, %arg55) <{fastmath = #arith.fastmath<none>, predicate = 3 : i64}> : (f32, f32) -> i1
      "tm_tensor.yield"(%97) : (i1) -> ()
    }) : (tensor<4x6xf32>, tensor<4x6xi64>) -> (tensor<4x6xf32>, tensor<4x6xi64>)
    %14 = "tensor.extract_slice"(%13#0) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 4, 2>, static_strides = array<i64: 1, 1>}> : (tensor<4x6xf32>) -> tensor<4x2xf32>
    %15 = "tensor.extract_slice"(%13#1) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 4, 2>, static_strides = array<i64: 1, 1>}> : (tensor<4x6xi64>) -> tensor<4x2xi64>
    %16 = "tensor.empty"() : () -> tensor<4xi64>
    %17 = "linalg.fill"(%0, %16) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg52: i64, %arg53: i64):
      "linalg.yield"(%arg52) : (i64) -> ()
    }) : (i64, tensor<4xi64>) -> tensor<4xi64>
    %18 = "tensor.empty"() : () -> tensor<4xf32>
    %19 = "linalg.fill"(%3, %18) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg50: f32, %arg51: f32):
      "linalg.yield"(%arg50) : (f32) -> ()
    }) : (f32, tensor<4xf32>) -> tensor<4xf32>
    %20:2 = "linalg.generic"(%14, %19, %17) <{indexing_maps = [#map3, #map4, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 2>}> ({
    ^bb0(%arg47: f32, %arg48: f32, %arg49: i64):
      %92 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %93 = "arith.index_cast"(%92) : (index) -> i64
      %94 = "arith.maximumf"(%arg47, %arg48) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %95 = "arith.cmpf"(%arg47, %arg48) <{fastmath = #arith.fastmath<none>, predicate = 2 : i64}> : (f32, f32) -> i1
      %96 = "arith.select"(%95, %93, %arg49) : (i1, i64, i64) -> i64
      "linalg.yield"(%94, %96) : (f32, i64) -> ()
    }) : (tensor<4x2xf32>, tensor<4xf32>, tensor<4xi64>) -> (tensor<4xf32>, tensor<4xi64>)
    %21 = "tensor.expand_shape"(%20#0) <{reassociation = [[0, 1]], static_output_shape = array<i64: 4, 1>}> : (tensor<4xf32>) -> tensor<4x1xf32>
    %22 = "tensor.empty"() : () -> tensor<4x2xf32>
    %23 = "linalg.generic"(%14, %21, %22) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg44: f32, %arg45: f32, %arg46: f32):
      %91 = "arith.subf"(%arg44, %arg45) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%91) : (f32) -> ()
    }) : (tensor<4x2xf32>, tensor<4x1xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    %24 = "linalg.generic"(%23, %22) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg42: f32, %arg43: f32):
      %90 = "math.exp"(%arg42) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      "linalg.yield"(%90) : (f32) -> ()
    }) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    %25 = "tensor.empty"() : () -> tensor<4x1xf32>
    %26 = "linalg.fill"(%1, %25) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg40: f32, %arg41: f32):
      "linalg.yield"(%arg40) : (f32) -> ()
    }) : (f32, tensor<4x1xf32>) -> tensor<4x1xf32>
    %27 = "linalg.generic"(%24, %26) <{indexing_maps = [#map3, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg38: f32, %arg39: f32):
      %89 = "arith.addf"(%arg38, %arg39) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%89) : (f32) -> ()
    }) : (tensor<4x2xf32>, tensor<4x1xf32>) -> tensor<4x1xf32>
    %28 = "linalg.generic"(%24, %27, %22) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg35: f32, %arg36: f32, %arg37: f32):
      %88 = "arith.divf"(%arg35, %arg36) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%88) : (f32) -> ()
    }) : (tensor<4x2xf32>, tensor<4x1xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
    %29 = "tensor.empty"() : () -> tensor<4x2x9xf32>
    %30 = "linalg.generic"(%5, %29) <{indexing_maps = [#map, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg33: f32, %arg34: f32):
      "linalg.yield"(%arg33) : (f32) -> ()
    }) : (tensor<4x9xf32>, tensor<4x2x9xf32>) -> tensor<4x2x9xf32>
    %31 = "tensor.collapse_shape"(%30) <{reassociation = [[0, 1], [2]]}> : (tensor<4x2x9xf32>) -> tensor<8x9xf32>
    %32 = "tensor.collapse_shape"(%28) <{reassociation = [[0, 1]]}> : (tensor<4x2xf32>) -> tensor<8xf32>
    %33 = "tensor.collapse_shape"(%15) <{reassociation = [[0, 1]]}> : (tensor<4x2xi64>) -> tensor<8xi64>
    %34 = "tensor.empty"() : () -> tensor<8x14x9xf32>
    %35 = "linalg.generic"(%33, %34) <{indexing_maps = [#map7, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg31: i64, %arg32: f32):
      %81 = "arith.cmpi"(%arg31, %0) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %82 = "arith.addi"(%arg31, %2) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %83 = "arith.select"(%81, %82, %arg31) : (i1, i64, i64) -> i64
      %84 = "arith.index_cast"(%83) : (i64) -> index
      %85 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %86 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %87 = "tensor.extract"(%arg2, %84, %85, %86) : (tensor<6x14x9xf32>, index, index, index) -> f32
      "linalg.yield"(%87) : (f32) -> ()
    }) : (tensor<8xi64>, tensor<8x14x9xf32>) -> tensor<8x14x9xf32>
    %36 = "tensor.expand_shape"(%31) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 8, 9, 1>}> : (tensor<8x9xf32>) -> tensor<8x9x1xf32>
    %37 = "tensor.empty"() : () -> tensor<8x14x1xf32>
    %38 = "linalg.fill"(%1, %37) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg29: f32, %arg30: f32):
      "linalg.yield"(%arg29) : (f32) -> ()
    }) : (f32, tensor<8x14x1xf32>) -> tensor<8x14x1xf32>
    %39 = "linalg.batch_matmul"(%35, %36, %38) <{indexing_maps = [#map8, #map9, #map10], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg26: f32, %arg27: f32, %arg28: f32):
      %79 = "arith.mulf"(%arg26, %arg27) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %80 = "arith.addf"(%arg28, %79) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%80) : (f32) -> ()
    }) : (tensor<8x14x9xf32>, tensor<8x9x1xf32>, tensor<8x14x1xf32>) -> tensor<8x14x1xf32>
    %40 = "tensor.collapse_shape"(%39) <{reassociation = [[0], [1, 2]]}> : (tensor<8x14x1xf32>) -> tensor<8x14xf32>
    %41 = "tensor.extract_slice"(%40) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 8, 7>, static_strides = array<i64: 1, 1>}> : (tensor<8x14xf32>) -> tensor<8x7xf32>
    %42 = "tensor.extract_slice"(%40) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 7>, static_sizes = array<i64: 8, 7>, static_strides = array<i64: 1, 1>}> : (tensor<8x14xf32>) -> tensor<8x7xf32>
    %43 = "tensor.empty"() : () -> tensor<8x7xf32>
    %44 = "linalg.generic"(%41, %43) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg24: f32, %arg25: f32):
      %75 = "arith.negf"(%arg24) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %76 = "math.exp"(%75) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %77 = "arith.addf"(%76, %4) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %78 = "arith.divf"(%4, %77) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%78) : (f32) -> ()
    }) : (tensor<8x7xf32>, tensor<8x7xf32>) -> tensor<8x7xf32>
    %45 = "linalg.generic"(%41, %44, %43) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg21: f32, %arg22: f32, %arg23: f32):
      %74 = "arith.mulf"(%arg21, %arg22) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%74) : (f32) -> ()
    }) : (tensor<8x7xf32>, tensor<8x7xf32>, tensor<8x7xf32>) -> tensor<8x7xf32>
    %46 = "linalg.generic"(%45, %42, %43) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg18: f32, %arg19: f32, %arg20: f32):
      %73 = "arith.mulf"(%arg18, %arg19) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%73) : (f32) -> ()
    }) : (tensor<8x7xf32>, tensor<8x7xf32>, tensor<8x7xf32>) -> tensor<8x7xf32>
    %47 = "tensor.empty"() : () -> tensor<8x9x7xf32>
    %48 = "linalg.generic"(%33, %47) <{indexing_maps = [#map7, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg16: i64, %arg17: f32):
      %66 = "arith.cmpi"(%arg16, %0) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %67 = "arith.addi"(%arg16, %2) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %68 = "arith.select"(%66, %67, %arg16) : (i1, i64, i64) -> i64
      %69 = "arith.index_cast"(%68) : (i64) -> index
      %70 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %71 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %72 = "tensor.extract"(%arg3, %69, %70, %71) : (tensor<6x9x7xf32>, index, index, index) -> f32
      "linalg.yield"(%72) : (f32) -> ()
    }) : (tensor<8xi64>, tensor<8x9x7xf32>) -> tensor<8x9x7xf32>
    %49 = "tensor.expand_shape"(%46) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 8, 7, 1>}> : (tensor<8x7xf32>) -> tensor<8x7x1xf32>
    %50 = "tensor.empty"() : () -> tensor<8x9x1xf32>
    %51 = "linalg.fill"(%1, %50) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg14: f32, %arg15: f32):
      "linalg.yield"(%arg14) : (f32) -> ()
    }) : (f32, tensor<8x9x1xf32>) -> tensor<8x9x1xf32>
    %52 = "linalg.batch_matmul"(%48, %49, %51) <{indexing_maps = [#map8, #map9, #map10], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg11: f32, %arg12: f32, %arg13: f32):
      %64 = "arith.mulf"(%arg11, %arg12) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %65 = "arith.addf"(%arg13, %64) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%65) : (f32) -> ()
    }) : (tensor<8x9x7xf32>, tensor<8x7x1xf32>, tensor<8x9x1xf32>) -> tensor<8x9x1xf32>
    %53 = "tensor.collapse_shape"(%52) <{reassociation = [[0], [1, 2]]}> : (tensor<8x9x1xf32>) -> tensor<8x9xf32>
    %54 = "tensor.expand_shape"(%32) <{reassociation = [[0, 1]], static_output_shape = array<i64: 8, 1>}> : (tensor<8xf32>) -> tensor<8x1xf32>
    %55 = "tensor.empty"() : () -> tensor<8x9xf32>
    %56 = "linalg.generic"(%53, %54, %55) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg8: f32, %arg9: f32, %arg10: f32):
      %63 = "arith.mulf"(%arg8, %arg9) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%63) : (f32) -> ()
    }) : (tensor<8x9xf32>, tensor<8x1xf32>, tensor<8x9xf32>) -> tensor<8x9xf32>
    %57 = "tensor.expand_shape"(%56) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 4, 2, 9>}> : (tensor<8x9xf32>) -> tensor<4x2x9xf32>
    %58 = "tensor.empty"() : () -> tensor<4x9xf32>
    %59 = "linalg.fill"(%1, %58) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg6: f32, %arg7: f32):
      "linalg.yield"(%arg6) : (f32) -> ()
    }) : (f32, tensor<4x9xf32>) -> tensor<4x9xf32>
    %60 = "linalg.generic"(%57, %59) <{indexing_maps = [#map6, #map], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg4: f32, %arg5: f32):
      %62 = "arith.addf"(%arg4, %arg5) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%62) : (f32) -> ()
    }) : (tensor<4x2x9xf32>, tensor<4x9xf32>) -> tensor<4x9xf32>
    %61 = "tensor.expand_shape"(%60) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 2, 2, 9>}> : (tensor<4x9xf32>) -> tensor<2x2x9xf32>
    "func.return"(%61) : (tensor<2x2x9xf32>) -> ()
  }) : () -> ()
}) : () -> ()
