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
  "func.func"() <{function_type = (tensor<1x1x12xf32>, tensor<8x10x12xf32>, tensor<8x12x5xf32>, tensor<8x12xf32>) -> tensor<1x1x12xf32>, sym_name = "qwen3_moe"}> ({
  ^bb0(%arg0: tensor<1x1x12xf32>, %arg1: tensor<8x10x12xf32>, %arg2: tensor<8x12x5xf32>, %arg3: tensor<8x12xf32>):
    %0 = "arith.constant"() <{value = 0 : i64}> : () -> i64
    %1 = "arith.constant"() <{value = 0.000000e+00 : f32}> : () -> f32
    %2 = "arith.constant"() <{value = 0xFF800000 : f32}> : () -> f32
    %3 = "arith.constant"() <{value = 8 : i64}> : () -> i64
    %4 = "arith.constant"() <{value = 1.000000e+00 : f32}> : () -> f32
    %5 = "tensor.collapse_shape"(%arg0) <{reassociation = [[0], [1, 2]]}> : (tensor<1x1x12xf32>) -> tensor<1x12xf32>
    %6 = "tensor.empty"() : () -> tensor<12x8xf32>
    %7 = "linalg.transpose"(%arg3, %6) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg69: f32, %arg70: f32):
      "linalg.yield"(%arg69) : (f32) -> ()
    }) : (tensor<8x12xf32>, tensor<12x8xf32>) -> tensor<12x8xf32>
    %8 = "tensor.empty"() : () -> tensor<1x8xf32>
    %9 = "linalg.fill"(%1, %8) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg67: f32, %arg68: f32):
      "linalg.yield"(%arg67) : (f32) -> ()
    }) : (f32, tensor<1x8xf32>) -> tensor<1x8xf32>
    %10 = "linalg.matmul"(%5, %7, %9) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg64: f32, %arg65: f32, %arg66: f32):
      %105 = "arith.mulf"(%arg64, %arg65) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %106 = "arith.addf"(%arg66, %105) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%106) : (f32) -> ()
    }) : (tensor<1x12xf32>, tensor<12x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32>
    %11 = "tensor.empty"() : () -> tensor<1xi64>
    %12 = "linalg.fill"(%0, %11) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg62: i64, %arg63: i64):
      "linalg.yield"(%arg62) : (i64) -> ()
    }) : (i64, tensor<1xi64>) -> tensor<1xi64>
    %13 = "tensor.empty"() : () -> tensor<1xf32>
    %14 = "linalg.fill"(%2, %13) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg60: f32, %arg61: f32):
      "linalg.yield"(%arg60) : (f32) -> ()
    }) : (f32, tensor<1xf32>) -> tensor<1xf32>
    %15:2 = "linalg.generic"(%10, %14, %12) <{indexing_maps = [#map3, #map4, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 2>}> ({
    ^bb0(%arg57: f32, %arg58: f32, %arg59: i64):
      %100 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %101 = "arith.index_cast"(%100) : (index) -> i64
      %102 = "arith.maximumf"(%arg57, %arg58) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %103 = "arith.cmpf"(%arg57, %arg58) <{fastmath = #arith.fastmath<none>, predicate = 2 : i64}> : (f32, f32) -> i1
      %104 = "arith.select"(%103, %101, %arg59) : (i1, i64, i64) -> i64
      "linalg.yield"(%102, %104) : (f32, i64) -> ()
    }) : (tensor<1x8xf32>, tensor<1xf32>, tensor<1xi64>) -> (tensor<1xf32>, tensor<1xi64>)
    %16 = "tensor.expand_shape"(%15#0) <{reassociation = [[0, 1]], static_output_shape = array<i64: 1, 1>}> : (tensor<1xf32>) -> tensor<1x1xf32>
    %17 = "linalg.generic"(%10, %16, %8) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg54: f32, %arg55: f32, %arg56: f32):
      %99 = "arith.subf"(%arg54, %arg55) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%99) : (f32) -> ()
    }) : (tensor<1x8xf32>, tensor<1x1xf32>, tensor<1x8xf32>) -> tensor<1x8xf32>
    %18 = "linalg.generic"(%17, %8) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg52: f32, %arg53: f32):
      %98 = "math.exp"(%arg52) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      "linalg.yield"(%98) : (f32) -> ()
    }) : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32>
    %19 = "tensor.empty"() : () -> tensor<1x1xf32>
    %20 = "linalg.fill"(%1, %19) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg50: f32, %arg51: f32):
      "linalg.yield"(%arg50) : (f32) -> ()
    }) : (f32, tensor<1x1xf32>) -> tensor<1x1xf32>
    %21 = "linalg.generic"(%18, %20) <{indexing_maps = [#map3, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg48: f32, %arg49: f32):
      %97 = "arith.addf"(%arg48, %arg49) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%97) : (f32) -> ()
    }) : (tensor<1x8xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
    %22 = "linalg.generic"(%18, %21, %8) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg45: f32, %arg46: f32, %arg47: f32):
      %96 = "arith.divf"(%arg45, %arg46) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%96) : (f32) -> ()
    }) : (tensor<1x8xf32>, tensor<1x1xf32>, tensor<1x8xf32>) -> tensor<1x8xf32>
    %23 = "tensor.empty"() : () -> tensor<1x8xi64>
    %24 = "linalg.generic"(%23) <{indexing_maps = [#map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 1>}> ({
    ^bb0(%arg44: i64):
      %94 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %95 = "arith.index_cast"(%94) : (index) -> i64
      "linalg.yield"(%95) : (i64) -> ()
    }) : (tensor<1x8xi64>) -> tensor<1x8xi64>
    %25:2 = "tm_tensor.sort"(%22, %24) <{dimension = 1 : i64, operandSegmentSizes = array<i32: 0, 2>}> ({
    ^bb0(%arg40: f32, %arg41: f32, %arg42: i64, %arg43: i64):
      %93 = "arith.cmpf"(%arg40, %arg41) <{fastmath = #arith.fastmath<none>, predicate = 3 : i64}> : (f32, f32) -> i1
      "tm_tensor.yield"(%93) : (i1) -> ()
    }) : (tensor<1x8xf32>, tensor<1x8xi64>) -> (tensor<1x8xf32>, tensor<1x8xi64>)
    %26 = "tensor.extract_slice"(%25#0) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 1, 3>, static_strides = array<i64: 1, 1>}> : (tensor<1x8xf32>) -> tensor<1x3xf32>
    %27 = "tensor.extract_slice"(%25#1) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 1, 3>, static_strides = array<i64: 1, 1>}> : (tensor<1x8xi64>) -> tensor<1x3xi64>
    %28 = "linalg.generic"(%26, %20) <{indexing_maps = [#map3, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg38: f32, %arg39: f32):
      %92 = "arith.addf"(%arg38, %arg39) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%92) : (f32) -> ()
    }) : (tensor<1x3xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
    %29 = "tensor.empty"() : () -> tensor<1x3xf32>
    %30 = "linalg.generic"(%26, %28, %29) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg35: f32, %arg36: f32, %arg37: f32):
      %91 = "arith.divf"(%arg35, %arg36) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%91) : (f32) -> ()
    }) : (tensor<1x3xf32>, tensor<1x1xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
    %31 = "tensor.empty"() : () -> tensor<1x3x12xf32>
    %32 = "tensor.collapse_shape"(%arg0) <{reassociation = [[0, 1], [2]]}> : (tensor<1x1x12xf32>) -> tensor<1x12xf32>
    %33 = "linalg.generic"(%32, %31) <{indexing_maps = [#map, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg33: f32, %arg34: f32):
      "linalg.yield"(%arg33) : (f32) -> ()
    }) : (tensor<1x12xf32>, tensor<1x3x12xf32>) -> tensor<1x3x12xf32>
    %34 = "tensor.collapse_shape"(%33) <{reassociation = [[0, 1], [2]]}> : (tensor<1x3x12xf32>) -> tensor<3x12xf32>
    %35 = "tensor.collapse_shape"(%27) <{reassociation = [[0, 1]]}> : (tensor<1x3xi64>) -> tensor<3xi64>
    %36 = "tensor.empty"() : () -> tensor<3x10x12xf32>
    %37 = "linalg.generic"(%35, %36) <{indexing_maps = [#map7, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg31: i64, %arg32: f32):
      %84 = "arith.cmpi"(%arg31, %0) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %85 = "arith.addi"(%arg31, %3) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %86 = "arith.select"(%84, %85, %arg31) : (i1, i64, i64) -> i64
      %87 = "arith.index_cast"(%86) : (i64) -> index
      %88 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %89 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %90 = "tensor.extract"(%arg1, %87, %88, %89) : (tensor<8x10x12xf32>, index, index, index) -> f32
      "linalg.yield"(%90) : (f32) -> ()
    }) : (tensor<3xi64>, tensor<3x10x12xf32>) -> tensor<3x10x12xf32>
    %38 = "tensor.expand_shape"(%34) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 3, 12, 1>}> : (tensor<3x12xf32>) -> tensor<3x12x1xf32>
    %39 = "tensor.empty"() : () -> tensor<3x10x1xf32>
    %40 = "linalg.fill"(%1, %39) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg29: f32, %arg30: f32):
      "linalg.yield"(%arg29) : (f32) -> ()
    }) : (f32, tensor<3x10x1xf32>) -> tensor<3x10x1xf32>
    %41 = "linalg.batch_matmul"(%37, %38, %40) <{indexing_maps = [#map8, #map9, #map10], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg26: f32, %arg27: f32, %arg28: f32):
      %82 = "arith.mulf"(%arg26, %arg27) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %83 = "arith.addf"(%arg28, %82) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%83) : (f32) -> ()
    }) : (tensor<3x10x12xf32>, tensor<3x12x1xf32>, tensor<3x10x1xf32>) -> tensor<3x10x1xf32>
    %42 = "tensor.collapse_shape"(%41) <{reassociation = [[0], [1, 2]]}> : (tensor<3x10x1xf32>) -> tensor<3x10xf32>
    %43 = "tensor.extract_slice"(%42) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 3, 5>, static_strides = array<i64: 1, 1>}> : (tensor<3x10xf32>) -> tensor<3x5xf32>
    %44 = "tensor.extract_slice"(%42) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 5>, static_sizes = array<i64: 3, 5>, static_strides = array<i64: 1, 1>}> : (tensor<3x10xf32>) -> tensor<3x5xf32>
    %45 = "tensor.empty"() : () -> tensor<3x5xf32>
    %46 = "linalg.generic"(%43, %45) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg24: f32, %arg25: f32):
      %78 = "arith.negf"(%arg24) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %79 = "math.exp"(%78) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %80 = "arith.addf"(%79, %4) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %81 = "arith.divf"(%4, %80) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%81) : (f32) -> ()
    }) : (tensor<3x5xf32>, tensor<3x5xf32>) -> tensor<3x5xf32>
    %47 = "linalg.generic"(%43, %46, %45) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg21: f32, %arg22: f32, %arg23: f32):
      %77 = "arith.mulf"(%arg21, %arg22) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%77) : (f32) -> ()
    }) : (tensor<3x5xf32>, tensor<3x5xf32>, tensor<3x5xf32>) -> tensor<3x5xf32>
    %48 = "linalg.generic"(%47, %44, %45) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg18: f32, %arg19: f32, %arg20: f32):
      %76 = "arith.mulf"(%arg18, %arg19) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%76) : (f32) -> ()
    }) : (tensor<3x5xf32>, tensor<3x5xf32>, tensor<3x5xf32>) -> tensor<3x5xf32>
    %49 = "tensor.empty"() : () -> tensor<3x12x5xf32>
    %50 = "linalg.generic"(%35, %49) <{indexing_maps = [#map7, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg16: i64, %arg17: f32):
      %69 = "arith.cmpi"(%arg16, %0) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %70 = "arith.addi"(%arg16, %3) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %71 = "arith.select"(%69, %70, %arg16) : (i1, i64, i64) -> i64
      %72 = "arith.index_cast"(%71) : (i64) -> index
      %73 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %74 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %75 = "tensor.extract"(%arg2, %72, %73, %74) : (tensor<8x12x5xf32>, index, index, index) -> f32
      "linalg.yield"(%75) : (f32) -> ()
    }) : (tensor<3xi64>, tensor<3x12x5xf32>) -> tensor<3x12x5xf32>
    %51 = "tensor.expand_shape"(%48) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 3, 5, 1>}> : (tensor<3x5xf32>) -> tensor<3x5x1xf32>
    %52 = "tensor.empty"() : () -> tensor<3x12x1xf32>
    %53 = "linalg.fill"(%1, %52) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg14: f32, %arg15: f32):
      "linalg.yield"(%arg14) : (f32) -> ()
    }) : (f32, tensor<3x12x1xf32>) -> tensor<3x12x1xf32>
    %54 = "linalg.batch_matmul"(%50, %51, %53) <{indexing_maps = [#map8, #map9, #map10], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg11: f32, %arg12: f32, %arg13: f32):
      %67 = "arith.mulf"(%arg11, %arg12) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %68 = "arith.addf"(%arg13, %67) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%68) : (f32) -> ()
    }) : (tensor<3x12x5xf32>, tensor<3x5x1xf32>, tensor<3x12x1xf32>) -> tensor<3x12x1xf32>
    %55 = "tensor.collapse_shape"(%54) <{reassociation = [[0], [1, 2]]}> : (tensor<3x12x1xf32>) -> tensor<3x12xf32>
    %56 = "tensor.collapse_shape"(%30) <{reassociation = [[0, 1]]}> : (tensor<1x3xf32>) -> tensor<3xf32>
    %57 = "tensor.expand_shape"(%56) <{reassociation = [[0, 1]], static_output_shape = array<i64: 3, 1>}> : (tensor<3xf32>) -> tensor<3x1xf32>
    %58 = "tensor.empty"() : () -> tensor<3x12xf32>
    %59 = "linalg.generic"(%55, %57, %58) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg8: f32, %arg9: f32, %arg10: f32):
      %66 = "arith.mulf"(%arg8, %arg9) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%66) : (f32) -> ()
    }) : (tensor<3x12xf32>, tensor<3x1xf32>, tensor<3x12xf32>) -> tensor<3x12xf32>
    %60 = "tensor.expand_shape"(%59) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 1, 3, 12>}> : (tensor<3x12xf32>) -> tensor<1x3x12xf32>
    %61 = "tensor.empty"() : () -> tensor<1x12xf32>
    %62 = "linalg.fill"(%1, %61) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg6: f32, %arg7: f32):
      "linalg.yield"(%arg6) : (f32) -> ()
    }) : (f32, tensor<1x12xf32>) -> tensor<1x12xf32>
    %63 = "linalg.generic"(%60, %62) <{indexing_maps = [#map6, #map], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg4: f32, %arg5: f32):
      %65 = "arith.addf"(%arg4, %arg5) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%65) : (f32) -> ()
    }) : (tensor<1x3x12xf32>, tensor<1x12xf32>) -> tensor<1x12xf32>
    %64 = "tensor.expand_shape"(%63) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 1, 1, 12>}> : (tensor<1x12xf32>) -> tensor<1x1x12xf32>
    "func.return"(%64) : (tensor<1x1x12xf32>) -> ()
  }) : () -> ()
}) : () -> ()
