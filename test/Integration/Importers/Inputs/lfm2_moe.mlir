#map = affine_map<(d0, d1, d2) -> (d0, d2)>
#map1 = affine_map<(d0, d1, d2) -> (d2, d1)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map3 = affine_map<(d0, d1) -> (d0, d1)>
#map4 = affine_map<(d0, d1) -> (d1)>
#map5 = affine_map<(d0, d1) -> (d0, 0)>
#map6 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map7 = affine_map<(d0, d1, d2) -> (d0)>
#map8 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map9 = affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>
#map10 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
"builtin.module"() ({
  "func.func"() <{function_type = (tensor<3x1x11xf32>, tensor<6x10x11xf32>, tensor<6x11x5xf32>, tensor<6x11xf32>, tensor<6xf32>) -> tensor<3x1x11xf32>, sym_name = "lfm2_moe"}> ({
  ^bb0(%arg0: tensor<3x1x11xf32>, %arg1: tensor<6x10x11xf32>, %arg2: tensor<6x11x5xf32>, %arg3: tensor<6x11xf32>, %arg4: tensor<6xf32>):
    %0 = "arith.constant"() <{value = 0 : i64}> : () -> i64
    %1 = "arith.constant"() <{value = 6 : index}> : () -> index
    %2 = "arith.constant"() <{value = 0.000000e+00 : f32}> : () -> f32
    %3 = "arith.constant"() <{value = 1.000000e+00 : f32}> : () -> f32
    %4 = "arith.constant"() <{value = 6 : i64}> : () -> i64
    %5 = "arith.constant"() <{value = 9.9999999999999995E-7 : f64}> : () -> f64
    %6 = "arith.constant"() <{value = 1.500000e+00 : f32}> : () -> f32
    %7 = "tensor.collapse_shape"(%arg0) <{reassociation = [[0], [1, 2]]}> : (tensor<3x1x11xf32>) -> tensor<3x11xf32>
    %8 = "tensor.empty"() : () -> tensor<11x6xf32>
    %9 = "linalg.transpose"(%arg3, %8) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg66: f32, %arg67: f32):
      "linalg.yield"(%arg66) : (f32) -> ()
    }) : (tensor<6x11xf32>, tensor<11x6xf32>) -> tensor<11x6xf32>
    %10 = "tensor.empty"() : () -> tensor<3x6xf32>
    %11 = "linalg.fill"(%2, %10) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg64: f32, %arg65: f32):
      "linalg.yield"(%arg64) : (f32) -> ()
    }) : (f32, tensor<3x6xf32>) -> tensor<3x6xf32>
    %12 = "linalg.matmul"(%7, %9, %11) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg61: f32, %arg62: f32, %arg63: f32):
      %106 = "arith.mulf"(%arg61, %arg62) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %107 = "arith.addf"(%arg63, %106) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%107) : (f32) -> ()
    }) : (tensor<3x11xf32>, tensor<11x6xf32>, tensor<3x6xf32>) -> tensor<3x6xf32>
    %13 = "linalg.generic"(%12, %10) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg59: f32, %arg60: f32):
      %102 = "arith.negf"(%arg59) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %103 = "math.exp"(%102) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %104 = "arith.addf"(%103, %3) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %105 = "arith.divf"(%3, %104) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%105) : (f32) -> ()
    }) : (tensor<3x6xf32>, tensor<3x6xf32>) -> tensor<3x6xf32>
    %14 = "linalg.generic"(%13, %arg4, %10) <{indexing_maps = [#map3, #map4, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg56: f32, %arg57: f32, %arg58: f32):
      %101 = "arith.addf"(%arg56, %arg57) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%101) : (f32) -> ()
    }) : (tensor<3x6xf32>, tensor<6xf32>, tensor<3x6xf32>) -> tensor<3x6xf32>
    %15 = "tensor.empty"() : () -> tensor<3x6xi64>
    %16 = "linalg.generic"(%15) <{indexing_maps = [#map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 1>}> ({
    ^bb0(%arg55: i64):
      %99 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %100 = "arith.index_cast"(%99) : (index) -> i64
      "linalg.yield"(%100) : (i64) -> ()
    }) : (tensor<3x6xi64>) -> tensor<3x6xi64>
    %17:2 = "tm_tensor.sort"(%14, %16) <{dimension = 1 : i64, operandSegmentSizes = array<i32: 0, 2>}> ({
    ^bb0(%arg51: f32, %arg52: f32, %arg53: i64, %arg54: i64):
      %98 = "arith.cmpf"(%arg51, %arg52) <{fastmath = #arith.fastmath<none>, predicate = 3 : i64}> : (f32, f32) -> i1
      "tm_tensor.yield"(%98) : (i1) -> ()
    }) : (tensor<3x6xf32>, tensor<3x6xi64>) -> (tensor<3x6xf32>, tensor<3x6xi64>)
    %18 = "tensor.extract_slice"(%17#1) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 3, 4>, static_strides = array<i64: 1, 1>}> : (tensor<3x6xi64>) -> tensor<3x4xi64>
    %19 = "tensor.empty"() : () -> tensor<3x4xf32>
    %20 = "linalg.fill"(%2, %19) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg49: f32, %arg50: f32):
      "linalg.yield"(%arg49) : (f32) -> ()
    }) : (f32, tensor<3x4xf32>) -> tensor<3x4xf32>
    %21 = "linalg.generic"(%18, %20) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg47: i64, %arg48: f32):
      %93 = "linalg.index"() <{dim = 0 : i64}> : () -> index
      %94 = "arith.index_cast"(%arg47) : (i64) -> index
      %95 = "arith.cmpi"(%94, %1) <{predicate = 2 : i64}> : (index, index) -> i1
      "cf.assert"(%95) <{msg = "index must be smaller than dim size"}> : (i1) -> ()
      %96 = "arith.cmpi"(%arg47, %0) <{predicate = 5 : i64}> : (i64, i64) -> i1
      "cf.assert"(%96) <{msg = "index must be larger or equal to 0"}> : (i1) -> ()
      %97 = "tensor.extract"(%13, %93, %94) : (tensor<3x6xf32>, index, index) -> f32
      "linalg.yield"(%97) : (f32) -> ()
    }) : (tensor<3x4xi64>, tensor<3x4xf32>) -> tensor<3x4xf32>
    %22 = "tensor.empty"() : () -> tensor<3x1xf32>
    %23 = "linalg.fill"(%2, %22) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg45: f32, %arg46: f32):
      "linalg.yield"(%arg45) : (f32) -> ()
    }) : (f32, tensor<3x1xf32>) -> tensor<3x1xf32>
    %24 = "linalg.generic"(%21, %23) <{indexing_maps = [#map3, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg43: f32, %arg44: f32):
      %92 = "arith.addf"(%arg43, %arg44) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%92) : (f32) -> ()
    }) : (tensor<3x4xf32>, tensor<3x1xf32>) -> tensor<3x1xf32>
    %25 = "linalg.generic"(%24, %22) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg41: f32, %arg42: f32):
      %90 = "arith.truncf"(%5) : (f64) -> f32
      %91 = "arith.addf"(%arg41, %90) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%91) : (f32) -> ()
    }) : (tensor<3x1xf32>, tensor<3x1xf32>) -> tensor<3x1xf32>
    %26 = "linalg.generic"(%21, %25, %19) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg38: f32, %arg39: f32, %arg40: f32):
      %89 = "arith.divf"(%arg38, %arg39) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%89) : (f32) -> ()
    }) : (tensor<3x4xf32>, tensor<3x1xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
    %27 = "linalg.generic"(%26, %19) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg36: f32, %arg37: f32):
      %88 = "arith.mulf"(%arg36, %6) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%88) : (f32) -> ()
    }) : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
    %28 = "tensor.empty"() : () -> tensor<3x4x11xf32>
    %29 = "tensor.collapse_shape"(%arg0) <{reassociation = [[0, 1], [2]]}> : (tensor<3x1x11xf32>) -> tensor<3x11xf32>
    %30 = "linalg.generic"(%29, %28) <{indexing_maps = [#map, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg34: f32, %arg35: f32):
      "linalg.yield"(%arg34) : (f32) -> ()
    }) : (tensor<3x11xf32>, tensor<3x4x11xf32>) -> tensor<3x4x11xf32>
    %31 = "tensor.collapse_shape"(%30) <{reassociation = [[0, 1], [2]]}> : (tensor<3x4x11xf32>) -> tensor<12x11xf32>
    %32 = "tensor.collapse_shape"(%27) <{reassociation = [[0, 1]]}> : (tensor<3x4xf32>) -> tensor<12xf32>
    %33 = "tensor.collapse_shape"(%18) <{reassociation = [[0, 1]]}> : (tensor<3x4xi64>) -> tensor<12xi64>
    %34 = "tensor.empty"() : () -> tensor<12x10x11xf32>
    %35 = "linalg.generic"(%33, %34) <{indexing_maps = [#map7, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg32: i64, %arg33: f32):
      %81 = "arith.cmpi"(%arg32, %0) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %82 = "arith.addi"(%arg32, %4) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %83 = "arith.select"(%81, %82, %arg32) : (i1, i64, i64) -> i64
      %84 = "arith.index_cast"(%83) : (i64) -> index
      %85 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %86 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %87 = "tensor.extract"(%arg1, %84, %85, %86) : (tensor<6x10x11xf32>, index, index, index) -> f32
      "linalg.yield"(%87) : (f32) -> ()
    }) : (tensor<12xi64>, tensor<12x10x11xf32>) -> tensor<12x10x11xf32>
    %36 = "tensor.expand_shape"(%31) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 12, 11, 1>}> : (tensor<12x11xf32>) -> tensor<12x11x1xf32>
    %37 = "tensor.empty"() : () -> tensor<12x10x1xf32>
    %38 = "linalg.fill"(%2, %37) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg30: f32, %arg31: f32):
      "linalg.yield"(%arg30) : (f32) -> ()
    }) : (f32, tensor<12x10x1xf32>) -> tensor<12x10x1xf32>
    %39 = "linalg.batch_matmul"(%35, %36, %38) <{indexing_maps = [#map8, #map9, #map10], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg27: f32, %arg28: f32, %arg29: f32):
      %79 = "arith.mulf"(%arg27, %arg28) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %80 = "arith.addf"(%arg29, %79) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%80) : (f32) -> ()
    }) : (tensor<12x10x11xf32>, tensor<12x11x1xf32>, tensor<12x10x1xf32>) -> tensor<12x10x1xf32>
    %40 = "tensor.collapse_shape"(%39) <{reassociation = [[0], [1, 2]]}> : (tensor<12x10x1xf32>) -> tensor<12x10xf32>
    %41 = "tensor.extract_slice"(%40) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 12, 5>, static_strides = array<i64: 1, 1>}> : (tensor<12x10xf32>) -> tensor<12x5xf32>
    %42 = "tensor.extract_slice"(%40) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 5>, static_sizes = array<i64: 12, 5>, static_strides = array<i64: 1, 1>}> : (tensor<12x10xf32>) -> tensor<12x5xf32>
    %43 = "tensor.empty"() : () -> tensor<12x5xf32>
    %44 = "linalg.generic"(%41, %43) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg25: f32, %arg26: f32):
      %75 = "arith.negf"(%arg25) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %76 = "math.exp"(%75) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %77 = "arith.addf"(%76, %3) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %78 = "arith.divf"(%3, %77) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%78) : (f32) -> ()
    }) : (tensor<12x5xf32>, tensor<12x5xf32>) -> tensor<12x5xf32>
    %45 = "linalg.generic"(%41, %44, %43) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg22: f32, %arg23: f32, %arg24: f32):
      %74 = "arith.mulf"(%arg22, %arg23) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%74) : (f32) -> ()
    }) : (tensor<12x5xf32>, tensor<12x5xf32>, tensor<12x5xf32>) -> tensor<12x5xf32>
    %46 = "linalg.generic"(%45, %42, %43) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg19: f32, %arg20: f32, %arg21: f32):
      %73 = "arith.mulf"(%arg19, %arg20) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%73) : (f32) -> ()
    }) : (tensor<12x5xf32>, tensor<12x5xf32>, tensor<12x5xf32>) -> tensor<12x5xf32>
    %47 = "tensor.empty"() : () -> tensor<12x11x5xf32>
    %48 = "linalg.generic"(%33, %47) <{indexing_maps = [#map7, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg17: i64, %arg18: f32):
      %66 = "arith.cmpi"(%arg17, %0) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %67 = "arith.addi"(%arg17, %4) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %68 = "arith.select"(%66, %67, %arg17) : (i1, i64, i64) -> i64
      %69 = "arith.index_cast"(%68) : (i64) -> index
      %70 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %71 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %72 = "tensor.extract"(%arg2, %69, %70, %71) : (tensor<6x11x5xf32>, index, index, index) -> f32
      "linalg.yield"(%72) : (f32) -> ()
    }) : (tensor<12xi64>, tensor<12x11x5xf32>) -> tensor<12x11x5xf32>
    %49 = "tensor.expand_shape"(%46) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 12, 5, 1>}> : (tensor<12x5xf32>) -> tensor<12x5x1xf32>
    %50 = "tensor.empty"() : () -> tensor<12x11x1xf32>
    %51 = "linalg.fill"(%2, %50) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg15: f32, %arg16: f32):
      "linalg.yield"(%arg15) : (f32) -> ()
    }) : (f32, tensor<12x11x1xf32>) -> tensor<12x11x1xf32>
    %52 = "linalg.batch_matmul"(%48, %49, %51) <{indexing_maps = [#map8, #map9, #map10], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg12: f32, %arg13: f32, %arg14: f32):
      %64 = "arith.mulf"(%arg12, %arg13) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %65 = "arith.addf"(%arg14, %64) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%65) : (f32) -> ()
    }) : (tensor<12x11x5xf32>, tensor<12x5x1xf32>, tensor<12x11x1xf32>) -> tensor<12x11x1xf32>
    %53 = "tensor.collapse_shape"(%52) <{reassociation = [[0], [1, 2]]}> : (tensor<12x11x1xf32>) -> tensor<12x11xf32>
    %54 = "tensor.expand_shape"(%32) <{reassociation = [[0, 1]], static_output_shape = array<i64: 12, 1>}> : (tensor<12xf32>) -> tensor<12x1xf32>
    %55 = "tensor.empty"() : () -> tensor<12x11xf32>
    %56 = "linalg.generic"(%53, %54, %55) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg9: f32, %arg10: f32, %arg11: f32):
      %63 = "arith.mulf"(%arg9, %arg10) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%63) : (f32) -> ()
    }) : (tensor<12x11xf32>, tensor<12x1xf32>, tensor<12x11xf32>) -> tensor<12x11xf32>
    %57 = "tensor.expand_shape"(%56) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 3, 4, 11>}> : (tensor<12x11xf32>) -> tensor<3x4x11xf32>
    %58 = "tensor.empty"() : () -> tensor<3x11xf32>
    %59 = "linalg.fill"(%2, %58) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg7: f32, %arg8: f32):
      "linalg.yield"(%arg7) : (f32) -> ()
    }) : (f32, tensor<3x11xf32>) -> tensor<3x11xf32>
    %60 = "linalg.generic"(%57, %59) <{indexing_maps = [#map6, #map], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg5: f32, %arg6: f32):
      %62 = "arith.addf"(%arg5, %arg6) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%62) : (f32) -> ()
    }) : (tensor<3x4x11xf32>, tensor<3x11xf32>) -> tensor<3x11xf32>
    %61 = "tensor.expand_shape"(%60) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 3, 1, 11>}> : (tensor<3x11xf32>) -> tensor<3x1x11xf32>
    "func.return"(%61) : (tensor<3x1x11xf32>) -> ()
  }) : () -> ()
}) : () -> ()
