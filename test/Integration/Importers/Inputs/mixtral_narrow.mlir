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
  "func.func"() <{function_type = (tensor<1x3x4xf32>, tensor<5x4xf32>, tensor<5x2x4xf32>, tensor<5x4x1xf32>) -> tensor<1x3x4xf32>, sym_name = "mixtral_narrow"}> ({
  ^bb0(%arg0: tensor<1x3x4xf32>, %arg1: tensor<5x4xf32>, %arg2: tensor<5x2x4xf32>, %arg3: tensor<5x4x1xf32>):
    %0 = "arith.constant"() <{value = 0 : i64}> : () -> i64
    %1 = "arith.constant"() <{value = 0.000000e+00 : f32}> : () -> f32
    %2 = "arith.constant"() <{value = 0xFF800000 : f32}> : () -> f32
    %3 = "arith.constant"() <{value = 5 : i64}> : () -> i64
    %4 = "arith.constant"() <{value = 1.000000e+00 : f32}> : () -> f32
    %5 = "arith.constant"() <{value = 0 : index}> : () -> index
    %6 = "tensor.collapse_shape"(%arg0) <{reassociation = [[0, 1], [2]]}> : (tensor<1x3x4xf32>) -> tensor<3x4xf32>
    %7 = "tensor.empty"() : () -> tensor<4x5xf32>
    %8 = "linalg.transpose"(%arg1, %7) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg69: f32, %arg70: f32):
      "linalg.yield"(%arg69) : (f32) -> ()
    }) : (tensor<5x4xf32>, tensor<4x5xf32>) -> tensor<4x5xf32>
    %9 = "tensor.empty"() : () -> tensor<3x5xf32>
    %10 = "linalg.fill"(%1, %9) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg67: f32, %arg68: f32):
      "linalg.yield"(%arg67) : (f32) -> ()
    }) : (f32, tensor<3x5xf32>) -> tensor<3x5xf32>
    %11 = "linalg.matmul"(%6, %8, %10) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg64: f32, %arg65: f32, %arg66: f32):
      %103 = "arith.mulf"(%arg64, %arg65) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %104 = "arith.addf"(%arg66, %103) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%104) : (f32) -> ()
    }) : (tensor<3x4xf32>, tensor<4x5xf32>, tensor<3x5xf32>) -> tensor<3x5xf32>
    %12 = "tensor.empty"() : () -> tensor<3xi64>
    %13 = "linalg.fill"(%0, %12) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg62: i64, %arg63: i64):
      "linalg.yield"(%arg62) : (i64) -> ()
    }) : (i64, tensor<3xi64>) -> tensor<3xi64>
    %14 = "tensor.empty"() : () -> tensor<3xf32>
    %15 = "linalg.fill"(%2, %14) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg60: f32, %arg61: f32):
      "linalg.yield"(%arg60) : (f32) -> ()
    }) : (f32, tensor<3xf32>) -> tensor<3xf32>
    %16:2 = "linalg.generic"(%11, %15, %13) <{indexing_maps = [#map3, #map4, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 2>}> ({
    ^bb0(%arg57: f32, %arg58: f32, %arg59: i64):
      %98 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %99 = "arith.index_cast"(%98) : (index) -> i64
      %100 = "arith.maximumf"(%arg57, %arg58) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %101 = "arith.cmpf"(%arg57, %arg58) <{fastmath = #arith.fastmath<none>, predicate = 2 : i64}> : (f32, f32) -> i1
      %102 = "arith.select"(%101, %99, %arg59) : (i1, i64, i64) -> i64
      "linalg.yield"(%100, %102) : (f32, i64) -> ()
    }) : (tensor<3x5xf32>, tensor<3xf32>, tensor<3xi64>) -> (tensor<3xf32>, tensor<3xi64>)
    %17 = "tensor.expand_shape"(%16#0) <{reassociation = [[0, 1]], static_output_shape = array<i64: 3, 1>}> : (tensor<3xf32>) -> tensor<3x1xf32>
    %18 = "linalg.generic"(%11, %17, %9) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg54: f32, %arg55: f32, %arg56: f32):
      %97 = "arith.subf"(%arg54, %arg55) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%97) : (f32) -> ()
    }) : (tensor<3x5xf32>, tensor<3x1xf32>, tensor<3x5xf32>) -> tensor<3x5xf32>
    %19 = "linalg.generic"(%18, %9) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg52: f32, %arg53: f32):
      %96 = "math.exp"(%arg52) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      "linalg.yield"(%96) : (f32) -> ()
    }) : (tensor<3x5xf32>, tensor<3x5xf32>) -> tensor<3x5xf32>
    %20 = "tensor.empty"() : () -> tensor<3x1xf32>
    %21 = "linalg.fill"(%1, %20) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg50: f32, %arg51: f32):
      "linalg.yield"(%arg50) : (f32) -> ()
    }) : (f32, tensor<3x1xf32>) -> tensor<3x1xf32>
    %22 = "linalg.generic"(%19, %21) <{indexing_maps = [#map3, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg48: f32, %arg49: f32):
      %95 = "arith.addf"(%arg48, %arg49) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%95) : (f32) -> ()
    }) : (tensor<3x5xf32>, tensor<3x1xf32>) -> tensor<3x1xf32>
    %23 = "linalg.generic"(%19, %22, %9) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg45: f32, %arg46: f32, %arg47: f32):
      %94 = "arith.divf"(%arg45, %arg46) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%94) : (f32) -> ()
    }) : (tensor<3x5xf32>, tensor<3x1xf32>, tensor<3x5xf32>) -> tensor<3x5xf32>
    %24 = "tensor.empty"() : () -> tensor<3x5xi64>
    %25 = "linalg.generic"(%24) <{indexing_maps = [#map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 1>}> ({
    ^bb0(%arg44: i64):
      %92 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %93 = "arith.index_cast"(%92) : (index) -> i64
      "linalg.yield"(%93) : (i64) -> ()
    }) : (tensor<3x5xi64>) -> tensor<3x5xi64>
    %26:2 = "tm_tensor.sort"(%23, %25) <{dimension = 1 : i64, operandSegmentSizes = array<i32: 0, 2>}> ({
    ^bb0(%arg40: f32, %arg41: f32, %arg42: i64, %arg43: i64):
      %91 = "arith.cmpf"(%arg40, %arg41) <{fastmath = #arith.fastmath<none>, predicate = 3 : i64}> : (f32, f32) -> i1
      "tm_tensor.yield"(%91) : (i1) -> ()
    }) : (tensor<3x5xf32>, tensor<3x5xi64>) -> (tensor<3x5xf32>, tensor<3x5xi64>)
    %27 = "tensor.extract_slice"(%26#0) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 3, 2>, static_strides = array<i64: 1, 1>}> : (tensor<3x5xf32>) -> tensor<3x2xf32>
    %28 = "tensor.extract_slice"(%26#1) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 3, 2>, static_strides = array<i64: 1, 1>}> : (tensor<3x5xi64>) -> tensor<3x2xi64>
    %29 = "linalg.generic"(%27, %21) <{indexing_maps = [#map3, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg38: f32, %arg39: f32):
      %90 = "arith.addf"(%arg38, %arg39) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%90) : (f32) -> ()
    }) : (tensor<3x2xf32>, tensor<3x1xf32>) -> tensor<3x1xf32>
    %30 = "tensor.empty"() : () -> tensor<3x2xf32>
    %31 = "linalg.generic"(%27, %29, %30) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg35: f32, %arg36: f32, %arg37: f32):
      %89 = "arith.divf"(%arg35, %arg36) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%89) : (f32) -> ()
    }) : (tensor<3x2xf32>, tensor<3x1xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %32 = "tensor.empty"() : () -> tensor<3x2x4xf32>
    %33 = "linalg.generic"(%6, %32) <{indexing_maps = [#map, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg33: f32, %arg34: f32):
      "linalg.yield"(%arg33) : (f32) -> ()
    }) : (tensor<3x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x4xf32>
    %34 = "tensor.collapse_shape"(%33) <{reassociation = [[0, 1], [2]]}> : (tensor<3x2x4xf32>) -> tensor<6x4xf32>
    %35 = "tensor.collapse_shape"(%28) <{reassociation = [[0, 1]]}> : (tensor<3x2xi64>) -> tensor<6xi64>
    %36 = "tensor.empty"() : () -> tensor<6x2x4xf32>
    %37 = "linalg.generic"(%35, %36) <{indexing_maps = [#map7, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg31: i64, %arg32: f32):
      %82 = "arith.cmpi"(%arg31, %0) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %83 = "arith.addi"(%arg31, %3) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %84 = "arith.select"(%82, %83, %arg31) : (i1, i64, i64) -> i64
      %85 = "arith.index_cast"(%84) : (i64) -> index
      %86 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %87 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %88 = "tensor.extract"(%arg2, %85, %86, %87) : (tensor<5x2x4xf32>, index, index, index) -> f32
      "linalg.yield"(%88) : (f32) -> ()
    }) : (tensor<6xi64>, tensor<6x2x4xf32>) -> tensor<6x2x4xf32>
    %38 = "tensor.expand_shape"(%34) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 6, 4, 1>}> : (tensor<6x4xf32>) -> tensor<6x4x1xf32>
    %39 = "tensor.empty"() : () -> tensor<6x2x1xf32>
    %40 = "linalg.fill"(%1, %39) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg29: f32, %arg30: f32):
      "linalg.yield"(%arg29) : (f32) -> ()
    }) : (f32, tensor<6x2x1xf32>) -> tensor<6x2x1xf32>
    %41 = "linalg.batch_matmul"(%37, %38, %40) <{indexing_maps = [#map8, #map9, #map10], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg26: f32, %arg27: f32, %arg28: f32):
      %80 = "arith.mulf"(%arg26, %arg27) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %81 = "arith.addf"(%arg28, %80) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%81) : (f32) -> ()
    }) : (tensor<6x2x4xf32>, tensor<6x4x1xf32>, tensor<6x2x1xf32>) -> tensor<6x2x1xf32>
    %42 = "tensor.collapse_shape"(%41) <{reassociation = [[0], [1, 2]]}> : (tensor<6x2x1xf32>) -> tensor<6x2xf32>
    %43 = "tensor.extract_slice"(%42) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 6, 1>, static_strides = array<i64: 1, 1>}> : (tensor<6x2xf32>) -> tensor<6x1xf32>
    %44 = "tensor.extract_slice"(%42) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 1>, static_sizes = array<i64: 6, 1>, static_strides = array<i64: 1, 1>}> : (tensor<6x2xf32>) -> tensor<6x1xf32>
    %45 = "tensor.empty"() : () -> tensor<6x1xf32>
    %46 = "linalg.generic"(%43, %45) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg24: f32, %arg25: f32):
      %76 = "arith.negf"(%arg24) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %77 = "math.exp"(%76) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %78 = "arith.addf"(%77, %4) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %79 = "arith.divf"(%4, %78) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%79) : (f32) -> ()
    }) : (tensor<6x1xf32>, tensor<6x1xf32>) -> tensor<6x1xf32>
    %47 = "linalg.generic"(%43, %46, %45) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg21: f32, %arg22: f32, %arg23: f32):
      %75 = "arith.mulf"(%arg21, %arg22) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%75) : (f32) -> ()
    }) : (tensor<6x1xf32>, tensor<6x1xf32>, tensor<6x1xf32>) -> tensor<6x1xf32>
    %48 = "linalg.generic"(%47, %44, %45) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg18: f32, %arg19: f32, %arg20: f32):
      %74 = "arith.mulf"(%arg18, %arg19) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%74) : (f32) -> ()
    }) : (tensor<6x1xf32>, tensor<6x1xf32>, tensor<6x1xf32>) -> tensor<6x1xf32>
    %49 = "tensor.empty"() : () -> tensor<6x4x1xf32>
    %50 = "linalg.generic"(%35, %49) <{indexing_maps = [#map7, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg16: i64, %arg17: f32):
      %68 = "arith.cmpi"(%arg16, %0) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %69 = "arith.addi"(%arg16, %3) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %70 = "arith.select"(%68, %69, %arg16) : (i1, i64, i64) -> i64
      %71 = "arith.index_cast"(%70) : (i64) -> index
      %72 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %73 = "tensor.extract"(%arg3, %71, %72, %5) : (tensor<5x4x1xf32>, index, index, index) -> f32
      "linalg.yield"(%73) : (f32) -> ()
    }) : (tensor<6xi64>, tensor<6x4x1xf32>) -> tensor<6x4x1xf32>
    %51 = "tensor.expand_shape"(%48) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 6, 1, 1>}> : (tensor<6x1xf32>) -> tensor<6x1x1xf32>
    %52 = "linalg.fill"(%1, %49) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg14: f32, %arg15: f32):
      "linalg.yield"(%arg14) : (f32) -> ()
    }) : (f32, tensor<6x4x1xf32>) -> tensor<6x4x1xf32>
    %53 = "linalg.batch_matmul"(%50, %51, %52) <{indexing_maps = [#map8, #map9, #map10], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg11: f32, %arg12: f32, %arg13: f32):
      %66 = "arith.mulf"(%arg11, %arg12) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %67 = "arith.addf"(%arg13, %66) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%67) : (f32) -> ()
    }) : (tensor<6x4x1xf32>, tensor<6x1x1xf32>, tensor<6x4x1xf32>) -> tensor<6x4x1xf32>
    %54 = "tensor.collapse_shape"(%53) <{reassociation = [[0], [1, 2]]}> : (tensor<6x4x1xf32>) -> tensor<6x4xf32>
    %55 = "tensor.collapse_shape"(%31) <{reassociation = [[0, 1]]}> : (tensor<3x2xf32>) -> tensor<6xf32>
    %56 = "tensor.expand_shape"(%55) <{reassociation = [[0, 1]], static_output_shape = array<i64: 6, 1>}> : (tensor<6xf32>) -> tensor<6x1xf32>
    %57 = "tensor.empty"() : () -> tensor<6x4xf32>
    %58 = "linalg.generic"(%54, %56, %57) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg8: f32, %arg9: f32, %arg10: f32):
      %65 = "arith.mulf"(%arg8, %arg9) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%65) : (f32) -> ()
    }) : (tensor<6x4xf32>, tensor<6x1xf32>, tensor<6x4xf32>) -> tensor<6x4xf32>
    %59 = "tensor.expand_shape"(%58) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 3, 2, 4>}> : (tensor<6x4xf32>) -> tensor<3x2x4xf32>
    %60 = "tensor.empty"() : () -> tensor<3x4xf32>
    %61 = "linalg.fill"(%1, %60) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg6: f32, %arg7: f32):
      "linalg.yield"(%arg6) : (f32) -> ()
    }) : (f32, tensor<3x4xf32>) -> tensor<3x4xf32>
    %62 = "linalg.generic"(%59, %61) <{indexing_maps = [#map6, #map], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg4: f32, %arg5: f32):
      %64 = "arith.addf"(%arg4, %arg5) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%64) : (f32) -> ()
    }) : (tensor<3x2x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
    %63 = "tensor.expand_shape"(%62) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 1, 3, 4>}> : (tensor<3x4xf32>) -> tensor<1x3x4xf32>
    "func.return"(%63) : (tensor<1x3x4xf32>) -> ()
  }) : () -> ()
}) : () -> ()
