#map = affine_map<(d0, d1, d2) -> (d0, d2)>
#map1 = affine_map<(d0, d1, d2) -> (d2, d1)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map3 = affine_map<(d0, d1) -> (d0, d1)>
#map4 = affine_map<(d0, d1) -> (d1)>
#map5 = affine_map<(d0) -> (d0, 0)>
#map6 = affine_map<(d0) -> (d0)>
#map7 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map8 = affine_map<(d0, d1) -> ()>
#map9 = affine_map<(d0, d1) -> (d0, 0)>
#map10 = affine_map<(d0, d1, d2) -> (d0)>
#map11 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map12 = affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>
#map13 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
"builtin.module"() ({
  "func.func"() <{function_type = (tensor<2x3x8xf32>, tensor<6x10x8xf32>, tensor<6x8x5xf32>, tensor<6x8xf32>, tensor<5x8xf32>, tensor<5x8xf32>, tensor<8x5xf32>, tensor<6xf32>) -> tensor<2x3x8xf32>, sym_name = "glm4_moe"}> ({
  ^bb0(%arg0: tensor<2x3x8xf32>, %arg1: tensor<6x10x8xf32>, %arg2: tensor<6x8x5xf32>, %arg3: tensor<6x8xf32>, %arg4: tensor<5x8xf32>, %arg5: tensor<5x8xf32>, %arg6: tensor<8x5xf32>, %arg7: tensor<6xf32>):
    %0 = "arith.constant"() <{value = dense<0.000000e+00> : tensor<6x1xf32>}> : () -> tensor<6x1xf32>
    %1 = "arith.constant"() <{value = 6 : i64}> : () -> i64
    %2 = "arith.constant"() <{value = true}> : () -> i1
    %3 = "arith.constant"() <{value = 9.9999999999999995E-21 : f64}> : () -> f64
    %4 = "arith.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
    %5 = "arith.constant"() <{value = 6 : index}> : () -> index
    %6 = "arith.constant"() <{value = 0 : i64}> : () -> i64
    %7 = "arith.constant"() <{value = 0.000000e+00 : f32}> : () -> f32
    %8 = "arith.constant"() <{value = 1.000000e+00 : f32}> : () -> f32
    %9 = "tensor.collapse_shape"(%arg0) <{reassociation = [[0, 1], [2]]}> : (tensor<2x3x8xf32>) -> tensor<6x8xf32>
    %10 = "tensor.empty"() : () -> tensor<8x6xf32>
    %11 = "linalg.transpose"(%arg3, %10) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg116: f32, %arg117: f32):
      "linalg.yield"(%arg116) : (f32) -> ()
    }) : (tensor<6x8xf32>, tensor<8x6xf32>) -> tensor<8x6xf32>
    %12 = "tensor.empty"() : () -> tensor<6x6xf32>
    %13 = "linalg.fill"(%7, %12) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg114: f32, %arg115: f32):
      "linalg.yield"(%arg114) : (f32) -> ()
    }) : (f32, tensor<6x6xf32>) -> tensor<6x6xf32>
    %14 = "linalg.matmul"(%9, %11, %13) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg111: f32, %arg112: f32, %arg113: f32):
      %161 = "arith.mulf"(%arg111, %arg112) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %162 = "arith.addf"(%arg113, %161) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%162) : (f32) -> ()
    }) : (tensor<6x8xf32>, tensor<8x6xf32>, tensor<6x6xf32>) -> tensor<6x6xf32>
    %15 = "linalg.generic"(%14, %12) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg109: f32, %arg110: f32):
      %157 = "arith.negf"(%arg109) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %158 = "math.exp"(%157) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %159 = "arith.addf"(%158, %8) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %160 = "arith.divf"(%8, %159) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%160) : (f32) -> ()
    }) : (tensor<6x6xf32>, tensor<6x6xf32>) -> tensor<6x6xf32>
    %16 = "linalg.generic"(%15, %arg7, %12) <{indexing_maps = [#map3, #map4, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg106: f32, %arg107: f32, %arg108: f32):
      %156 = "arith.addf"(%arg106, %arg107) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%156) : (f32) -> ()
    }) : (tensor<6x6xf32>, tensor<6xf32>, tensor<6x6xf32>) -> tensor<6x6xf32>
    %17 = "tensor.empty"() : () -> tensor<6x1xi64>
    %18 = "linalg.fill"(%6, %17) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg104: i64, %arg105: i64):
      "linalg.yield"(%arg104) : (i64) -> ()
    }) : (i64, tensor<6x1xi64>) -> tensor<6x1xi64>
    %19 = "tensor.empty"() : () -> tensor<6xf32>
    %20 = "linalg.fill"(%7, %19) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg102: f32, %arg103: f32):
      "linalg.yield"(%arg102) : (f32) -> ()
    }) : (f32, tensor<6xf32>) -> tensor<6xf32>
    %21:3 = "linalg.generic"(%18, %18, %20) <{indexing_maps = [#map5, #map5, #map6], iterator_types = [#linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 3>}> ({
    ^bb0(%arg99: i64, %arg100: i64, %arg101: f32):
      %153 = "linalg.index"() <{dim = 0 : i64}> : () -> index
      %154 = "arith.remsi"(%153, %5) : (index, index) -> index
      %155 = "arith.index_cast"(%154) : (index) -> i64
      "linalg.yield"(%155, %6, %8) : (i64, i64, f32) -> ()
    }) : (tensor<6x1xi64>, tensor<6x1xi64>, tensor<6xf32>) -> (tensor<6x1xi64>, tensor<6x1xi64>, tensor<6xf32>)
    %22 = "tensor.empty"() : () -> tensor<6x2xi64>
    %23 = "linalg.fill"(%6, %22) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg97: i64, %arg98: i64):
      "linalg.yield"(%arg97) : (i64) -> ()
    }) : (i64, tensor<6x2xi64>) -> tensor<6x2xi64>
    %24 = "tensor.insert_slice"(%21#0, %23) <{operandSegmentSizes = array<i32: 1, 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 6, 1>, static_strides = array<i64: 1, 1>}> : (tensor<6x1xi64>, tensor<6x2xi64>) -> tensor<6x2xi64>
    %25 = "tensor.insert_slice"(%21#1, %24) <{operandSegmentSizes = array<i32: 1, 1, 0, 0, 0>, static_offsets = array<i64: 0, 1>, static_sizes = array<i64: 6, 1>, static_strides = array<i64: 1, 1>}> : (tensor<6x1xi64>, tensor<6x2xi64>) -> tensor<6x2xi64>
    %26 = "tm_tensor.scatter"(%21#2, %25, %0) <{dimension_map = array<i64: 0, 1>, operandSegmentSizes = array<i32: 2, 1>, unique_indices = false}> ({
    ^bb0(%arg95: f32, %arg96: f32):
      "tm_tensor.yield"(%arg95) : (f32) -> ()
    }) : (tensor<6xf32>, tensor<6x2xi64>, tensor<6x1xf32>) -> tensor<6x1xf32>
    %27 = "tensor.empty"() : () -> tensor<6x1x6xf32>
    %28 = "linalg.generic"(%26, %27) <{indexing_maps = [#map2, #map7], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg93: f32, %arg94: f32):
      "linalg.yield"(%arg93) : (f32) -> ()
    }) : (tensor<6x1xf32>, tensor<6x1x6xf32>) -> tensor<6x1x6xf32>
    %29 = "tensor.collapse_shape"(%28) <{reassociation = [[0], [1, 2]]}> : (tensor<6x1x6xf32>) -> tensor<6x6xf32>
    %30 = "tensor.empty"() : () -> tensor<6x6xi1>
    %31 = "linalg.generic"(%29, %30) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg91: f32, %arg92: i1):
      %152 = "arith.cmpf"(%arg91, %7) <{fastmath = #arith.fastmath<none>, predicate = 13 : i64}> : (f32, f32) -> i1
      "linalg.yield"(%152) : (i1) -> ()
    }) : (tensor<6x6xf32>, tensor<6x6xi1>) -> tensor<6x6xi1>
    %32 = "linalg.generic"(%31, %30) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg89: i1, %arg90: i1):
      %151 = "arith.xori"(%arg89, %2) : (i1, i1) -> i1
      "linalg.yield"(%151) : (i1) -> ()
    }) : (tensor<6x6xi1>, tensor<6x6xi1>) -> tensor<6x6xi1>
    %33 = "linalg.generic"(%32, %4, %16, %12) <{indexing_maps = [#map3, #map8, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 3, 1>}> ({
    ^bb0(%arg85: i1, %arg86: f32, %arg87: f32, %arg88: f32):
      %150 = "arith.select"(%arg85, %arg86, %arg87) : (i1, f32, f32) -> f32
      "linalg.yield"(%150) : (f32) -> ()
    }) : (tensor<6x6xi1>, tensor<f32>, tensor<6x6xf32>, tensor<6x6xf32>) -> tensor<6x6xf32>
    %34 = "tensor.empty"() : () -> tensor<6x6xi64>
    %35 = "linalg.generic"(%34) <{indexing_maps = [#map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 1>}> ({
    ^bb0(%arg84: i64):
      %148 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %149 = "arith.index_cast"(%148) : (index) -> i64
      "linalg.yield"(%149) : (i64) -> ()
    }) : (tensor<6x6xi64>) -> tensor<6x6xi64>
    %36:2 = "tm_tensor.sort"(%33, %35) <{dimension = 1 : i64, operandSegmentSizes = array<i32: 0, 2>}> ({
    ^bb0(%arg80: f32, %arg81: f32, %arg82: i64, %arg83: i64):
      %147 = "arith.cmpf"(%arg80, %arg81) <{fastmath = #arith.fastmath<none>, predicate = 3 : i64}> : (f32, f32) -> i1
      "tm_tensor.yield"(%147) : (i1) -> ()
    }) : (tensor<6x6xf32>, tensor<6x6xi64>) -> (tensor<6x6xf32>, tensor<6x6xi64>)
    %37 = "tensor.extract_slice"(%36#1) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 6, 2>, static_strides = array<i64: 1, 1>}> : (tensor<6x6xi64>) -> tensor<6x2xi64>
    %38 = "tensor.empty"() : () -> tensor<6x2xf32>
    %39 = "linalg.fill"(%7, %38) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg78: f32, %arg79: f32):
      "linalg.yield"(%arg78) : (f32) -> ()
    }) : (f32, tensor<6x2xf32>) -> tensor<6x2xf32>
    %40 = "linalg.generic"(%37, %39) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg76: i64, %arg77: f32):
      %142 = "linalg.index"() <{dim = 0 : i64}> : () -> index
      %143 = "arith.index_cast"(%arg76) : (i64) -> index
      %144 = "arith.cmpi"(%143, %5) <{predicate = 2 : i64}> : (index, index) -> i1
      "cf.assert"(%144) <{msg = "index must be smaller than dim size"}> : (i1) -> ()
      %145 = "arith.cmpi"(%arg76, %6) <{predicate = 5 : i64}> : (i64, i64) -> i1
      "cf.assert"(%145) <{msg = "index must be larger or equal to 0"}> : (i1) -> ()
      %146 = "tensor.extract"(%15, %142, %143) : (tensor<6x6xf32>, index, index) -> f32
      "linalg.yield"(%146) : (f32) -> ()
    }) : (tensor<6x2xi64>, tensor<6x2xf32>) -> tensor<6x2xf32>
    %41 = "tensor.empty"() : () -> tensor<6x1xf32>
    %42 = "linalg.fill"(%7, %41) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg74: f32, %arg75: f32):
      "linalg.yield"(%arg74) : (f32) -> ()
    }) : (f32, tensor<6x1xf32>) -> tensor<6x1xf32>
    %43 = "linalg.generic"(%40, %42) <{indexing_maps = [#map3, #map9], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg72: f32, %arg73: f32):
      %141 = "arith.addf"(%arg72, %arg73) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%141) : (f32) -> ()
    }) : (tensor<6x2xf32>, tensor<6x1xf32>) -> tensor<6x1xf32>
    %44 = "linalg.generic"(%43, %41) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg70: f32, %arg71: f32):
      %139 = "arith.truncf"(%3) : (f64) -> f32
      %140 = "arith.addf"(%arg70, %139) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%140) : (f32) -> ()
    }) : (tensor<6x1xf32>, tensor<6x1xf32>) -> tensor<6x1xf32>
    %45 = "linalg.generic"(%40, %44, %38) <{indexing_maps = [#map3, #map9, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg67: f32, %arg68: f32, %arg69: f32):
      %138 = "arith.divf"(%arg67, %arg68) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%138) : (f32) -> ()
    }) : (tensor<6x2xf32>, tensor<6x1xf32>, tensor<6x2xf32>) -> tensor<6x2xf32>
    %46 = "tensor.empty"() : () -> tensor<6x2x8xf32>
    %47 = "linalg.generic"(%9, %46) <{indexing_maps = [#map, #map7], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg65: f32, %arg66: f32):
      "linalg.yield"(%arg65) : (f32) -> ()
    }) : (tensor<6x8xf32>, tensor<6x2x8xf32>) -> tensor<6x2x8xf32>
    %48 = "tensor.collapse_shape"(%47) <{reassociation = [[0, 1], [2]]}> : (tensor<6x2x8xf32>) -> tensor<12x8xf32>
    %49 = "tensor.collapse_shape"(%45) <{reassociation = [[0, 1]]}> : (tensor<6x2xf32>) -> tensor<12xf32>
    %50 = "tensor.collapse_shape"(%37) <{reassociation = [[0, 1]]}> : (tensor<6x2xi64>) -> tensor<12xi64>
    %51 = "tensor.empty"() : () -> tensor<12x10x8xf32>
    %52 = "linalg.generic"(%50, %51) <{indexing_maps = [#map10, #map7], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg63: i64, %arg64: f32):
      %131 = "arith.cmpi"(%arg63, %6) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %132 = "arith.addi"(%arg63, %1) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %133 = "arith.select"(%131, %132, %arg63) : (i1, i64, i64) -> i64
      %134 = "arith.index_cast"(%133) : (i64) -> index
      %135 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %136 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %137 = "tensor.extract"(%arg1, %134, %135, %136) : (tensor<6x10x8xf32>, index, index, index) -> f32
      "linalg.yield"(%137) : (f32) -> ()
    }) : (tensor<12xi64>, tensor<12x10x8xf32>) -> tensor<12x10x8xf32>
    %53 = "tensor.expand_shape"(%48) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 12, 8, 1>}> : (tensor<12x8xf32>) -> tensor<12x8x1xf32>
    %54 = "tensor.empty"() : () -> tensor<12x10x1xf32>
    %55 = "linalg.fill"(%7, %54) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg61: f32, %arg62: f32):
      "linalg.yield"(%arg61) : (f32) -> ()
    }) : (f32, tensor<12x10x1xf32>) -> tensor<12x10x1xf32>
    %56 = "linalg.batch_matmul"(%52, %53, %55) <{indexing_maps = [#map11, #map12, #map13], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg58: f32, %arg59: f32, %arg60: f32):
      %129 = "arith.mulf"(%arg58, %arg59) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %130 = "arith.addf"(%arg60, %129) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%130) : (f32) -> ()
    }) : (tensor<12x10x8xf32>, tensor<12x8x1xf32>, tensor<12x10x1xf32>) -> tensor<12x10x1xf32>
    %57 = "tensor.collapse_shape"(%56) <{reassociation = [[0], [1, 2]]}> : (tensor<12x10x1xf32>) -> tensor<12x10xf32>
    %58 = "tensor.extract_slice"(%57) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 12, 5>, static_strides = array<i64: 1, 1>}> : (tensor<12x10xf32>) -> tensor<12x5xf32>
    %59 = "tensor.extract_slice"(%57) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 5>, static_sizes = array<i64: 12, 5>, static_strides = array<i64: 1, 1>}> : (tensor<12x10xf32>) -> tensor<12x5xf32>
    %60 = "tensor.empty"() : () -> tensor<12x5xf32>
    %61 = "linalg.generic"(%58, %60) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg56: f32, %arg57: f32):
      %125 = "arith.negf"(%arg56) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %126 = "math.exp"(%125) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %127 = "arith.addf"(%126, %8) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %128 = "arith.divf"(%8, %127) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%128) : (f32) -> ()
    }) : (tensor<12x5xf32>, tensor<12x5xf32>) -> tensor<12x5xf32>
    %62 = "linalg.generic"(%58, %61, %60) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg53: f32, %arg54: f32, %arg55: f32):
      %124 = "arith.mulf"(%arg53, %arg54) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%124) : (f32) -> ()
    }) : (tensor<12x5xf32>, tensor<12x5xf32>, tensor<12x5xf32>) -> tensor<12x5xf32>
    %63 = "linalg.generic"(%62, %59, %60) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg50: f32, %arg51: f32, %arg52: f32):
      %123 = "arith.mulf"(%arg50, %arg51) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%123) : (f32) -> ()
    }) : (tensor<12x5xf32>, tensor<12x5xf32>, tensor<12x5xf32>) -> tensor<12x5xf32>
    %64 = "tensor.empty"() : () -> tensor<12x8x5xf32>
    %65 = "linalg.generic"(%50, %64) <{indexing_maps = [#map10, #map7], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg48: i64, %arg49: f32):
      %116 = "arith.cmpi"(%arg48, %6) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %117 = "arith.addi"(%arg48, %1) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %118 = "arith.select"(%116, %117, %arg48) : (i1, i64, i64) -> i64
      %119 = "arith.index_cast"(%118) : (i64) -> index
      %120 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %121 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %122 = "tensor.extract"(%arg2, %119, %120, %121) : (tensor<6x8x5xf32>, index, index, index) -> f32
      "linalg.yield"(%122) : (f32) -> ()
    }) : (tensor<12xi64>, tensor<12x8x5xf32>) -> tensor<12x8x5xf32>
    %66 = "tensor.expand_shape"(%63) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 12, 5, 1>}> : (tensor<12x5xf32>) -> tensor<12x5x1xf32>
    %67 = "tensor.empty"() : () -> tensor<12x8x1xf32>
    %68 = "linalg.fill"(%7, %67) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg46: f32, %arg47: f32):
      "linalg.yield"(%arg46) : (f32) -> ()
    }) : (f32, tensor<12x8x1xf32>) -> tensor<12x8x1xf32>
    %69 = "linalg.batch_matmul"(%65, %66, %68) <{indexing_maps = [#map11, #map12, #map13], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg43: f32, %arg44: f32, %arg45: f32):
      %114 = "arith.mulf"(%arg43, %arg44) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %115 = "arith.addf"(%arg45, %114) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%115) : (f32) -> ()
    }) : (tensor<12x8x5xf32>, tensor<12x5x1xf32>, tensor<12x8x1xf32>) -> tensor<12x8x1xf32>
    %70 = "tensor.collapse_shape"(%69) <{reassociation = [[0], [1, 2]]}> : (tensor<12x8x1xf32>) -> tensor<12x8xf32>
    %71 = "tensor.expand_shape"(%49) <{reassociation = [[0, 1]], static_output_shape = array<i64: 12, 1>}> : (tensor<12xf32>) -> tensor<12x1xf32>
    %72 = "tensor.empty"() : () -> tensor<12x8xf32>
    %73 = "linalg.generic"(%70, %71, %72) <{indexing_maps = [#map3, #map9, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg40: f32, %arg41: f32, %arg42: f32):
      %113 = "arith.mulf"(%arg40, %arg41) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%113) : (f32) -> ()
    }) : (tensor<12x8xf32>, tensor<12x1xf32>, tensor<12x8xf32>) -> tensor<12x8xf32>
    %74 = "tensor.expand_shape"(%73) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 6, 2, 8>}> : (tensor<12x8xf32>) -> tensor<6x2x8xf32>
    %75 = "tensor.empty"() : () -> tensor<6x8xf32>
    %76 = "linalg.fill"(%7, %75) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg38: f32, %arg39: f32):
      "linalg.yield"(%arg38) : (f32) -> ()
    }) : (f32, tensor<6x8xf32>) -> tensor<6x8xf32>
    %77 = "linalg.generic"(%74, %76) <{indexing_maps = [#map7, #map], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg36: f32, %arg37: f32):
      %112 = "arith.addf"(%arg36, %arg37) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%112) : (f32) -> ()
    }) : (tensor<6x2x8xf32>, tensor<6x8xf32>) -> tensor<6x8xf32>
    %78 = "tensor.expand_shape"(%77) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 2, 3, 8>}> : (tensor<6x8xf32>) -> tensor<2x3x8xf32>
    %79 = "tensor.empty"() : () -> tensor<8x5xf32>
    %80 = "linalg.transpose"(%arg4, %79) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg34: f32, %arg35: f32):
      "linalg.yield"(%arg34) : (f32) -> ()
    }) : (tensor<5x8xf32>, tensor<8x5xf32>) -> tensor<8x5xf32>
    %81 = "tensor.empty"() : () -> tensor<6x5xf32>
    %82 = "linalg.fill"(%7, %81) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg32: f32, %arg33: f32):
      "linalg.yield"(%arg32) : (f32) -> ()
    }) : (f32, tensor<6x5xf32>) -> tensor<6x5xf32>
    %83 = "linalg.matmul"(%9, %80, %82) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg29: f32, %arg30: f32, %arg31: f32):
      %110 = "arith.mulf"(%arg29, %arg30) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %111 = "arith.addf"(%arg31, %110) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%111) : (f32) -> ()
    }) : (tensor<6x8xf32>, tensor<8x5xf32>, tensor<6x5xf32>) -> tensor<6x5xf32>
    %84 = "tensor.expand_shape"(%83) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 2, 3, 5>}> : (tensor<6x5xf32>) -> tensor<2x3x5xf32>
    %85 = "tensor.empty"() : () -> tensor<2x3x5xf32>
    %86 = "linalg.generic"(%84, %85) <{indexing_maps = [#map7, #map7], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg27: f32, %arg28: f32):
      %106 = "arith.negf"(%arg27) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %107 = "math.exp"(%106) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %108 = "arith.addf"(%107, %8) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %109 = "arith.divf"(%8, %108) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%109) : (f32) -> ()
    }) : (tensor<2x3x5xf32>, tensor<2x3x5xf32>) -> tensor<2x3x5xf32>
    %87 = "linalg.generic"(%84, %86, %85) <{indexing_maps = [#map7, #map7, #map7], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg24: f32, %arg25: f32, %arg26: f32):
      %105 = "arith.mulf"(%arg24, %arg25) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%105) : (f32) -> ()
    }) : (tensor<2x3x5xf32>, tensor<2x3x5xf32>, tensor<2x3x5xf32>) -> tensor<2x3x5xf32>
    %88 = "linalg.transpose"(%arg5, %79) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg22: f32, %arg23: f32):
      "linalg.yield"(%arg22) : (f32) -> ()
    }) : (tensor<5x8xf32>, tensor<8x5xf32>) -> tensor<8x5xf32>
    %89 = "linalg.matmul"(%9, %88, %82) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg19: f32, %arg20: f32, %arg21: f32):
      %103 = "arith.mulf"(%arg19, %arg20) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %104 = "arith.addf"(%arg21, %103) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%104) : (f32) -> ()
    }) : (tensor<6x8xf32>, tensor<8x5xf32>, tensor<6x5xf32>) -> tensor<6x5xf32>
    %90 = "tensor.expand_shape"(%89) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 2, 3, 5>}> : (tensor<6x5xf32>) -> tensor<2x3x5xf32>
    %91 = "linalg.generic"(%87, %90, %85) <{indexing_maps = [#map7, #map7, #map7], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg16: f32, %arg17: f32, %arg18: f32):
      %102 = "arith.mulf"(%arg16, %arg17) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%102) : (f32) -> ()
    }) : (tensor<2x3x5xf32>, tensor<2x3x5xf32>, tensor<2x3x5xf32>) -> tensor<2x3x5xf32>
    %92 = "tensor.empty"() : () -> tensor<5x8xf32>
    %93 = "linalg.transpose"(%arg6, %92) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg14: f32, %arg15: f32):
      "linalg.yield"(%arg14) : (f32) -> ()
    }) : (tensor<8x5xf32>, tensor<5x8xf32>) -> tensor<5x8xf32>
    %94 = "tensor.collapse_shape"(%91) <{reassociation = [[0, 1], [2]]}> : (tensor<2x3x5xf32>) -> tensor<6x5xf32>
    %95 = "linalg.matmul"(%94, %93, %76) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg11: f32, %arg12: f32, %arg13: f32):
      %100 = "arith.mulf"(%arg11, %arg12) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %101 = "arith.addf"(%arg13, %100) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%101) : (f32) -> ()
    }) : (tensor<6x5xf32>, tensor<5x8xf32>, tensor<6x8xf32>) -> tensor<6x8xf32>
    %96 = "tensor.expand_shape"(%95) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 2, 3, 8>}> : (tensor<6x8xf32>) -> tensor<2x3x8xf32>
    %97 = "tensor.empty"() : () -> tensor<2x3x8xf32>
    %98 = "linalg.generic"(%78, %96, %97) <{indexing_maps = [#map7, #map7, #map7], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg8: f32, %arg9: f32, %arg10: f32):
      %99 = "arith.addf"(%arg8, %arg9) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%99) : (f32) -> ()
    }) : (tensor<2x3x8xf32>, tensor<2x3x8xf32>, tensor<2x3x8xf32>) -> tensor<2x3x8xf32>
    "func.return"(%98) : (tensor<2x3x8xf32>) -> ()
  }) : () -> ()
}) : () -> ()
