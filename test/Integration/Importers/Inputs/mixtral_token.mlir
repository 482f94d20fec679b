#map = affine_map<(d0, d1, d2) -> (d0, d2)>
#map1 = affine_map<(d0, d1, d2) -> (d2, d1)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map3 = affine_map<(d0, d1) -> (d0, d1)>
#map4 = affine_map<(d0, d1) -> (d0)>
#map5 = affine_map<(d0, d1) -> (d0, 0)>
#map6 = affine_map<(d0, d1, d2) -> (0)>
#map7 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map8 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map9 = affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>
#map10 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
"builtin.module"() ({
  "func.func"() <{function_type = (tensor<1x1x6xf32>, tensor<3x6xf32>, tensor<3x10x6xf32>, tensor<3x6x5xf32>) -> tensor<1x1x6xf32>, sym_name = "mixtral_token"}> ({
  ^bb0(%arg0: tensor<1x1x6xf32>, %arg1: tensor<3x6xf32>, %arg2: tensor<3x10x6xf32>, %arg3: tensor<3x6x5xf32>):
    %0 = "arith.constant"() <{value = 0 : i64}> : () -> i64
    %1 = "arith.constant"() <{value = 0.000000e+00 : f32}> : () -> f32
    %2 = "arith.constant"() <{value = 0xFF800000 : f32}> : () -> f32
    %3 = "arith.constant"() <{value = 3 : i64}> : () -> i64
    %4 = "arith.constant"() <{value = 1.000000e+00 : f32}> : () -> f32
    %5 = "tensor.collapse_shape"(%arg0) <{reassociation = [[0], [1, 2]]}> : (tensor<1x1x6xf32>) -> tensor<1x6xf32>
    %6 = "tensor.empty"() : () -> tensor<6x3xf32>
    %7 = "linalg.transpose"(%arg1, %6) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg67: f32, %arg68: f32):
      "linalg.yield"(%arg67) : (f32) -> ()
    }) : (tensor<3x6xf32>, tensor<6x3xf32>) -> tensor<6x3xf32>
    %8 = "tensor.empty"() : () -> tensor<1x3xf32>
    %9 = "linalg.fill"(%1, %8) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg65: f32, %arg66: f32):
      "linalg.yield"(%arg65) : (f32) -> ()
    }) : (f32, tensor<1x3xf32>) -> tensor<1x3xf32>
    %10 = "linalg.matmul"(%5, %7, %9) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg62: f32, %arg63: f32, %arg64: f32):
      %97 = "arith.mulf"(%arg62, %arg63) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %98 = "arith.addf"(%arg64, %97) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%98) : (f32) -> ()
    }) : (tensor<1x6xf32>, tensor<6x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
    %11 = "tensor.empty"() : () -> tensor<1xi64>
    %12 = "linalg.fill"(%0, %11) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg60: i64, %arg61: i64):
      "linalg.yield"(%arg60) : (i64) -> ()
    }) : (i64, tensor<1xi64>) -> tensor<1xi64>
    %13 = "tensor.empty"() : () -> tensor<1xf32>
    %14 = "linalg.fill"(%2, %13) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg58: f32, %arg59: f32):
      "linalg.yield"(%arg58) : (f32) -> ()
    }) : (f32, tensor<1xf32>) -> tensor<1xf32>
    %15:2 = "linalg.generic"(%10, %14, %12) <{indexing_maps = [#map3, #map4, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 2>}> ({
    ^bb0(%arg55: f32, %arg56: f32, %arg57: i64):
      %92 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %93 = "arith.index_cast"(%92) : (index) -> i64
      %94 = "arith.maximumf"(%arg55, %arg56) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %95 = "arith.cmpf"(%arg55, %arg56) <{fastmath = #arith.fastmath<none>, predicate = 2 : i64}> : (f32, f32) -> i1
      %96 = "arith.select"(%95, %93, %arg57) : (i1, i64, i64) -> i64
      "linalg.yield"(%94, %96) : (f32, i64) -> ()
    }) : (tensor<1x3xf32>, tensor<1xf32>, tensor<1xi64>) -> (tensor<1xf32>, tensor<1xi64>)
    %16 = "tensor.expand_shape"(%15#0) <{reassociation = [[0, 1]], static_output_shape = array<i64: 1, 1>}> : (tensor<1xf32>) -> tensor<1x1xf32>
    %17 = "linalg.generic"(%10, %16, %8) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg52: f32, %arg53: f32, %arg54: f32):
      %91 = "arith.subf"(%arg52, %arg53) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%91) : (f32) -> ()
    }) : (tensor<1x3xf32>, tensor<1x1xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
    %18 = "linalg.generic"(%17, %8) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg50: f32, %arg51: f32):
      %90 = "math.exp"(%arg50) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      "linalg.yield"(%90) : (f32) -> ()
    }) : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
    %19 = "tensor.empty"() : () -> tensor<1x1xf32>
    %20 = "linalg.fill"(%1, %19) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg48: f32, %arg49: f32):
      "linalg.yield"(%arg48) : (f32) -> ()
    }) : (f32, tensor<1x1xf32>) -> tensor<1x1xf32>
    %21 = "linalg.generic"(%18, %20) <{indexing_maps = [#map3, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg46: f32, %arg47: f32):
      %89 = "arith.addf"(%arg46, %arg47) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%89) : (f32) -> ()
    }) : (tensor<1x3xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
    %22 = "linalg.generic"(%18, %21, %8) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg43: f32, %arg44: f32, %arg45: f32):
      %88 = "arith.divf"(%arg43, %arg44) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%88) : (f32) -> ()
    }) : (tensor<1x3xf32>, tensor<1x1xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
    %23 = "tensor.empty"() : () -> tensor<1x3xi64>
    %24 = "linalg.generic"(%23) <{indexing_maps = [#map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 1>}> ({
    ^bb0(%arg42: i64):
      %86 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %87 = "arith.index_cast"(%86) : (index) -> i64
      "linalg.yield"(%87) : (i64) -> ()
    }) : (tensor<1x3xi64>) -> tensor<1x3xi64>
    %25:2 = "tm_tensor.sort"(%22, %24) <{dimension = 1 : i64, operandSegmentSizes = array<i32: 0, 2>}> ({
    ^bb0(%arg38: f32, %arg39: f32, %arg40: i64, %arg41: i64):
      %85 = "arith.cmpf"(%arg38, %arg39) <{fastmath = #arith.fastmath<none>, predicate = 3 : i64}> : (f32, f32) -> i1
      "tm_tensor.yield"(%85) : (i1) -> ()
    }) : (tensor<1x3xf32>, tensor<1x3xi64>) -> (tensor<1x3xf32>, tensor<1x3xi64>)
    %26 = "tensor.extract_slice"(%25#0) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 1, 1>, static_strides = array<i64: 1, 1>}> : (tensor<1x3xf32>) -> tensor<1x1xf32>
    %27 = "tensor.extract_slice"(%25#1) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 1, 1>, static_strides = array<i64: 1, 1>}> : (tensor<1x3xi64>) -> tensor<1x1xi64>
    %28 = "linalg.generic"(%26, %20) <{indexing_maps = [#map3, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg36: f32, %arg37: f32):
      %84 = "arith.addf"(%arg36, %arg37) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%84) : (f32) -> ()
    }) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
    %29 = "linalg.generic"(%26, %28, %19) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg33: f32, %arg34: f32, %arg35: f32):
      %83 = "arith.divf"(%arg33, %arg34) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%83) : (f32) -> ()
    }) : (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
    %30 = "tensor.collapse_shape"(%27) <{reassociation = [[0, 1]]}> : (tensor<1x1xi64>) -> tensor<1xi64>
    %31 = "tensor.empty"() : () -> tensor<1x10x6xf32>
    %32 = "linalg.generic"(%30, %31) <{indexing_maps = [#map6, #map7], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg31: i64, %arg32: f32):
      %76 = "arith.cmpi"(%arg31, %0) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %77 = "arith.addi"(%arg31, %3) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %78 = "arith.select"(%76, %77, %arg31) : (i1, i64, i64) -> i64
      %79 = "arith.index_cast"(%78) : (i64) -> index
      %80 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %81 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %82 = "tensor.extract"(%arg2, %79, %80, %81) : (tensor<3x10x6xf32>, index, index, index) -> f32
      "linalg.yield"(%82) : (f32) -> ()
    }) : (tensor<1xi64>, tensor<1x10x6xf32>) -> tensor<1x10x6xf32>
    %33 = "tensor.expand_shape"(%5) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 1, 6, 1>}> : (tensor<1x6xf32>) -> tensor<1x6x1xf32>
    %34 = "tensor.empty"() : () -> tensor<1x10x1xf32>
    %35 = "linalg.fill"(%1, %34) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg29: f32, %arg30: f32):
      "linalg.yield"(%arg29) : (f32) -> ()
    }) : (f32, tensor<1x10x1xf32>) -> tensor<1x10x1xf32>
    %36 = "linalg.batch_matmul"(%32, %33, %35) <{indexing_maps = [#map8, #map9, #map10], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg26: f32, %arg27: f32, %arg28: f32):
      %74 = "arith.mulf"(%arg26, %arg27) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %75 = "arith.addf"(%arg28, %74) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%75) : (f32) -> ()
    }) : (tensor<1x10x6xf32>, tensor<1x6x1xf32>, tensor<1x10x1xf32>) -> tensor<1x10x1xf32>
    %37 = "tensor.collapse_shape"(%36) <{reassociation = [[0], [1, 2]]}> : (tensor<1x10x1xf32>) -> tensor<1x10xf32>
    %38 = "tensor.extract_slice"(%37) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 1, 5>, static_strides = array<i64: 1, 1>}> : (tensor<1x10xf32>) -> tensor<1x5xf32>
    %39 = "tensor.extract_slice"(%37) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 5>, static_sizes = array<i64: 1, 5>, static_strides = array<i64: 1, 1>}> : (tensor<1x10xf32>) -> tensor<1x5xf32>
    %40 = "tensor.empty"() : () -> tensor<1x5xf32>
    %41 = "linalg.generic"(%38, %40) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg24: f32, %arg25: f32):
      %70 = "arith.negf"(%arg24) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %71 = "math.exp"(%70) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %72 = "arith.addf"(%71, %4) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %73 = "arith.divf"(%4, %72) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%73) : (f32) -> ()
    }) : (tensor<1x5xf32>, tensor<1x5xf32>) -> tensor<1x5xf32>
    %42 = "linalg.generic"(%38, %41, %40) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg21: f32, %arg22: f32, %arg23: f32):
      %69 = "arith.mulf"(%arg21, %arg22) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%69) : (f32) -> ()
    }) : (tensor<1x5xf32>, tensor<1x5xf32>, tensor<1x5xf32>) -> tensor<1x5xf32>
    %43 = "linalg.generic"(%42, %39, %40) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg18: f32, %arg19: f32, %arg20: f32):
      %68 = "arith.mulf"(%arg18, %arg19) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%68) : (f32) -> ()
    }) : (tensor<1x5xf32>, tensor<1x5xf32>, tensor<1x5xf32>) -> tensor<1x5xf32>
    %44 = "tensor.empty"() : () -> tensor<1x6x5xf32>
    %45 = "linalg.generic"(%30, %44) <{indexing_maps = [#map6, #map7], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg16: i64, %arg17: f32):
      %61 = "arith.cmpi"(%arg16, %0) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %62 = "arith.addi"(%arg16, %3) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %63 = "arith.select"(%61, %62, %arg16) : (i1, i64, i64) -> i64
      %64 = "arith.index_cast"(%63) : (i64) -> index
      %65 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %66 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %67 = "tensor.extract"(%arg3, %64, %65, %66) : (tensor<3x6x5xf32>, index, index, index) -> f32
      "linalg.yield"(%67) : (f32) -> ()
    }) : (tensor<1xi64>, tensor<1x6x5xf32>) -> tensor<1x6x5xf32>
    %46 = "tensor.expand_shape"(%43) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 1, 5, 1>}> : (tensor<1x5xf32>) -> tensor<1x5x1xf32>
    %47 = "tensor.empty"() : () -> tensor<1x6x1xf32>
    %48 = "linalg.fill"(%1, %47) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg14: f32, %arg15: f32):
      "linalg.yield"(%arg14) : (f32) -> ()
    }) : (f32, tensor<1x6x1xf32>) -> tensor<1x6x1xf32>
    %49 = "linalg.batch_matmul"(%45, %46, %48) <{indexing_maps = [#map8, #map9, #map10], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg11: f32, %arg12: f32, %arg13: f32):
      %59 = "arith.mulf"(%arg11, %arg12) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %60 = "arith.addf"(%arg13, %59) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%60) : (f32) -> ()
    }) : (tensor<1x6x5xf32>, tensor<1x5x1xf32>, tensor<1x6x1xf32>) -> tensor<1x6x1xf32>
    %50 = "tensor.collapse_shape"(%49) <{reassociation = [[0], [1, 2]]}> : (tensor<1x6x1xf32>) -> tensor<1x6xf32>
    %51 = "tensor.empty"() : () -> tensor<1x6xf32>
    %52 = "linalg.generic"(%50, %29, %51) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg8: f32, %arg9: f32, %arg10: f32):
      %58 = "arith.mulf"(%arg8, %arg9) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%58) : (f32) -> ()
    }) : (tensor<1x6xf32>, tensor<1x1xf32>, tensor<1x6xf32>) -> tensor<1x6xf32>
    %53 = "tensor.expand_shape"(%52) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 1, 1, 6>}> : (tensor<1x6xf32>) -> tensor<1x1x6xf32>
    %54 = "linalg.fill"(%1, %51) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg6: f32, %arg7: f32):
      "linalg.yield"(%arg6) : (f32) -> ()
    }) : (f32, tensor<1x6xf32>) -> tensor<1x6xf32>
    %55 = "linalg.generic"(%53, %54) <{indexing_maps = [#map7, #map], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg4: f32, %arg5: f32):
      %57 = "arith.addf"(%arg4, %arg5) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%57) : (f32) -> ()
    }) : (tensor<1x1x6xf32>, tensor<1x6xf32>) -> tensor<1x6xf32>
    %56 = "tensor.expand_shape"(%55) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 1, 1, 6>}> : (tensor<1x6xf32>) -> tensor<1x1x6xf32>
    "func.return"(%56) : (tensor<1x1x6xf32>) -> ()
  }) : () -> ()
}) : () -> ()
