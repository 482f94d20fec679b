#map = affine_map<(d0, d1, d2) -> (d0, d2)>
#map1 = affine_map<(d0, d1, d2) -> (d2, d1)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map3 = affine_map<(d0, d1) -> (d1)>
#map4 = affine_map<(d0, d1) -> (d0, d1)>
#map5 = affine_map<(d0, d1) -> (d0)>
#map6 = affine_map<(d0, d1) -> (d0, 0)>
#map7 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map8 = affine_map<(d0, d1, d2) -> (d0)>
#map9 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map10 = affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>
#map11 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
"builtin.module"() ({
  "func.func"() <{function_type = (tensor<2x3x10xf32>, tensor<5x10xf32>, tensor<5xf32>, tensor<5x10x14xf32>, tensor<5x14xf32>, tensor<5x7x10xf32>, tensor<5x10xf32>) -> tensor<2x3x10xf32>, sym_name = "gpt_oss"}> ({
  ^bb0(%arg0: tensor<2x3x10xf32>, %arg1: tensor<5x10xf32>, %arg2: tensor<5xf32>, %arg3: tensor<5x10x14xf32>, %arg4: tensor<5x14xf32>, %arg5: tensor<5x7x10xf32>, %arg6: tensor<5x10xf32>):
    %0 = "arith.constant"() <{value = 0 : i64}> : () -> i64
    %1 = "arith.constant"() <{value = 0.000000e+00 : f32}> : () -> f32
    %2 = "arith.constant"() <{value = 5 : i64}> : () -> i64
    %3 = "arith.constant"() <{value = 0xFF800000 : f32}> : () -> f32
    %4 = "arith.constant"() <{value = 1.000000e+00 : f32}> : () -> f32
    %5 = "arith.constant"() <{value = 1.702000e+00 : f64}> : () -> f64
    %6 = "arith.constant"() <{value = 7.000000e+00 : f32}> : () -> f32
    %7 = "arith.constant"() <{value = -7.000000e+00 : f32}> : () -> f32
    %8 = "tensor.collapse_shape"(%arg0) <{reassociation = [[0, 1], [2]]}> : (tensor<2x3x10xf32>) -> tensor<6x10xf32>
    %9 = "tensor.empty"() : () -> tensor<10x5xf32>
    %10 = "linalg.transpose"(%arg1, %9) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg90: f32, %arg91: f32):
      "linalg.yield"(%arg90) : (f32) -> ()
    }) : (tensor<5x10xf32>, tensor<10x5xf32>) -> tensor<10x5xf32>
    %11 = "tensor.empty"() : () -> tensor<6x5xf32>
    %12 = "linalg.fill"(%1, %11) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg88: f32, %arg89: f32):
      "linalg.yield"(%arg88) : (f32) -> ()
    }) : (f32, tensor<6x5xf32>) -> tensor<6x5xf32>
    %13 = "linalg.matmul"(%8, %10, %12) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg85: f32, %arg86: f32, %arg87: f32):
      %138 = "arith.mulf"(%arg85, %arg86) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %139 = "arith.addf"(%arg87, %138) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%139) : (f32) -> ()
    }) : (tensor<6x10xf32>, tensor<10x5xf32>, tensor<6x5xf32>) -> tensor<6x5xf32>
    %14 = "linalg.generic"(%arg2, %11) <{indexing_maps = [#map3, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg83: f32, %arg84: f32):
      "linalg.yield"(%arg83) : (f32) -> ()
    }) : (tensor<5xf32>, tensor<6x5xf32>) -> tensor<6x5xf32>
    %15 = "linalg.generic"(%13, %14, %11) <{indexing_maps = [#map4, #map4, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg80: f32, %arg81: f32, %arg82: f32):
      %137 = "arith.addf"(%arg80, %arg81) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%137) : (f32) -> ()
    }) : (tensor<6x5xf32>, tensor<6x5xf32>, tensor<6x5xf32>) -> tensor<6x5xf32>
    %16 = "tensor.empty"() : () -> tensor<6x5xi64>
    %17 = "linalg.generic"(%16) <{indexing_maps = [#map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 1>}> ({
    ^bb0(%arg79: i64):
      %135 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %136 = "arith.index_cast"(%135) : (index) -> i64
      "linalg.yield"(%136) : (i64) -> ()
    }) : (tensor<6x5xi64>) -> tensor<6x5xi64>
    %18:2 = "tm_tensor.sort"(%15, %17) <{dimension = 1 : i64, operandSegmentSizes = array<i32: 0, 2>}> ({
    ^bb0(%arg75: f32, %arg76: f32, %arg77: i64, %arg78: i64):
      %134 = "arith.cmpf"(%arg75, %arg76) <{fastmath = #arith.fastmath<none>, predicate = 3 : i64}> : (f32, f32) -> i1
      "tm_tensor.yield"(%134) : (i1) -> ()
    }) : (tensor<6x5xf32>, tensor<6x5xi64>) -> (tensor<6x5xf32>, tensor<6x5xi64>)
    %19 = "tensor.extract_slice"(%18#0) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 6, 3>, static_strides = array<i64: 1, 1>}> : (tensor<6x5xf32>) -> tensor<6x3xf32>
    %20 = "tensor.extract_slice"(%18#1) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 6, 3>, static_strides = array<i64: 1, 1>}> : (tensor<6x5xi64>) -> tensor<6x3xi64>
    %21 = "tensor.empty"() : () -> tensor<6xi64>
    %22 = "linalg.fill"(%0, %21) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg73: i64, %arg74: i64):
      "linalg.yield"(%arg73) : (i64) -> ()
    }) : (i64, tensor<6xi64>) -> tensor<6xi64>
    %23 = "tensor.empty"() : () -> tensor<6xf32>
    %24 = "linalg.fill"(%3, %23) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg71: f32, %arg72: f32):
      "linalg.yield"(%arg71) : (f32) -> ()
    }) : (f32, tensor<6xf32>) -> tensor<6xf32>
    %25:2 = "linalg.generic"(%19, %24, %22) <{indexing_maps = [#map4, #map5, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 2>}> ({
    ^bb0(%arg68: f32, %arg69: f32, %arg70: i64):
      %129 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %130 = "arith.index_cast"(%129) : (index) -> i64
      %131 = "arith.maximumf"(%arg68, %arg69) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %132 = "arith.cmpf"(%arg68, %arg69) <{fastmath = #arith.fastmath<none>, predicate = 2 : i64}> : (f32, f32) -> i1
      %133 = "arith.select"(%132, %130, %arg70) : (i1, i64, i64) -> i64
      "linalg.yield"(%131, %133) : (f32, i64) -> ()
    }) : (tensor<6x3xf32>, tensor<6xf32>, tensor<6xi64>) -> (tensor<6xf32>, tensor<6xi64>)
    %26 = "tensor.expand_shape"(%25#0) <{reassociation = [[0, 1]], static_output_shape = array<i64: 6, 1>}> : (tensor<6xf32>) -> tensor<6x1xf32>
    %27 = "tensor.empty"() : () -> tensor<6x3xf32>
    %28 = "linalg.generic"(%19, %26, %27) <{indexing_maps = [#map4, #map6, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg65: f32, %arg66: f32, %arg67: f32):
      %128 = "arith.subf"(%arg65, %arg66) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%128) : (f32) -> ()
    }) : (tensor<6x3xf32>, tensor<6x1xf32>, tensor<6x3xf32>) -> tensor<6x3xf32>
    %29 = "linalg.generic"(%28, %27) <{indexing_maps = [#map4, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg63: f32, %arg64: f32):
      %127 = "math.exp"(%arg63) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      "linalg.yield"(%127) : (f32) -> ()
    }) : (tensor<6x3xf32>, tensor<6x3xf32>) -> tensor<6x3xf32>
    %30 = "tensor.empty"() : () -> tensor<6x1xf32>
    %31 = "linalg.fill"(%1, %30) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg61: f32, %arg62: f32):
      "linalg.yield"(%arg61) : (f32) -> ()
    }) : (f32, tensor<6x1xf32>) -> tensor<6x1xf32>
    %32 = "linalg.generic"(%29, %31) <{indexing_maps = [#map4, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg59: f32, %arg60: f32):
      %126 = "arith.addf"(%arg59, %arg60) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%126) : (f32) -> ()
    }) : (tensor<6x3xf32>, tensor<6x1xf32>) -> tensor<6x1xf32>
    %33 = "linalg.generic"(%29, %32, %27) <{indexing_maps = [#map4, #map6, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg56: f32, %arg57: f32, %arg58: f32):
      %125 = "arith.divf"(%arg56, %arg57) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%125) : (f32) -> ()
    }) : (tensor<6x3xf32>, tensor<6x1xf32>, tensor<6x3xf32>) -> tensor<6x3xf32>
    %34 = "tensor.empty"() : () -> tensor<6x3x10xf32>
    %35 = "linalg.generic"(%8, %34) <{indexing_maps = [#map, #map7], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg54: f32, %arg55: f32):
      "linalg.yield"(%arg54) : (f32) -> ()
    }) : (tensor<6x10xf32>, tensor<6x3x10xf32>) -> tensor<6x3x10xf32>
    %36 = "tensor.collapse_shape"(%35) <{reassociation = [[0, 1], [2]]}> : (tensor<6x3x10xf32>) -> tensor<18x10xf32>
    %37 = "tensor.collapse_shape"(%33) <{reassociation = [[0, 1]]}> : (tensor<6x3xf32>) -> tensor<18xf32>
    %38 = "tensor.collapse_shape"(%20) <{reassociation = [[0, 1]]}> : (tensor<6x3xi64>) -> tensor<18xi64>
    %39 = "tensor.empty"() : () -> tensor<18x10x14xf32>
    %40 = "linalg.generic"(%38, %39) <{indexing_maps = [#map8, #map7], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg52: i64, %arg53: f32):
      %118 = "arith.cmpi"(%arg52, %0) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %119 = "arith.addi"(%arg52, %2) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %120 = "arith.select"(%118, %119, %arg52) : (i1, i64, i64) -> i64
      %121 = "arith.index_cast"(%120) : (i64) -> index
      %122 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %123 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %124 = "tensor.extract"(%arg3, %121, %122, %123) : (tensor<5x10x14xf32>, index, index, index) -> f32
      "linalg.yield"(%124) : (f32) -> ()
    }) : (tensor<18xi64>, tensor<18x10x14xf32>) -> tensor<18x10x14xf32>
    %41 = "tensor.empty"() : () -> tensor<18x14xf32>
    %42 = "linalg.generic"(%38, %41) <{indexing_maps = [#map5, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg50: i64, %arg51: f32):
      %112 = "arith.cmpi"(%arg50, %0) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %113 = "arith.addi"(%arg50, %2) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %114 = "arith.select"(%112, %113, %arg50) : (i1, i64, i64) -> i64
      %115 = "arith.index_cast"(%114) : (i64) -> index
      %116 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %117 = "tensor.extract"(%arg4, %115, %116) : (tensor<5x14xf32>, index, index) -> f32
      "linalg.yield"(%117) : (f32) -> ()
    }) : (tensor<18xi64>, tensor<18x14xf32>) -> tensor<18x14xf32>
    %43 = "tensor.expand_shape"(%36) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 18, 1, 10>}> : (tensor<18x10xf32>) -> tensor<18x1x10xf32>
    %44 = "tensor.empty"() : () -> tensor<18x1x14xf32>
    %45 = "linalg.fill"(%1, %44) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg48: f32, %arg49: f32):
      "linalg.yield"(%arg48) : (f32) -> ()
    }) : (f32, tensor<18x1x14xf32>) -> tensor<18x1x14xf32>
    %46 = "linalg.batch_matmul"(%43, %40, %45) <{indexing_maps = [#map9, #map10, #map11], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg45: f32, %arg46: f32, %arg47: f32):
      %110 = "arith.mulf"(%arg45, %arg46) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %111 = "arith.addf"(%arg47, %110) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%111) : (f32) -> ()
    }) : (tensor<18x1x10xf32>, tensor<18x10x14xf32>, tensor<18x1x14xf32>) -> tensor<18x1x14xf32>
    %47 = "tensor.collapse_shape"(%46) <{reassociation = [[0, 1], [2]]}> : (tensor<18x1x14xf32>) -> tensor<18x14xf32>
    %48 = "linalg.generic"(%47, %42, %41) <{indexing_maps = [#map4, #map4, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg42: f32, %arg43: f32, %arg44: f32):
      %109 = "arith.addf"(%arg42, %arg43) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%109) : (f32) -> ()
    }) : (tensor<18x14xf32>, tensor<18x14xf32>, tensor<18x14xf32>) -> tensor<18x14xf32>
    %49 = "tensor.extract_slice"(%48) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 18, 7>, static_strides = array<i64: 1, 2>}> : (tensor<18x14xf32>) -> tensor<18x7xf32>
    %50 = "tensor.empty"() : () -> tensor<18x7xf32>
    %51 = "linalg.generic"(%49, %50) <{indexing_maps = [#map4, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg40: f32, %arg41: f32):
      %107 = "arith.cmpf"(%arg40, %6) <{fastmath = #arith.fastmath<none>, predicate = 9 : i64}> : (f32, f32) -> i1
      %108 = "arith.select"(%107, %6, %arg40) : (i1, f32, f32) -> f32
      "linalg.yield"(%108) : (f32) -> ()
    }) : (tensor<18x7xf32>, tensor<18x7xf32>) -> tensor<18x7xf32>
    %52 = "tensor.extract_slice"(%48) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 1>, static_sizes = array<i64: 18, 7>, static_strides = array<i64: 1, 2>}> : (tensor<18x14xf32>) -> tensor<18x7xf32>
    %53 = "linalg.generic"(%52, %50) <{indexing_maps = [#map4, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg38: f32, %arg39: f32):
      %103 = "arith.cmpf"(%arg38, %7) <{fastmath = #arith.fastmath<none>, predicate = 11 : i64}> : (f32, f32) -> i1
      %104 = "arith.select"(%103, %7, %arg38) : (i1, f32, f32) -> f32
      %105 = "arith.cmpf"(%104, %6) <{fastmath = #arith.fastmath<none>, predicate = 9 : i64}> : (f32, f32) -> i1
      %106 = "arith.select"(%105, %6, %104) : (i1, f32, f32) -> f32
      "linalg.yield"(%106) : (f32) -> ()
    }) : (tensor<18x7xf32>, tensor<18x7xf32>) -> tensor<18x7xf32>
    %54 = "linalg.generic"(%51, %50) <{indexing_maps = [#map4, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg36: f32, %arg37: f32):
      %101 = "arith.truncf"(%5) : (f64) -> f32
      %102 = "arith.mulf"(%arg36, %101) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%102) : (f32) -> ()
    }) : (tensor<18x7xf32>, tensor<18x7xf32>) -> tensor<18x7xf32>
    %55 = "linalg.generic"(%54, %50) <{indexing_maps = [#map4, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg34: f32, %arg35: f32):
      %97 = "arith.negf"(%arg34) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %98 = "math.exp"(%97) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %99 = "arith.addf"(%98, %4) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %100 = "arith.divf"(%4, %99) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%100) : (f32) -> ()
    }) : (tensor<18x7xf32>, tensor<18x7xf32>) -> tensor<18x7xf32>
    %56 = "linalg.generic"(%51, %55, %50) <{indexing_maps = [#map4, #map4, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg31: f32, %arg32: f32, %arg33: f32):
      %96 = "arith.mulf"(%arg31, %arg32) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%96) : (f32) -> ()
    }) : (tensor<18x7xf32>, tensor<18x7xf32>, tensor<18x7xf32>) -> tensor<18x7xf32>
    %57 = "linalg.generic"(%53, %50) <{indexing_maps = [#map4, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg29: f32, %arg30: f32):
      %95 = "arith.addf"(%arg29, %4) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%95) : (f32) -> ()
    }) : (tensor<18x7xf32>, tensor<18x7xf32>) -> tensor<18x7xf32>
    %58 = "linalg.generic"(%57, %56, %50) <{indexing_maps = [#map4, #map4, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg26: f32, %arg27: f32, %arg28: f32):
      %94 = "arith.mulf"(%arg26, %arg27) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%94) : (f32) -> ()
    }) : (tensor<18x7xf32>, tensor<18x7xf32>, tensor<18x7xf32>) -> tensor<18x7xf32>
    %59 = "tensor.empty"() : () -> tensor<18x7x10xf32>
    %60 = "linalg.generic"(%38, %59) <{indexing_maps = [#map8, #map7], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg24: i64, %arg25: f32):
      %87 = "arith.cmpi"(%arg24, %0) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %88 = "arith.addi"(%arg24, %2) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %89 = "arith.select"(%87, %88, %arg24) : (i1, i64, i64) -> i64
      %90 = "arith.index_cast"(%89) : (i64) -> index
      %91 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %92 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %93 = "tensor.extract"(%arg5, %90, %91, %92) : (tensor<5x7x10xf32>, index, index, index) -> f32
      "linalg.yield"(%93) : (f32) -> ()
    }) : (tensor<18xi64>, tensor<18x7x10xf32>) -> tensor<18x7x10xf32>
    %61 = "tensor.empty"() : () -> tensor<18x10xf32>
    %62 = "linalg.generic"(%38, %61) <{indexing_maps = [#map5, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg22: i64, %arg23: f32):
      %81 = "arith.cmpi"(%arg22, %0) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %82 = "arith.addi"(%arg22, %2) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %83 = "arith.select"(%81, %82, %arg22) : (i1, i64, i64) -> i64
      %84 = "arith.index_cast"(%83) : (i64) -> index
      %85 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %86 = "tensor.extract"(%arg6, %84, %85) : (tensor<5x10xf32>, index, index) -> f32
      "linalg.yield"(%86) : (f32) -> ()
    }) : (tensor<18xi64>, tensor<18x10xf32>) -> tensor<18x10xf32>
    %63 = "tensor.expand_shape"(%58) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 18, 1, 7>}> : (tensor<18x7xf32>) -> tensor<18x1x7xf32>
    %64 = "tensor.empty"() : () -> tensor<18x1x10xf32>
    %65 = "linalg.fill"(%1, %64) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg20: f32, %arg21: f32):
      "linalg.yield"(%arg20) : (f32) -> ()
    }) : (f32, tensor<18x1x10xf32>) -> tensor<18x1x10xf32>
    %66 = "linalg.batch_matmul"(%63, %60, %65) <{indexing_maps = [#map9, #map10, #map11], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg17: f32, %arg18: f32, %arg19: f32):
      %79 = "arith.mulf"(%arg17, %arg18) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %80 = "arith.addf"(%arg19, %79) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%80) : (f32) -> ()
    }) : (tensor<18x1x7xf32>, tensor<18x7x10xf32>, tensor<18x1x10xf32>) -> tensor<18x1x10xf32>
    %67 = "tensor.collapse_shape"(%66) <{reassociation = [[0, 1], [2]]}> : (tensor<18x1x10xf32>) -> tensor<18x10xf32>
    %68 = "linalg.generic"(%67, %62, %61) <{indexing_maps = [#map4, #map4, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg14: f32, %arg15: f32, %arg16: f32):
      %78 = "arith.addf"(%arg14, %arg15) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%78) : (f32) -> ()
    }) : (tensor<18x10xf32>, tensor<18x10xf32>, tensor<18x10xf32>) -> tensor<18x10xf32>
    %69 = "tensor.expand_shape"(%37) <{reassociation = [[0, 1]], static_output_shape = array<i64: 18, 1>}> : (tensor<18xf32>) -> tensor<18x1xf32>
    %70 = "linalg.generic"(%68, %69, %61) <{indexing_maps = [#map4, #map6, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg11: f32, %arg12: f32, %arg13: f32):
      %77 = "arith.mulf"(%arg11, %arg12) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%77) : (f32) -> ()
    }) : (tensor<18x10xf32>, tensor<18x1xf32>, tensor<18x10xf32>) -> tensor<18x10xf32>
    %71 = "tensor.expand_shape"(%70) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 6, 3, 10>}> : (tensor<18x10xf32>) -> tensor<6x3x10xf32>
    %72 = "tensor.empty"() : () -> tensor<6x10xf32>
    %73 = "linalg.fill"(%1, %72) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg9: f32, %arg10: f32):
      "linalg.yield"(%arg9) : (f32) -> ()
    }) : (f32, tensor<6x10xf32>) -> tensor<6x10xf32>
    %74 = "linalg.generic"(%71, %73) <{indexing_maps = [#map7, #map], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg7: f32, %arg8: f32):
      %76 = "arith.addf"(%arg7, %arg8) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%76) : (f32) -> ()
    }) : (tensor<6x3x10xf32>, tensor<6x10xf32>) -> tensor<6x10xf32>
    %75 = "tensor.expand_shape"(%74) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 2, 3, 10>}> : (tensor<6x10xf32>) -> tensor<2x3x10xf32>
    "func.return"(%75) : (tensor<2x3x10xf32>) -> ()
  }) : () -> ()
}) : () -> ()
