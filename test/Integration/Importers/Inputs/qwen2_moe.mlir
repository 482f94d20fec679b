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
  "func.func"() <{function_type = (tensor<2x3x11xf32>, tensor<6x11xf32>, tensor<6x12x11xf32>, tensor<6x11x6xf32>, tensor<6x11xf32>, tensor<6x11xf32>, tensor<11x6xf32>, tensor<1x11xf32>) -> tensor<2x3x11xf32>, sym_name = "qwen2_moe"}> ({
  ^bb0(%arg0: tensor<2x3x11xf32>, %arg1: tensor<6x11xf32>, %arg2: tensor<6x12x11xf32>, %arg3: tensor<6x11x6xf32>, %arg4: tensor<6x11xf32>, %arg5: tensor<6x11xf32>, %arg6: tensor<11x6xf32>, %arg7: tensor<1x11xf32>):
    %0 = "arith.constant"() <{value = 6 : i64}> : () -> i64
    %1 = "arith.constant"() <{value = 0 : i64}> : () -> i64
    %2 = "arith.constant"() <{value = 0.000000e+00 : f32}> : () -> f32
    %3 = "arith.constant"() <{value = 1.000000e+00 : f32}> : () -> f32
    %4 = "arith.constant"() <{value = 0xFF800000 : f32}> : () -> f32
    %5 = "tensor.collapse_shape"(%arg0) <{reassociation = [[0, 1], [2]]}> : (tensor<2x3x11xf32>) -> tensor<6x11xf32>
    %6 = "tensor.empty"() : () -> tensor<11x6xf32>
    %7 = "linalg.transpose"(%arg4, %6) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg104: f32, %arg105: f32):
      "linalg.yield"(%arg104) : (f32) -> ()
    }) : (tensor<6x11xf32>, tensor<11x6xf32>) -> tensor<11x6xf32>
    %8 = "tensor.empty"() : () -> tensor<6x6xf32>
    %9 = "linalg.fill"(%2, %8) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg102: f32, %arg103: f32):
      "linalg.yield"(%arg102) : (f32) -> ()
    }) : (f32, tensor<6x6xf32>) -> tensor<6x6xf32>
    %10 = "linalg.matmul"(%5, %7, %9) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg99: f32, %arg100: f32, %arg101: f32):
      %134 = "arith.mulf"(%arg99, %arg100) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %135 = "arith.addf"(%arg101, %134) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%135) : (f32) -> ()
    }) : (tensor<6x11xf32>, tensor<11x6xf32>, tensor<6x6xf32>) -> tensor<6x6xf32>
    %11 = "linalg.generic"(%10, %8) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg97: f32, %arg98: f32):
      %130 = "arith.negf"(%arg97) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %131 = "math.exp"(%130) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %132 = "arith.addf"(%131, %3) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %133 = "arith.divf"(%3, %132) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%133) : (f32) -> ()
    }) : (tensor<6x6xf32>, tensor<6x6xf32>) -> tensor<6x6xf32>
    %12 = "linalg.generic"(%10, %11, %8) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg94: f32, %arg95: f32, %arg96: f32):
      %129 = "arith.mulf"(%arg94, %arg95) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%129) : (f32) -> ()
    }) : (tensor<6x6xf32>, tensor<6x6xf32>, tensor<6x6xf32>) -> tensor<6x6xf32>
    %13 = "linalg.transpose"(%arg5, %6) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg92: f32, %arg93: f32):
      "linalg.yield"(%arg92) : (f32) -> ()
    }) : (tensor<6x11xf32>, tensor<11x6xf32>) -> tensor<11x6xf32>
    %14 = "linalg.matmul"(%5, %13, %9) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg89: f32, %arg90: f32, %arg91: f32):
      %127 = "arith.mulf"(%arg89, %arg90) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %128 = "arith.addf"(%arg91, %127) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%128) : (f32) -> ()
    }) : (tensor<6x11xf32>, tensor<11x6xf32>, tensor<6x6xf32>) -> tensor<6x6xf32>
    %15 = "linalg.generic"(%12, %14, %8) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg86: f32, %arg87: f32, %arg88: f32):
      %126 = "arith.mulf"(%arg86, %arg87) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%126) : (f32) -> ()
    }) : (tensor<6x6xf32>, tensor<6x6xf32>, tensor<6x6xf32>) -> tensor<6x6xf32>
    %16 = "tensor.empty"() : () -> tensor<6x11xf32>
    %17 = "linalg.transpose"(%arg6, %16) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg84: f32, %arg85: f32):
      "linalg.yield"(%arg84) : (f32) -> ()
    }) : (tensor<11x6xf32>, tensor<6x11xf32>) -> tensor<6x11xf32>
    %18 = "linalg.fill"(%2, %16) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg82: f32, %arg83: f32):
      "linalg.yield"(%arg82) : (f32) -> ()
    }) : (f32, tensor<6x11xf32>) -> tensor<6x11xf32>
    %19 = "linalg.matmul"(%15, %17, %18) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg79: f32, %arg80: f32, %arg81: f32):
      %124 = "arith.mulf"(%arg79, %arg80) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %125 = "arith.addf"(%arg81, %124) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%125) : (f32) -> ()
    }) : (tensor<6x6xf32>, tensor<6x11xf32>, tensor<6x11xf32>) -> tensor<6x11xf32>
    %20 = "linalg.transpose"(%arg1, %6) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg77: f32, %arg78: f32):
      "linalg.yield"(%arg77) : (f32) -> ()
    }) : (tensor<6x11xf32>, tensor<11x6xf32>) -> tensor<11x6xf32>
    %21 = "linalg.matmul"(%5, %20, %9) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg74: f32, %arg75: f32, %arg76: f32):
      %122 = "arith.mulf"(%arg74, %arg75) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %123 = "arith.addf"(%arg76, %122) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%123) : (f32) -> ()
    }) : (tensor<6x11xf32>, tensor<11x6xf32>, tensor<6x6xf32>) -> tensor<6x6xf32>
    %22 = "tensor.empty"() : () -> tensor<6xi64>
    %23 = "linalg.fill"(%1, %22) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg72: i64, %arg73: i64):
      "linalg.yield"(%arg72) : (i64) -> ()
    }) : (i64, tensor<6xi64>) -> tensor<6xi64>
    %24 = "tensor.empty"() : () -> tensor<6xf32>
    %25 = "linalg.fill"(%4, %24) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg70: f32, %arg71: f32):
      "linalg.yield"(%arg70) : (f32) -> ()
    }) : (f32, tensor<6xf32>) -> tensor<6xf32>
    %26:2 = "linalg.generic"(%21, %25, %23) <{indexing_maps = [#map3, #map4, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 2>}> ({
    ^bb0(%arg67: f32, %arg68: f32, %arg69: i64):
      %117 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %118 = "arith.index_cast"(%117) : (index) -> i64
      %119 = "arith.maximumf"(%arg67, %arg68) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %120 = "arith.cmpf"(%arg67, %arg68) <{fastmath = #arith.fastmath<none>, predicate = 2 : i64}> : (f32, f32) -> i1
      %121 = "arith.select"(%120, %118, %arg69) : (i1, i64, i64) -> i64
      "linalg.yield"(%119, %121) : (f32, i64) -> ()
    }) : (tensor<6x6xf32>, tensor<6xf32>, tensor<6xi64>) -> (tensor<6xf32>, tensor<6xi64>)
    %27 = "tensor.expand_shape"(%26#0) <{reassociation = [[0, 1]], static_output_shape = array<i64: 6, 1>}> : (tensor<6xf32>) -> tensor<6x1xf32>
    %28 = "linalg.generic"(%21, %27, %8) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg64: f32, %arg65: f32, %arg66: f32):
      %116 = "arith.subf"(%arg64, %arg65) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%116) : (f32) -> ()
    }) : (tensor<6x6xf32>, tensor<6x1xf32>, tensor<6x6xf32>) -> tensor<6x6xf32>
    %29 = "linalg.generic"(%28, %8) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg62: f32, %arg63: f32):
      %115 = "math.exp"(%arg62) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      "linalg.yield"(%115) : (f32) -> ()
    }) : (tensor<6x6xf32>, tensor<6x6xf32>) -> tensor<6x6xf32>
    %30 = "tensor.empty"() : () -> tensor<6x1xf32>
    %31 = "linalg.fill"(%2, %30) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg60: f32, %arg61: f32):
      "linalg.yield"(%arg60) : (f32) -> ()
    }) : (f32, tensor<6x1xf32>) -> tensor<6x1xf32>
    %32 = "linalg.generic"(%29, %31) <{indexing_maps = [#map3, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg58: f32, %arg59: f32):
      %114 = "arith.addf"(%arg58, %arg59) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%114) : (f32) -> ()
    }) : (tensor<6x6xf32>, tensor<6x1xf32>) -> tensor<6x1xf32>
    %33 = "linalg.generic"(%29, %32, %8) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg55: f32, %arg56: f32, %arg57: f32):
      %113 = "arith.divf"(%arg55, %arg56) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%113) : (f32) -> ()
    }) : (tensor<6x6xf32>, tensor<6x1xf32>, tensor<6x6xf32>) -> tensor<6x6xf32>
    %34 = "tensor.empty"() : () -> tensor<6x6xi64>
    %35 = "linalg.generic"(%34) <{indexing_maps = [#map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 1>}> ({
    ^bb0(%arg54: i64):
      %111 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %112 = "arith.index_cast"(%111) : (index) -> i64
      "linalg.yield"(%112) : (i64) -> ()
    }) : (tensor<6x6xi64>) -> tensor<6x6xi64>
    %36:2 = "tm_tensor.sort"(%33, %35) <{dimension = 1 : i64, operandSegmentSizes = array<i32: 0, 2>}> ({
    ^bb0(%arg50: f32, %arg51: f32, %arg52: i64, %arg53: i64):
      %110 = "arith.cmpf"(%arg50, %arg51) <{fastmath = #arith.fastmath<none>, predicate = 3 : i64}> : (f32, f32) -> i1
      "tm_tensor.yield"(%110) : (i1) -> ()
    }) : (tensor<6x6xf32>, tensor<6x6xi64>) -> (tensor<6x6xf32>, tensor<6x6xi64>)
    %37 = "tensor.extract_slice"(%36#0) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 6, 2>, static_strides = array<i64: 1, 1>}> : (tensor<6x6xf32>) -> tensor<6x2xf32>
    %38 = "tensor.extract_slice"(%36#1) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 6, 2>, static_strides = array<i64: 1, 1>}> : (tensor<6x6xi64>) -> tensor<6x2xi64>
    %39 = "tensor.empty"() : () -> tensor<6x2x11xf32>
    %40 = "linalg.generic"(%5, %39) <{indexing_maps = [#map, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg48: f32, %arg49: f32):
      "linalg.yield"(%arg48) : (f32) -> ()
    }) : (tensor<6x11xf32>, tensor<6x2x11xf32>) -> tensor<6x2x11xf32>
    %41 = "tensor.collapse_shape"(%40) <{reassociation = [[0, 1], [2]]}> : (tensor<6x2x11xf32>) -> tensor<12x11xf32>
    %42 = "tensor.collapse_shape"(%37) <{reassociation = [[0, 1]]}> : (tensor<6x2xf32>) -> tensor<12xf32>
    %43 = "tensor.collapse_shape"(%38) <{reassociation = [[0, 1]]}> : (tensor<6x2xi64>) -> tensor<12xi64>
    %44 = "tensor.empty"() : () -> tensor<12x12x11xf32>
    %45 = "linalg.generic"(%43, %44) <{indexing_maps = [#map7, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg46: i64, %arg47: f32):
      %103 = "arith.cmpi"(%arg46, %1) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %104 = "arith.addi"(%arg46, %0) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %105 = "arith.select"(%103, %104, %arg46) : (i1, i64, i64) -> i64
      %106 = "arith.index_cast"(%105) : (i64) -> index
      %107 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %108 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %109 = "tensor.extract"(%arg2, %106, %107, %108) : (tensor<6x12x11xf32>, index, index, index) -> f32
      "linalg.yield"(%109) : (f32) -> ()
    }) : (tensor<12xi64>, tensor<12x12x11xf32>) -> tensor<12x12x11xf32>
    %46 = "tensor.expand_shape"(%41) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 12, 11, 1>}> : (tensor<12x11xf32>) -> tensor<12x11x1xf32>
    %47 = "tensor.empty"() : () -> tensor<12x12x1xf32>
    %48 = "linalg.fill"(%2, %47) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg44: f32, %arg45: f32):
      "linalg.yield"(%arg44) : (f32) -> ()
    }) : (f32, tensor<12x12x1xf32>) -> tensor<12x12x1xf32>
    %49 = "linalg.batch_matmul"(%45, %46, %48) <{indexing_maps = [#map8, #map9, #map10], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg41: f32, %arg42: f32, %arg43: f32):
      %101 = "arith.mulf"(%arg41, %arg42) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %102 = "arith.addf"(%arg43, %101) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%102) : (f32) -> ()
    }) : (tensor<12x12x11xf32>, tensor<12x11x1xf32>, tensor<12x12x1xf32>) -> tensor<12x12x1xf32>
    %50 = "tensor.collapse_shape"(%49) <{reassociation = [[0], [1, 2]]}> : (tensor<12x12x1xf32>) -> tensor<12x12xf32>
    %51 = "tensor.extract_slice"(%50) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 12, 6>, static_strides = array<i64: 1, 1>}> : (tensor<12x12xf32>) -> tensor<12x6xf32>
    %52 = "tensor.extract_slice"(%50) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 6>, static_sizes = array<i64: 12, 6>, static_strides = array<i64: 1, 1>}> : (tensor<12x12xf32>) -> tensor<12x6xf32>
    %53 = "tensor.empty"() : () -> tensor<12x6xf32>
    %54 = "linalg.generic"(%51, %53) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg39: f32, %arg40: f32):
      %97 = "arith.negf"(%arg39) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %98 = "math.exp"(%97) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %99 = "arith.addf"(%98, %3) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %100 = "arith.divf"(%3, %99) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%100) : (f32) -> ()
    }) : (tensor<12x6xf32>, tensor<12x6xf32>) -> tensor<12x6xf32>
    %55 = "linalg.generic"(%51, %54, %53) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg36: f32, %arg37: f32, %arg38: f32):
      %96 = "arith.mulf"(%arg36, %arg37) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%96) : (f32) -> ()
    }) : (tensor<12x6xf32>, tensor<12x6xf32>, tensor<12x6xf32>) -> tensor<12x6xf32>
    %56 = "linalg.generic"(%55, %52, %53) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg33: f32, %arg34: f32, %arg35: f32):
      %95 = "arith.mulf"(%arg33, %arg34) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%95) : (f32) -> ()
    }) : (tensor<12x6xf32>, tensor<12x6xf32>, tensor<12x6xf32>) -> tensor<12x6xf32>
    %57 = "tensor.empty"() : () -> tensor<12x11x6xf32>
    %58 = "linalg.generic"(%43, %57) <{indexing_maps = [#map7, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg31: i64, %arg32: f32):
      %88 = "arith.cmpi"(%arg31, %1) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %89 = "arith.addi"(%arg31, %0) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %90 = "arith.select"(%88, %89, %arg31) : (i1, i64, i64) -> i64
      %91 = "arith.index_cast"(%90) : (i64) -> index
      %92 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %93 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %94 = "tensor.extract"(%arg3, %91, %92, %93) : (tensor<6x11x6xf32>, index, index, index) -> f32
      "linalg.yield"(%94) : (f32) -> ()
    }) : (tensor<12xi64>, tensor<12x11x6xf32>) -> tensor<12x11x6xf32>
    %59 = "tensor.expand_shape"(%56) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 12, 6, 1>}> : (tensor<12x6xf32>) -> tensor<12x6x1xf32>
    %60 = "tensor.empty"() : () -> tensor<12x11x1xf32>
    %61 = "linalg.fill"(%2, %60) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg29: f32, %arg30: f32):
      "linalg.yield"(%arg29) : (f32) -> ()
    }) : (f32, tensor<12x11x1xf32>) -> tensor<12x11x1xf32>
    %62 = "linalg.batch_matmul"(%58, %59, %61) <{indexing_maps = [#map8, #map9, #map10], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg26: f32, %arg27: f32, %arg28: f32):
      %86 = "arith.mulf"(%arg26, %arg27) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %87 = "arith.addf"(%arg28, %86) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%87) : (f32) -> ()
    }) : (tensor<12x11x6xf32>, tensor<12x6x1xf32>, tensor<12x11x1xf32>) -> tensor<12x11x1xf32>
    %63 = "tensor.collapse_shape"(%62) <{reassociation = [[0], [1, 2]]}> : (tensor<12x11x1xf32>) -> tensor<12x11xf32>
    %64 = "tensor.expand_shape"(%42) <{reassociation = [[0, 1]], static_output_shape = array<i64: 12, 1>}> : (tensor<12xf32>) -> tensor<12x1xf32>
    %65 = "tensor.empty"() : () -> tensor<12x11xf32>
    %66 = "linalg.generic"(%63, %64, %65) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg23: f32, %arg24: f32, %arg25: f32):
      %85 = "arith.mulf"(%arg23, %arg24) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%85) : (f32) -> ()
    }) : (tensor<12x11xf32>, tensor<12x1xf32>, tensor<12x11xf32>) -> tensor<12x11xf32>
    %67 = "tensor.expand_shape"(%66) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 6, 2, 11>}> : (tensor<12x11xf32>) -> tensor<6x2x11xf32>
    %68 = "linalg.generic"(%67, %18) <{indexing_maps = [#map6, #map], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg21: f32, %arg22: f32):
      %84 = "arith.addf"(%arg21, %arg22) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%84) : (f32) -> ()
    }) : (tensor<6x2x11xf32>, tensor<6x11xf32>) -> tensor<6x11xf32>
    %69 = "tensor.empty"() : () -> tensor<11x1xf32>
    %70 = "linalg.transpose"(%arg7, %69) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg19: f32, %arg20: f32):
      "linalg.yield"(%arg19) : (f32) -> ()
    }) : (tensor<1x11xf32>, tensor<11x1xf32>) -> tensor<11x1xf32>
    %71 = "linalg.matmul"(%5, %70, %31) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg16: f32, %arg17: f32, %arg18: f32):
      %82 = "arith.mulf"(%arg16, %arg17) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %83 = "arith.addf"(%arg18, %82) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%83) : (f32) -> ()
    }) : (tensor<6x11xf32>, tensor<11x1xf32>, tensor<6x1xf32>) -> tensor<6x1xf32>
    %72 = "linalg.generic"(%71, %30) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg14: f32, %arg15: f32):
      %78 = "arith.negf"(%arg14) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %79 = "math.exp"(%78) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %80 = "arith.addf"(%79, %3) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %81 = "arith.divf"(%3, %80) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%81) : (f32) -> ()
    }) : (tensor<6x1xf32>, tensor<6x1xf32>) -> tensor<6x1xf32>
    %73 = "linalg.generic"(%72, %19, %16) <{indexing_maps = [#map5, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg11: f32, %arg12: f32, %arg13: f32):
      %77 = "arith.mulf"(%arg11, %arg12) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%77) : (f32) -> ()
    }) : (tensor<6x1xf32>, tensor<6x11xf32>, tensor<6x11xf32>) -> tensor<6x11xf32>
    %74 = "linalg.generic"(%68, %73, %16) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg8: f32, %arg9: f32, %arg10: f32):
      %76 = "arith.addf"(%arg8, %arg9) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%76) : (f32) -> ()
    }) : (tensor<6x11xf32>, tensor<6x11xf32>, tensor<6x11xf32>) -> tensor<6x11xf32>
    %75 = "tensor.expand_shape"(%74) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 2, 3, 11>}> : (tensor<6x11xf32>) -> tensor<2x3x11xf32>
    "func.return"(%75) : (tensor<2x3x11xf32>) -> ()
  }) : () -> ()
}) : () -> ()
