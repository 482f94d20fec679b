#map = affine_map<(d0, d1, d2) -> (d0, d2)>
#map1 = affine_map<(d0, d1, d2) -> (d2, d1)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map3 = affine_map<(d0, d1) -> (d0, d1)>
#map4 = affine_map<(d0, d1) -> (d0)>
#map5 = affine_map<(d0, d1) -> (d0, 0)>
#map6 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map7 = affine_map<(d0) -> (d0, 0)>
#map8 = affine_map<(d0) -> (d0)>
#map9 = affine_map<(d0, d1) -> ()>
#map10 = affine_map<(d0, d1, d2) -> (d0)>
#map11 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map12 = affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>
#map13 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
"builtin.module"() ({
  "func.func"() <{function_type = (tensor<1x4x8xf32>, tensor<6x10x8xf32>, tensor<6x8x5xf32>, tensor<6x8xf32>, tensor<5x8xf32>, tensor<5x8xf32>, tensor<8x5xf32>) -> tensor<1x4x8xf32>, sym_name = "deepseek_v2_groups"}> ({
  ^bb0(%arg0: tensor<1x4x8xf32>, %arg1: tensor<6x10x8xf32>, %arg2: tensor<6x8x5xf32>, %arg3: tensor<6x8xf32>, %arg4: tensor<5x8xf32>, %arg5: tensor<5x8xf32>, %arg6: tensor<8x5xf32>):
    %0 = "arith.constant"() <{value = 1.000000e+00 : f32}> : () -> f32
    %1 = "arith.constant"() <{value = 0.000000e+00 : f32}> : () -> f32
    %2 = "arith.constant"() <{value = 0 : i64}> : () -> i64
    %3 = "arith.constant"() <{value = 2 : index}> : () -> index
    %4 = "arith.constant"() <{value = 4 : index}> : () -> index
    %5 = "arith.constant"() <{value = dense<0.000000e+00> : tensor<4x3xf32>}> : () -> tensor<4x3xf32>
    %6 = "arith.constant"() <{value = 0xFF800000 : f32}> : () -> f32
    %7 = "arith.constant"() <{value = 6 : i64}> : () -> i64
    %8 = "arith.constant"() <{value = true}> : () -> i1
    %9 = "arith.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
    %10 = "tensor.collapse_shape"(%arg0) <{reassociation = [[0, 1], [2]]}> : (tensor<1x4x8xf32>) -> tensor<4x8xf32>
    %11 = "tensor.empty"() : () -> tensor<8x6xf32>
    %12 = "linalg.transpose"(%arg3, %11) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg128: f32, %arg129: f32):
      "linalg.yield"(%arg128) : (f32) -> ()
    }) : (tensor<6x8xf32>, tensor<8x6xf32>) -> tensor<8x6xf32>
    %13 = "tensor.empty"() : () -> tensor<4x6xf32>
    %14 = "linalg.fill"(%1, %13) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg126: f32, %arg127: f32):
      "linalg.yield"(%arg126) : (f32) -> ()
    }) : (f32, tensor<4x6xf32>) -> tensor<4x6xf32>
    %15 = "linalg.matmul"(%10, %12, %14) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg123: f32, %arg124: f32, %arg125: f32):
      %179 = "arith.mulf"(%arg123, %arg124) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %180 = "arith.addf"(%arg125, %179) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%180) : (f32) -> ()
    }) : (tensor<4x8xf32>, tensor<8x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
    %16 = "tensor.empty"() : () -> tensor<4xi64>
    %17 = "linalg.fill"(%2, %16) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg121: i64, %arg122: i64):
      "linalg.yield"(%arg121) : (i64) -> ()
    }) : (i64, tensor<4xi64>) -> tensor<4xi64>
    %18 = "tensor.empty"() : () -> tensor<4xf32>
    %19 = "linalg.fill"(%6, %18) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg119: f32, %arg120: f32):
      "linalg.yield"(%arg119) : (f32) -> ()
    }) : (f32, tensor<4xf32>) -> tensor<4xf32>
    %20:2 = "linalg.generic"(%15, %19, %17) <{indexing_maps = [#map3, #map4, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 2>}> ({
    ^bb0(%arg116: f32, %arg117: f32, %arg118: i64):
      %174 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %175 = "arith.index_cast"(%174) : (index) -> i64
      %176 = "arith.maximumf"(%arg116, %arg117) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %177 = "arith.cmpf"(%arg116, %arg117) <{fastmath = #arith.fastmath<none>, predicate = 2 : i64}> : (f32, f32) -> i1
      %178 = "arith.select"(%177, %175, %arg118) : (i1, i64, i64) -> i64
      "linalg.yield"(%176, %178) : (f32, i64) -> ()
    }) : (tensor<4x6xf32>, tensor<4xf32>, tensor<4xi64>) -> (tensor<4xf32>, tensor<4xi64>)
    %21 = "tensor.expand_shape"(%20#0) <{reassociation = [[0, 1]], static_output_shape = array<i64: 4, 1>}> : (tensor<4xf32>) -> tensor<4x1xf32>
    %22 = "linalg.generic"(%15, %21, %13) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg113: f32, %arg114: f32, %arg115: f32):
      %173 = "arith.subf"(%arg113, %arg114) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%173) : (f32) -> ()
    }) : (tensor<4x6xf32>, tensor<4x1xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
    %23 = "linalg.generic"(%22, %13) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg111: f32, %arg112: f32):
      %172 = "math.exp"(%arg111) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      "linalg.yield"(%172) : (f32) -> ()
    }) : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
    %24 = "tensor.empty"() : () -> tensor<4x1xf32>
    %25 = "linalg.fill"(%1, %24) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg109: f32, %arg110: f32):
      "linalg.yield"(%arg109) : (f32) -> ()
    }) : (f32, tensor<4x1xf32>) -> tensor<4x1xf32>
    %26 = "linalg.generic"(%23, %25) <{indexing_maps = [#map3, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg107: f32, %arg108: f32):
      %171 = "arith.addf"(%arg107, %arg108) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%171) : (f32) -> ()
    }) : (tensor<4x6xf32>, tensor<4x1xf32>) -> tensor<4x1xf32>
    %27 = "linalg.generic"(%23, %26, %13) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg104: f32, %arg105: f32, %arg106: f32):
      %170 = "arith.divf"(%arg104, %arg105) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%170) : (f32) -> ()
    }) : (tensor<4x6xf32>, tensor<4x1xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
    %28 = "tensor.expand_shape"(%27) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 4, 3, 2>}> : (tensor<4x6xf32>) -> tensor<4x3x2xf32>
    %29 = "tensor.empty"() : () -> tensor<4x3xi64>
    %30 = "linalg.fill"(%2, %29) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg102: i64, %arg103: i64):
      "linalg.yield"(%arg102) : (i64) -> ()
    }) : (i64, tensor<4x3xi64>) -> tensor<4x3xi64>
    %31 = "tensor.empty"() : () -> tensor<4x3xf32>
    %32 = "linalg.fill"(%6, %31) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg100: f32, %arg101: f32):
      "linalg.yield"(%arg100) : (f32) -> ()
    }) : (f32, tensor<4x3xf32>) -> tensor<4x3xf32>
    %33:2 = "linalg.generic"(%28, %32, %30) <{indexing_maps = [#map6, #map2, #map2], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 2>}> ({
    ^bb0(%arg97: f32, %arg98: f32, %arg99: i64):
      %165 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %166 = "arith.index_cast"(%165) : (index) -> i64
      %167 = "arith.maximumf"(%arg97, %arg98) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %168 = "arith.cmpf"(%arg97, %arg98) <{fastmath = #arith.fastmath<none>, predicate = 2 : i64}> : (f32, f32) -> i1
      %169 = "arith.select"(%168, %166, %arg99) : (i1, i64, i64) -> i64
      "linalg.yield"(%167, %169) : (f32, i64) -> ()
    }) : (tensor<4x3x2xf32>, tensor<4x3xf32>, tensor<4x3xi64>) -> (tensor<4x3xf32>, tensor<4x3xi64>)
    %34 = "linalg.generic"(%29) <{indexing_maps = [#map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 1>}> ({
    ^bb0(%arg96: i64):
      %163 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %164 = "arith.index_cast"(%163) : (index) -> i64
      "linalg.yield"(%164) : (i64) -> ()
    }) : (tensor<4x3xi64>) -> tensor<4x3xi64>
    %35:2 = "tm_tensor.sort"(%33#0, %34) <{dimension = 1 : i64, operandSegmentSizes = array<i32: 0, 2>}> ({
    ^bb0(%arg92: f32, %arg93: f32, %arg94: i64, %arg95: i64):
      %162 = "arith.cmpf"(%arg92, %arg93) <{fastmath = #arith.fastmath<none>, predicate = 3 : i64}> : (f32, f32) -> i1
      "tm_tensor.yield"(%162) : (i1) -> ()
    }) : (tensor<4x3xf32>, tensor<4x3xi64>) -> (tensor<4x3xf32>, tensor<4x3xi64>)
    %36 = "tensor.extract_slice"(%35#1) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 4, 2>, static_strides = array<i64: 1, 1>}> : (tensor<4x3xi64>) -> tensor<4x2xi64>
    %37 = "tensor.empty"() : () -> tensor<8x1xi64>
    %38 = "linalg.fill"(%2, %37) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg90: i64, %arg91: i64):
      "linalg.yield"(%arg90) : (i64) -> ()
    }) : (i64, tensor<8x1xi64>) -> tensor<8x1xi64>
    %39 = "tensor.empty"() : () -> tensor<8xf32>
    %40 = "linalg.fill"(%1, %39) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg88: f32, %arg89: f32):
      "linalg.yield"(%arg88) : (f32) -> ()
    }) : (f32, tensor<8xf32>) -> tensor<8xf32>
    %41:3 = "linalg.generic"(%38, %38, %40) <{indexing_maps = [#map7, #map7, #map8], iterator_types = [#linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 3>}> ({
    ^bb0(%arg85: i64, %arg86: i64, %arg87: f32):
      %156 = "linalg.index"() <{dim = 0 : i64}> : () -> index
      %157 = "arith.remsi"(%156, %3) : (index, index) -> index
      %158 = "arith.divsi"(%156, %3) : (index, index) -> index
      %159 = "arith.remsi"(%158, %4) : (index, index) -> index
      %160 = "tensor.extract"(%36, %159, %157) : (tensor<4x2xi64>, index, index) -> i64
      %161 = "arith.index_cast"(%159) : (index) -> i64
      "linalg.yield"(%161, %160, %0) : (i64, i64, f32) -> ()
    }) : (tensor<8x1xi64>, tensor<8x1xi64>, tensor<8xf32>) -> (tensor<8x1xi64>, tensor<8x1xi64>, tensor<8xf32>)
    %42 = "tensor.empty"() : () -> tensor<8x2xi64>
    %43 = "linalg.fill"(%2, %42) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg83: i64, %arg84: i64):
      "linalg.yield"(%arg83) : (i64) -> ()
    }) : (i64, tensor<8x2xi64>) -> tensor<8x2xi64>
    %44 = "tensor.insert_slice"(%41#0, %43) <{operandSegmentSizes = array<i32: 1, 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 8, 1>, static_strides = array<i64: 1, 1>}> : (tensor<8x1xi64>, tensor<8x2xi64>) -> tensor<8x2xi64>
    %45 = "tensor.insert_slice"(%41#1, %44) <{operandSegmentSizes = array<i32: 1, 1, 0, 0, 0>, static_offsets = array<i64: 0, 1>, static_sizes = array<i64: 8, 1>, static_strides = array<i64: 1, 1>}> : (tensor<8x1xi64>, tensor<8x2xi64>) -> tensor<8x2xi64>
    %46 = "tm_tensor.scatter"(%41#2, %45, %5) <{dimension_map = array<i64: 0, 1>, operandSegmentSizes = array<i32: 2, 1>, unique_indices = false}> ({
    ^bb0(%arg81: f32, %arg82: f32):
      "tm_tensor.yield"(%arg81) : (f32) -> ()
    }) : (tensor<8xf32>, tensor<8x2xi64>, tensor<4x3xf32>) -> tensor<4x3xf32>
    %47 = "tensor.empty"() : () -> tensor<4x3x2xf32>
    %48 = "linalg.generic"(%46, %47) <{indexing_maps = [#map2, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg79: f32, %arg80: f32):
      "linalg.yield"(%arg79) : (f32) -> ()
    }) : (tensor<4x3xf32>, tensor<4x3x2xf32>) -> tensor<4x3x2xf32>
    %49 = "tensor.collapse_shape"(%48) <{reassociation = [[0], [1, 2]]}> : (tensor<4x3x2xf32>) -> tensor<4x6xf32>
    %50 = "tensor.empty"() : () -> tensor<4x6xi1>
    %51 = "linalg.generic"(%49, %50) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg77: f32, %arg78: i1):
      %155 = "arith.cmpf"(%arg77, %1) <{fastmath = #arith.fastmath<none>, predicate = 13 : i64}> : (f32, f32) -> i1
      "linalg.yield"(%155) : (i1) -> ()
    }) : (tensor<4x6xf32>, tensor<4x6xi1>) -> tensor<4x6xi1>
    %52 = "linalg.generic"(%51, %50) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg75: i1, %arg76: i1):
      %154 = "arith.xori"(%arg75, %8) : (i1, i1) -> i1
      "linalg.yield"(%154) : (i1) -> ()
    }) : (tensor<4x6xi1>, tensor<4x6xi1>) -> tensor<4x6xi1>
    %53 = "linalg.generic"(%52, %9, %27, %13) <{indexing_maps = [#map3, #map9, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 3, 1>}> ({
    ^bb0(%arg71: i1, %arg72: f32, %arg73: f32, %arg74: f32):
      %153 = "arith.select"(%arg71, %arg72, %arg73) : (i1, f32, f32) -> f32
      "linalg.yield"(%153) : (f32) -> ()
    }) : (tensor<4x6xi1>, tensor<f32>, tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
    %54 = "tensor.empty"() : () -> tensor<4x6xi64>
    %55 = "linalg.generic"(%54) <{indexing_maps = [#map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 1>}> ({
    ^bb0(%arg70: i64):
      %151 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %152 = "arith.index_cast"(%151) : (index) -> i64
      "linalg.yield"(%152) : (i64) -> ()
    }) : (tensor<4x6xi64>) -> tensor<4x6xi64>
    %56:2 = "tm_tensor.sort"(%53, %55) <{dimension = 1 : i64, operandSegmentSizes = array<i32: 0, 2>}> ({
    ^bb0(%arg66: f32, %arg67: f32, %arg68: i64, %arg69: i64):
      %150 = "arith.cmpf"(%arg66, %arg67) <{fastmath = #arith.fastmath<none>, predicate = 3 : i64}> : (f32, f32) -> i1
      "tm_tensor.yield"(%150) : (i1) -> ()
    }) : (tensor<4x6xf32>, tensor<4x6xi64>) -> (tensor<4x6xf32>, tensor<4x6xi64>)
    %57 = "tensor.extract_slice"(%56#0) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 4, 2>, static_strides = array<i64: 1, 1>}> : (tensor<4x6xf32>) -> tensor<4x2xf32>
    %58 = "tensor.extract_slice"(%56#1) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 4, 2>, static_strides = array<i64: 1, 1>}> : (tensor<4x6xi64>) -> tensor<4x2xi64>
    %59 = "tensor.empty"() : () -> tensor<4x2x8xf32>
    %60 = "linalg.generic"(%10, %59) <{indexing_maps = [#map, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg64: f32, %arg65: f32):
      "linalg.yield"(%arg64) : (f32) -> ()
    }) : (tensor<4x8xf32>, tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
    %61 = "tensor.collapse_shape"(%60) <{reassociation = [[0, 1], [2]]}> : (tensor<4x2x8xf32>) -> tensor<8x8xf32>
    %62 = "tensor.collapse_shape"(%57) <{reassociation = [[0, 1]]}> : (tensor<4x2xf32>) -> tensor<8xf32>
    %63 = "tensor.collapse_shape"(%58) <{reassociation = [[0, 1]]}> : (tensor<4x2xi64>) -> tensor<8xi64>
    %64 = "tensor.empty"() : () -> tensor<8x10x8xf32>
    %65 = "linalg.generic"(%63, %64) <{indexing_maps = [#map10, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg62: i64, %arg63: f32):
      %143 = "arith.cmpi"(%arg62, %2) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %144 = "arith.addi"(%arg62, %7) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %145 = "arith.select"(%143, %144, %arg62) : (i1, i64, i64) -> i64
      %146 = "arith.index_cast"(%145) : (i64) -> index
      %147 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %148 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %149 = "tensor.extract"(%arg1, %146, %147, %148) : (tensor<6x10x8xf32>, index, index, index) -> f32
      "linalg.yield"(%149) : (f32) -> ()
    }) : (tensor<8xi64>, tensor<8x10x8xf32>) -> tensor<8x10x8xf32>
    %66 = "tensor.expand_shape"(%61) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 8, 8, 1>}> : (tensor<8x8xf32>) -> tensor<8x8x1xf32>
    %67 = "tensor.empty"() : () -> tensor<8x10x1xf32>
    %68 = "linalg.fill"(%1, %67) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg60: f32, %arg61: f32):
      "linalg.yield"(%arg60) : (f32) -> ()
    }) : (f32, tensor<8x10x1xf32>) -> tensor<8x10x1xf32>
    %69 = "linalg.batch_matmul"(%65, %66, %68) <{indexing_maps = [#map11, #map12, #map13], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg57: f32, %arg58: f32, %arg59: f32):
      %141 = "arith.mulf"(%arg57, %arg58) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %142 = "arith.addf"(%arg59, %141) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%142) : (f32) -> ()
    }) : (tensor<8x10x8xf32>, tensor<8x8x1xf32>, tensor<8x10x1xf32>) -> tensor<8x10x1xf32>
    %70 = "tensor.collapse_shape"(%69) <{reassociation = [[0], [1, 2]]}> : (tensor<8x10x1xf32>) -> tensor<8x10xf32>
    %71 = "tensor.extract_slice"(%70) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 8, 5>, static_strides = array<i64: 1, 1>}> : (tensor<8x10xf32>) -> tensor<8x5xf32>
    %72 = "tensor.extract_slice"(%70) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 5>, static_sizes = array<i64: 8, 5>, static_strides = array<i64: 1, 1>}> : (tensor<8x10xf32>) -> tensor<8x5xf32>
    %73 = "tensor.empty"() : () -> tensor<8x5xf32>
    %74 = "linalg.generic"(%71, %73) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg55: f32, %arg56: f32):
      %137 = "arith.negf"(%arg55) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %138 = "math.exp"(%137) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %139 = "arith.addf"(%138, %0) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %140 = "arith.divf"(%0, %139) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%140) : (f32) -> ()
    }) : (tensor<8x5xf32>, tensor<8x5xf32>) -> tensor<8x5xf32>
    %75 = "linalg.generic"(%71, %74, %73) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg52: f32, %arg53: f32, %arg54: f32):
      %136 = "arith.mulf"(%arg52, %arg53) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%136) : (f32) -> ()
    }) : (tensor<8x5xf32>, tensor<8x5xf32>, tensor<8x5xf32>) -> tensor<8x5xf32>
    %76 = "linalg.generic"(%75, %72, %73) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg49: f32, %arg50: f32, %arg51: f32):
      %135 = "arith.mulf"(%arg49, %arg50) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%135) : (f32) -> ()
    }) : (tensor<8x5xf32>, tensor<8x5xf32>, tensor<8x5xf32>) -> tensor<8x5xf32>
    %77 = "tensor.empty"() : () -> tensor<8x8x5xf32>
    %78 = "linalg.generic"(%63, %77) <{indexing_maps = [#map10, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg47: i64, %arg48: f32):
      %128 = "arith.cmpi"(%arg47, %2) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %129 = "arith.addi"(%arg47, %7) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %130 = "arith.select"(%128, %129, %arg47) : (i1, i64, i64) -> i64
      %131 = "arith.index_cast"(%130) : (i64) -> index
      %132 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %133 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %134 = "tensor.extract"(%arg2, %131, %132, %133) : (tensor<6x8x5xf32>, index, index, index) -> f32
      "linalg.yield"(%134) : (f32) -> ()
    }) : (tensor<8xi64>, tensor<8x8x5xf32>) -> tensor<8x8x5xf32>
    %79 = "tensor.expand_shape"(%76) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 8, 5, 1>}> : (tensor<8x5xf32>) -> tensor<8x5x1xf32>
    %80 = "tensor.empty"() : () -> tensor<8x8x1xf32>
    %81 = "linalg.fill"(%1, %80) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg45: f32, %arg46: f32):
      "linalg.yield"(%arg45) : (f32) -> ()
    }) : (f32, tensor<8x8x1xf32>) -> tensor<8x8x1xf32>
    %82 = "linalg.batch_matmul"(%78, %79, %81) <{indexing_maps = [#map11, #map12, #map13], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg42: f32, %arg43: f32, %arg44: f32):
      %126 = "arith.mulf"(%arg42, %arg43) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %127 = "arith.addf"(%arg44, %126) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%127) : (f32) -> ()
    }) : (tensor<8x8x5xf32>, tensor<8x5x1xf32>, tensor<8x8x1xf32>) -> tensor<8x8x1xf32>
    %83 = "tensor.collapse_shape"(%82) <{reassociation = [[0], [1, 2]]}> : (tensor<8x8x1xf32>) -> tensor<8x8xf32>
    %84 = "tensor.expand_shape"(%62) <{reassociation = [[0, 1]], static_output_shape = array<i64: 8, 1>}> : (tensor<8xf32>) -> tensor<8x1xf32>
    %85 = "tensor.empty"() : () -> tensor<8x8xf32>
    %86 = "linalg.generic"(%83, %84, %85) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg39: f32, %arg40: f32, %arg41: f32):
      %125 = "arith.mulf"(%arg39, %arg40) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%125) : (f32) -> ()
    }) : (tensor<8x8xf32>, tensor<8x1xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
    %87 = "tensor.expand_shape"(%86) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 4, 2, 8>}> : (tensor<8x8xf32>) -> tensor<4x2x8xf32>
    %88 = "tensor.empty"() : () -> tensor<4x8xf32>
    %89 = "linalg.fill"(%1, %88) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg37: f32, %arg38: f32):
      "linalg.yield"(%arg37) : (f32) -> ()
    }) : (f32, tensor<4x8xf32>) -> tensor<4x8xf32>
    %90 = "linalg.generic"(%87, %89) <{indexing_maps = [#map6, #map], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg35: f32, %arg36: f32):
      %124 = "arith.addf"(%arg35, %arg36) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%124) : (f32) -> ()
    }) : (tensor<4x2x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
    %91 = "tensor.expand_shape"(%90) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 1, 4, 8>}> : (tensor<4x8xf32>) -> tensor<1x4x8xf32>
    %92 = "linalg.transpose"(%arg4, %73) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg33: f32, %arg34: f32):
      "linalg.yield"(%arg33) : (f32) -> ()
    }) : (tensor<5x8xf32>, tensor<8x5xf32>) -> tensor<8x5xf32>
    %93 = "tensor.empty"() : () -> tensor<4x5xf32>
    %94 = "linalg.fill"(%1, %93) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg31: f32, %arg32: f32):
      "linalg.yield"(%arg31) : (f32) -> ()
    }) : (f32, tensor<4x5xf32>) -> tensor<4x5xf32>
    %95 = "linalg.matmul"(%10, %92, %94) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg28: f32, %arg29: f32, %arg30: f32):
      %122 = "arith.mulf"(%arg28, %arg29) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %123 = "arith.addf"(%arg30, %122) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%123) : (f32) -> ()
    }) : (tensor<4x8xf32>, tensor<8x5xf32>, tensor<4x5xf32>) -> tensor<4x5xf32>
    %96 = "tensor.expand_shape"(%95) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 1, 4, 5>}> : (tensor<4x5xf32>) -> tensor<1x4x5xf32>
    %97 = "tensor.empty"() : () -> tensor<1x4x5xf32>
    %98 = "linalg.generic"(%96, %97) <{indexing_maps = [#map6, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg26: f32, %arg27: f32):
      %118 = "arith.negf"(%arg26) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %119 = "math.exp"(%118) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %120 = "arith.addf"(%119, %0) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %121 = "arith.divf"(%0, %120) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%121) : (f32) -> ()
    }) : (tensor<1x4x5xf32>, tensor<1x4x5xf32>) -> tensor<1x4x5xf32>
    %99 = "linalg.generic"(%96, %98, %97) <{indexing_maps = [#map6, #map6, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg23: f32, %arg24: f32, %arg25: f32):
      %117 = "arith.mulf"(%arg23, %arg24) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%117) : (f32) -> ()
    }) : (tensor<1x4x5xf32>, tensor<1x4x5xf32>, tensor<1x4x5xf32>) -> tensor<1x4x5xf32>
    %100 = "linalg.transpose"(%arg5, %73) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg21: f32, %arg22: f32):
      "linalg.yield"(%arg21) : (f32) -> ()
    }) : (tensor<5x8xf32>, tensor<8x5xf32>) -> tensor<8x5xf32>
    %101 = "linalg.matmul"(%10, %100, %94) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg18: f32, %arg19: f32, %arg20: f32):
      %115 = "arith.mulf"(%arg18, %arg19) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %116 = "arith.addf"(%arg20, %115) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%116) : (f32) -> ()
    }) : (tensor<4x8xf32>, tensor<8x5xf32>, tensor<4x5xf32>) -> tensor<4x5xf32>
    %102 = "tensor.expand_shape"(%101) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 1, 4, 5>}> : (tensor<4x5xf32>) -> tensor<1x4x5xf32>
    %103 = "linalg.generic"(%99, %102, %97) <{indexing_maps = [#map6, #map6, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg15: f32, %arg16: f32, %arg17: f32):
      %114 = "arith.mulf"(%arg15, %arg16) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%114) : (f32) -> ()
    }) : (tensor<1x4x5xf32>, tensor<1x4x5xf32>, tensor<1x4x5xf32>) -> tensor<1x4x5xf32>
    %104 = "tensor.empty"() : () -> tensor<5x8xf32>
    %105 = "linalg.transpose"(%arg6, %104) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg13: f32, %arg14: f32):
      "linalg.yield"(%arg13) : (f32) -> ()
    }) : (tensor<8x5xf32>, tensor<5x8xf32>) -> tensor<5x8xf32>
    %106 = "tensor.collapse_shape"(%103) <{reassociation = [[0, 1], [2]]}> : (tensor<1x4x5xf32>) -> tensor<4x5xf32>
    %107 = "linalg.matmul"(%106, %105, %89) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg10: f32, %arg11: f32, %arg12: f32):
      %112 = "arith.mulf"(%arg10, %arg11) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %113 = "arith.addf"(%arg12, %112) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%113) : (f32) -> ()
    }) : (tensor<4x5xf32>, tensor<5x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
    %108 = "tensor.expand_shape"(%107) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 1, 4, 8>}> : (tensor<4x8xf32>) -> tensor<1x4x8xf32>
    %109 = "tensor.empty"() : () -> tensor<1x4x8xf32>
    %110 = "linalg.generic"(%91, %108, %109) <{indexing_maps = [#map6, #map6, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg7: f32, %arg8: f32, %arg9: f32):
      %111 = "arith.addf"(%arg7, %arg8) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%111) : (f32) -> ()
    }) : (tensor<1x4x8xf32>, tensor<1x4x8xf32>, tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
    "func.return"(%110) : (tensor<1x4x8xf32>) -> ()
  }) : () -> ()
}) : () -> ()
