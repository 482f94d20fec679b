#map = affine_map<(d0, d1, d2) -> (d0, d2)>
#map1 = affine_map<(d0, d1, d2) -> (d2, d1)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map3 = affine_map<(d0, d1) -> (d0, d1)>
#map4 = affine_map<(d0, d1) -> (d1)>
#map5 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map6 = affine_map<(d0) -> (d0, 0)>
#map7 = affine_map<(d0) -> (d0)>
#map8 = affine_map<(d0, d1) -> ()>
#map9 = affine_map<(d0, d1) -> (d0, 0)>
#map10 = affine_map<(d0, d1, d2) -> (d0)>
#map11 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map12 = affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>
#map13 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
"builtin.module"() ({
  "func.func"() <{function_type = (tensor<1x5x8xf32>, tensor<8x10x8xf32>, tensor<8x8x5xf32>, tensor<8x8xf32>, tensor<5x8xf32>, tensor<5x8xf32>, tensor<8x5xf32>, tensor<8xf32>) -> tensor<1x5x8xf32>, sym_name = "deepseek_v3"}> ({
  ^bb0(%arg0: tensor<1x5x8xf32>, %arg1: tensor<8x10x8xf32>, %arg2: tensor<8x8x5xf32>, %arg3: tensor<8x8xf32>, %arg4: tensor<5x8xf32>, %arg5: tensor<5x8xf32>, %arg6: tensor<8x5xf32>, %arg7: tensor<8xf32>):
    %0 = "arith.constant"() <{value = 1.000000e+00 : f32}> : () -> f32
    %1 = "arith.constant"() <{value = 0.000000e+00 : f32}> : () -> f32
    %2 = "arith.constant"() <{value = 0 : i64}> : () -> i64
    %3 = "arith.constant"() <{value = 2 : index}> : () -> index
    %4 = "arith.constant"() <{value = 5 : index}> : () -> index
    %5 = "arith.constant"() <{value = dense<0.000000e+00> : tensor<5x4xf32>}> : () -> tensor<5x4xf32>
    %6 = "arith.constant"() <{value = 8 : index}> : () -> index
    %7 = "arith.constant"() <{value = 8 : i64}> : () -> i64
    %8 = "arith.constant"() <{value = true}> : () -> i1
    %9 = "arith.constant"() <{value = 9.9999999999999995E-21 : f64}> : () -> f64
    %10 = "arith.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
    %11 = "arith.constant"() <{value = 2.500000e+00 : f32}> : () -> f32
    %12 = "tensor.collapse_shape"(%arg0) <{reassociation = [[0, 1], [2]]}> : (tensor<1x5x8xf32>) -> tensor<5x8xf32>
    %13 = "tensor.empty"() : () -> tensor<8x8xf32>
    %14 = "linalg.transpose"(%arg3, %13) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg130: f32, %arg131: f32):
      "linalg.yield"(%arg130) : (f32) -> ()
    }) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
    %15 = "tensor.empty"() : () -> tensor<5x8xf32>
    %16 = "linalg.fill"(%1, %15) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg128: f32, %arg129: f32):
      "linalg.yield"(%arg128) : (f32) -> ()
    }) : (f32, tensor<5x8xf32>) -> tensor<5x8xf32>
    %17 = "linalg.matmul"(%12, %14, %16) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg125: f32, %arg126: f32, %arg127: f32):
      %184 = "arith.mulf"(%arg125, %arg126) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %185 = "arith.addf"(%arg127, %184) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%185) : (f32) -> ()
    }) : (tensor<5x8xf32>, tensor<8x8xf32>, tensor<5x8xf32>) -> tensor<5x8xf32>
    %18 = "linalg.generic"(%17, %15) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg123: f32, %arg124: f32):
      %180 = "arith.negf"(%arg123) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %181 = "math.exp"(%180) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %182 = "arith.addf"(%181, %0) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %183 = "arith.divf"(%0, %182) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%183) : (f32) -> ()
    }) : (tensor<5x8xf32>, tensor<5x8xf32>) -> tensor<5x8xf32>
    %19 = "linalg.generic"(%18, %arg7, %15) <{indexing_maps = [#map3, #map4, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg120: f32, %arg121: f32, %arg122: f32):
      %179 = "arith.addf"(%arg120, %arg121) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%179) : (f32) -> ()
    }) : (tensor<5x8xf32>, tensor<8xf32>, tensor<5x8xf32>) -> tensor<5x8xf32>
    %20 = "tensor.expand_shape"(%19) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 5, 4, 2>}> : (tensor<5x8xf32>) -> tensor<5x4x2xf32>
    %21 = "tensor.empty"() : () -> tensor<5x4x2xi64>
    %22 = "linalg.generic"(%21) <{indexing_maps = [#map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 1>}> ({
    ^bb0(%arg119: i64):
      %177 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %178 = "arith.index_cast"(%177) : (index) -> i64
      "linalg.yield"(%178) : (i64) -> ()
    }) : (tensor<5x4x2xi64>) -> tensor<5x4x2xi64>
    %23:2 = "tm_tensor.sort"(%20, %22) <{dimension = 2 : i64, operandSegmentSizes = array<i32: 0, 2>}> ({
    ^bb0(%arg115: f32, %arg116: f32, %arg117: i64, %arg118: i64):
      %176 = "arith.cmpf"(%arg115, %arg116) <{fastmath = #arith.fastmath<none>, predicate = 3 : i64}> : (f32, f32) -> i1
      "tm_tensor.yield"(%176) : (i1) -> ()
    }) : (tensor<5x4x2xf32>, tensor<5x4x2xi64>) -> (tensor<5x4x2xf32>, tensor<5x4x2xi64>)
    %24 = "tensor.empty"() : () -> tensor<5x4xf32>
    %25 = "linalg.fill"(%1, %24) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg113: f32, %arg114: f32):
      "linalg.yield"(%arg113) : (f32) -> ()
    }) : (f32, tensor<5x4xf32>) -> tensor<5x4xf32>
    %26 = "linalg.generic"(%23#0, %25) <{indexing_maps = [#map5, #map2], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg111: f32, %arg112: f32):
      %175 = "arith.addf"(%arg111, %arg112) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%175) : (f32) -> ()
    }) : (tensor<5x4x2xf32>, tensor<5x4xf32>) -> tensor<5x4xf32>
    %27 = "tensor.empty"() : () -> tensor<5x4xi64>
    %28 = "linalg.generic"(%27) <{indexing_maps = [#map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 1>}> ({
    ^bb0(%arg110: i64):
      %173 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %174 = "arith.index_cast"(%173) : (index) -> i64
      "linalg.yield"(%174) : (i64) -> ()
    }) : (tensor<5x4xi64>) -> tensor<5x4xi64>
    %29:2 = "tm_tensor.sort"(%26, %28) <{dimension = 1 : i64, operandSegmentSizes = array<i32: 0, 2>}> ({
    ^bb0(%arg106: f32, %arg107: f32, %arg108: i64, %arg109: i64):
      %172 = "arith.cmpf"(%arg106, %arg107) <{fastmath = #arith.fastmath<none>, predicate = 3 : i64}> : (f32, f32) -> i1
      "tm_tensor.yield"(%172) : (i1) -> ()
    }) : (tensor<5x4xf32>, tensor<5x4xi64>) -> (tensor<5x4xf32>, tensor<5x4xi64>)
    %30 = "tensor.extract_slice"(%29#1) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 5, 2>, static_strides = array<i64: 1, 1>}> : (tensor<5x4xi64>) -> tensor<5x2xi64>
    %31 = "tensor.empty"() : () -> tensor<10x1xi64>
    %32 = "linalg.fill"(%2, %31) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg104: i64, %arg105: i64):
      "linalg.yield"(%arg104) : (i64) -> ()
    }) : (i64, tensor<10x1xi64>) -> tensor<10x1xi64>
    %33 = "tensor.empty"() : () -> tensor<10xf32>
    %34 = "linalg.fill"(%1, %33) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg102: f32, %arg103: f32):
      "linalg.yield"(%arg102) : (f32) -> ()
    }) : (f32, tensor<10xf32>) -> tensor<10xf32>
    %35:3 = "linalg.generic"(%32, %32, %34) <{indexing_maps = [#map6, #map6, #map7], iterator_types = [#linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 3>}> ({
    ^bb0(%arg99: i64, %arg100: i64, %arg101: f32):
      %166 = "linalg.index"() <{dim = 0 : i64}> : () -> index
      %167 = "arith.remsi"(%166, %3) : (index, index) -> index
      %168 = "arith.divsi"(%166, %3) : (index, index) -> index
      %169 = "arith.remsi"(%168, %4) : (index, index) -> index
      %170 = "tensor.extract"(%30, %169, %167) : (tensor<5x2xi64>, index, index) -> i64
      %171 = "arith.index_cast"(%169) : (index) -> i64
      "linalg.yield"(%171, %170, %0) : (i64, i64, f32) -> ()
    }) : (tensor<10x1xi64>, tensor<10x1xi64>, tensor<10xf32>) -> (tensor<10x1xi64>, tensor<10x1xi64>, tensor<10xf32>)
    %36 = "tensor.empty"() : () -> tensor<10x2xi64>
    %37 = "linalg.fill"(%2, %36) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg97: i64, %arg98: i64):
      "linalg.yield"(%arg97) : (i64) -> ()
    }) : (i64, tensor<10x2xi64>) -> tensor<10x2xi64>
    %38 = "tensor.insert_slice"(%35#0, %37) <{operandSegmentSizes = array<i32: 1, 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 10, 1>, static_strides = array<i64: 1, 1>}> : (tensor<10x1xi64>, tensor<10x2xi64>) -> tensor<10x2xi64>
    %39 = "tensor.insert_slice"(%35#1, %38) <{operandSegmentSizes = array<i32: 1, 1, 0, 0, 0>, static_offsets = array<i64: 0, 1>, static_sizes = array<i64: 10, 1>, static_strides = array<i64: 1, 1>}> : (tensor<10x1xi64>, tensor<10x2xi64>) -> tensor<10x2xi64>
    %40 = "tm_tensor.scatter"(%35#2, %39, %5) <{dimension_map = array<i64: 0, 1>, operandSegmentSizes = array<i32: 2, 1>, unique_indices = false}> ({
    ^bb0(%arg95: f32, %arg96: f32):
      "tm_tensor.yield"(%arg95) : (f32) -> ()
    }) : (tensor<10xf32>, tensor<10x2xi64>, tensor<5x4xf32>) -> tensor<5x4xf32>
    %41 = "tensor.empty"() : () -> tensor<5x4x2xf32>
    %42 = "linalg.generic"(%40, %41) <{indexing_maps = [#map2, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg93: f32, %arg94: f32):
      "linalg.yield"(%arg93) : (f32) -> ()
    }) : (tensor<5x4xf32>, tensor<5x4x2xf32>) -> tensor<5x4x2xf32>
    %43 = "tensor.collapse_shape"(%42) <{reassociation = [[0], [1, 2]]}> : (tensor<5x4x2xf32>) -> tensor<5x8xf32>
    %44 = "tensor.empty"() : () -> tensor<5x8xi1>
    %45 = "linalg.generic"(%43, %44) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg91: f32, %arg92: i1):
      %165 = "arith.cmpf"(%arg91, %1) <{fastmath = #arith.fastmath<none>, predicate = 13 : i64}> : (f32, f32) -> i1
      "linalg.yield"(%165) : (i1) -> ()
    }) : (tensor<5x8xf32>, tensor<5x8xi1>) -> tensor<5x8xi1>
    %46 = "linalg.generic"(%45, %44) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg89: i1, %arg90: i1):
      %164 = "arith.xori"(%arg89, %8) : (i1, i1) -> i1
      "linalg.yield"(%164) : (i1) -> ()
    }) : (tensor<5x8xi1>, tensor<5x8xi1>) -> tensor<5x8xi1>
    %47 = "linalg.generic"(%46, %10, %19, %15) <{indexing_maps = [#map3, #map8, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 3, 1>}> ({
    ^bb0(%arg85: i1, %arg86: f32, %arg87: f32, %arg88: f32):
      %163 = "arith.select"(%arg85, %arg86, %arg87) : (i1, f32, f32) -> f32
      "linalg.yield"(%163) : (f32) -> ()
    }) : (tensor<5x8xi1>, tensor<f32>, tensor<5x8xf32>, tensor<5x8xf32>) -> tensor<5x8xf32>
    %48 = "tensor.empty"() : () -> tensor<5x8xi64>
    %49 = "linalg.generic"(%48) <{indexing_maps = [#map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 1>}> ({
    ^bb0(%arg84: i64):
      %161 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %162 = "arith.index_cast"(%161) : (index) -> i64
      "linalg.yield"(%162) : (i64) -> ()
    }) : (tensor<5x8xi64>) -> tensor<5x8xi64>
    %50:2 = "tm_tensor.sort"(%47, %49) <{dimension = 1 : i64, operandSegmentSizes = array<i32: 0, 2>}> ({
    ^bb0(%arg80: f32, %arg81: f32, %arg82: i64, %arg83: i64):
      %160 = "arith.cmpf"(%arg80, %arg81) <{fastmath = #arith.fastmath<none>, predicate = 3 : i64}> : (f32, f32) -> i1
      "tm_tensor.yield"(%160) : (i1) -> ()
    }) : (tensor<5x8xf32>, tensor<5x8xi64>) -> (tensor<5x8xf32>, tensor<5x8xi64>)
    %51 = "tensor.extract_slice"(%50#1) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 5, 3>, static_strides = array<i64: 1, 1>}> : (tensor<5x8xi64>) -> tensor<5x3xi64>
    %52 = "tensor.empty"() : () -> tensor<5x3xf32>
    %53 = "linalg.fill"(%1, %52) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg78: f32, %arg79: f32):
      "linalg.yield"(%arg78) : (f32) -> ()
    }) : (f32, tensor<5x3xf32>) -> tensor<5x3xf32>
    %54 = "linalg.generic"(%51, %53) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg76: i64, %arg77: f32):
      %155 = "linalg.index"() <{dim = 0 : i64}> : () -> index
      %156 = "arith.index_cast"(%arg76) : (i64) -> index
      %157 = "arith.cmpi"(%156, %6) <{predicate = 2 : i64}> : (index, index) -> i1
      "cf.assert"(%157) <{msg = "index must be smaller than dim size"}> : (i1) -> ()
      %158 = "arith.cmpi"(%arg76, %2) <{predicate = 5 : i64}> : (i64, i64) -> i1
      "cf.assert"(%158) <{msg = "index must be larger or equal to 0"}> : (i1) -> ()
      %159 = "tensor.extract"(%18, %155, %156) : (tensor<5x8xf32>, index, index) -> f32
      "linalg.yield"(%159) : (f32) -> ()
    }) : (tensor<5x3xi64>, tensor<5x3xf32>) -> tensor<5x3xf32>
    %55 = "tensor.empty"() : () -> tensor<5x1xf32>
    %56 = "linalg.fill"(%1, %55) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg74: f32, %arg75: f32):
      "linalg.yield"(%arg74) : (f32) -> ()
    }) : (f32, tensor<5x1xf32>) -> tensor<5x1xf32>
    %57 = "linalg.generic"(%54, %56) <{indexing_maps = [#map3, #map9], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg72: f32, %arg73: f32):
      %154 = "arith.addf"(%arg72, %arg73) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%154) : (f32) -> ()
    }) : (tensor<5x3xf32>, tensor<5x1xf32>) -> tensor<5x1xf32>
    %58 = "linalg.generic"(%57, %55) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg70: f32, %arg71: f32):
      %152 = "arith.truncf"(%9) : (f64) -> f32
      %153 = "arith.addf"(%arg70, %152) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%153) : (f32) -> ()
    }) : (tensor<5x1xf32>, tensor<5x1xf32>) -> tensor<5x1xf32>
    %59 = "linalg.generic"(%54, %58, %52) <{indexing_maps = [#map3, #map9, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg67: f32, %arg68: f32, %arg69: f32):
      %151 = "arith.divf"(%arg67, %arg68) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%151) : (f32) -> ()
    }) : (tensor<5x3xf32>, tensor<5x1xf32>, tensor<5x3xf32>) -> tensor<5x3xf32>
    %60 = "linalg.generic"(%59, %52) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg65: f32, %arg66: f32):
      %150 = "arith.mulf"(%arg65, %11) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%150) : (f32) -> ()
    }) : (tensor<5x3xf32>, tensor<5x3xf32>) -> tensor<5x3xf32>
    %61 = "tensor.empty"() : () -> tensor<5x3x8xf32>
    %62 = "linalg.generic"(%12, %61) <{indexing_maps = [#map, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg63: f32, %arg64: f32):
      "linalg.yield"(%arg63) : (f32) -> ()
    }) : (tensor<5x8xf32>, tensor<5x3x8xf32>) -> tensor<5x3x8xf32>
    %63 = "tensor.collapse_shape"(%62) <{reassociation = [[0, 1], [2]]}> : (tensor<5x3x8xf32>) -> tensor<15x8xf32>
    %64 = "tensor.collapse_shape"(%60) <{reassociation = [[0, 1]]}> : (tensor<5x3xf32>) -> tensor<15xf32>
    %65 = "tensor.collapse_shape"(%51) <{reassociation = [[0, 1]]}> : (tensor<5x3xi64>) -> tensor<15xi64>
    %66 = "tensor.empty"() : () -> tensor<15x10x8xf32>
    %67 = "linalg.generic"(%65, %66) <{indexing_maps = [#map10, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg61: i64, %arg62: f32):
      %143 = "arith.cmpi"(%arg61, %2) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %144 = "arith.addi"(%arg61, %7) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %145 = "arith.select"(%143, %144, %arg61) : (i1, i64, i64) -> i64
      %146 = "arith.index_cast"(%145) : (i64) -> index
      %147 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %148 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %149 = "tensor.extract"(%arg1, %146, %147, %148) : (tensor<8x10x8xf32>, index, index, index) -> f32
      "linalg.yield"(%149) : (f32) -> ()
    }) : (tensor<15xi64>, tensor<15x10x8xf32>) -> tensor<15x10x8xf32>
    %68 = "tensor.expand_shape"(%63) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 15, 8, 1>}> : (tensor<15x8xf32>) -> tensor<15x8x1xf32>
    %69 = "tensor.empty"() : () -> tensor<15x10x1xf32>
    %70 = "linalg.fill"(%1, %69) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg59: f32, %arg60: f32):
      "linalg.yield"(%arg59) : (f32) -> ()
    }) : (f32, tensor<15x10x1xf32>) -> tensor<15x10x1xf32>
    %71 = "linalg.batch_matmul"(%67, %68, %70) <{indexing_maps = [#map11, #map12, #map13], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg56: f32, %arg57: f32, %arg58: f32):
      %141 = "arith.mulf"(%arg56, %arg57) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %142 = "arith.addf"(%arg58, %141) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%142) : (f32) -> ()
    }) : (tensor<15x10x8xf32>, tensor<15x8x1xf32>, tensor<15x10x1xf32>) -> tensor<15x10x1xf32>
    %72 = "tensor.collapse_shape"(%71) <{reassociation = [[0], [1, 2]]}> : (tensor<15x10x1xf32>) -> tensor<15x10xf32>
    %73 = "tensor.extract_slice"(%72) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 15, 5>, static_strides = array<i64: 1, 1>}> : (tensor<15x10xf32>) -> tensor<15x5xf32>
    %74 = "tensor.extract_slice"(%72) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 5>, static_sizes = array<i64: 15, 5>, static_strides = array<i64: 1, 1>}> : (tensor<15x10xf32>) -> tensor<15x5xf32>
    %75 = "tensor.empty"() : () -> tensor<15x5xf32>
    %76 = "linalg.generic"(%73, %75) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg54: f32, %arg55: f32):
      %137 = "arith.negf"(%arg54) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %138 = "math.exp"(%137) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %139 = "arith.addf"(%138, %0) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %140 = "arith.divf"(%0, %139) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%140) : (f32) -> ()
    }) : (tensor<15x5xf32>, tensor<15x5xf32>) -> tensor<15x5xf32>
    %77 = "linalg.generic"(%73, %76, %75) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg51: f32, %arg52: f32, %arg53: f32):
      %136 = "arith.mulf"(%arg51, %arg52) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%136) : (f32) -> ()
    }) : (tensor<15x5xf32>, tensor<15x5xf32>, tensor<15x5xf32>) -> tensor<15x5xf32>
    %78 = "linalg.generic"(%77, %74, %75) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg48: f32, %arg49: f32, %arg50: f32):
      %135 = "arith.mulf"(%arg48, %arg49) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%135) : (f32) -> ()
    }) : (tensor<15x5xf32>, tensor<15x5xf32>, tensor<15x5xf32>) -> tensor<15x5xf32>
    %79 = "tensor.empty"() : () -> tensor<15x8x5xf32>
    %80 = "linalg.generic"(%65, %79) <{indexing_maps = [#map10, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg46: i64, %arg47: f32):
      %128 = "arith.cmpi"(%arg46, %2) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %129 = "arith.addi"(%arg46, %7) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %130 = "arith.select"(%128, %129, %arg46) : (i1, i64, i64) -> i64
      %131 = "arith.index_cast"(%130) : (i64) -> index
      %132 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %133 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %134 = "tensor.extract"(%arg2, %131, %132, %133) : (tensor<8x8x5xf32>, index, index, index) -> f32
      "linalg.yield"(%134) : (f32) -> ()
    }) : (tensor<15xi64>, tensor<15x8x5xf32>) -> tensor<15x8x5xf32>
    %81 = "tensor.expand_shape"(%78) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 15, 5, 1>}> : (tensor<15x5xf32>) -> tensor<15x5x1xf32>
    %82 = "tensor.empty"() : () -> tensor<15x8x1xf32>
    %83 = "linalg.fill"(%1, %82) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg44: f32, %arg45: f32):
      "linalg.yield"(%arg44) : (f32) -> ()
    }) : (f32, tensor<15x8x1xf32>) -> tensor<15x8x1xf32>
    %84 = "linalg.batch_matmul"(%80, %81, %83) <{indexing_maps = [#map11, #map12, #map13], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg41: f32, %arg42: f32, %arg43: f32):
      %126 = "arith.mulf"(%arg41, %arg42) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %127 = "arith.addf"(%arg43, %126) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%127) : (f32) -> ()
    }) : (tensor<15x8x5xf32>, tensor<15x5x1xf32>, tensor<15x8x1xf32>) -> tensor<15x8x1xf32>
    %85 = "tensor.collapse_shape"(%84) <{reassociation = [[0], [1, 2]]}> : (tensor<15x8x1xf32>) -> tensor<15x8xf32>
    %86 = "tensor.expand_shape"(%64) <{reassociation = [[0, 1]], static_output_shape = array<i64: 15, 1>}> : (tensor<15xf32>) -> tensor<15x1xf32>
    %87 = "tensor.empty"() : () -> tensor<15x8xf32>
    %88 = "linalg.generic"(%85, %86, %87) <{indexing_maps = [#map3, #map9, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg38: f32, %arg39: f32, %arg40: f32):
      %125 = "arith.mulf"(%arg38, %arg39) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%125) : (f32) -> ()
    }) : (tensor<15x8xf32>, tensor<15x1xf32>, tensor<15x8xf32>) -> tensor<15x8xf32>
    %89 = "tensor.expand_shape"(%88) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 5, 3, 8>}> : (tensor<15x8xf32>) -> tensor<5x3x8xf32>
    %90 = "linalg.generic"(%89, %16) <{indexing_maps = [#map5, #map], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg36: f32, %arg37: f32):
      %124 = "arith.addf"(%arg36, %arg37) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%124) : (f32) -> ()
    }) : (tensor<5x3x8xf32>, tensor<5x8xf32>) -> tensor<5x8xf32>
    %91 = "tensor.expand_shape"(%90) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 1, 5, 8>}> : (tensor<5x8xf32>) -> tensor<1x5x8xf32>
    %92 = "tensor.empty"() : () -> tensor<8x5xf32>
    %93 = "linalg.transpose"(%arg4, %92) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg34: f32, %arg35: f32):
      "linalg.yield"(%arg34) : (f32) -> ()
    }) : (tensor<5x8xf32>, tensor<8x5xf32>) -> tensor<8x5xf32>
    %94 = "tensor.empty"() : () -> tensor<5x5xf32>
    %95 = "linalg.fill"(%1, %94) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg32: f32, %arg33: f32):
      "linalg.yield"(%arg32) : (f32) -> ()
    }) : (f32, tensor<5x5xf32>) -> tensor<5x5xf32>
    %96 = "linalg.matmul"(%12, %93, %95) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg29: f32, %arg30: f32, %arg31: f32):
      %122 = "arith.mulf"(%arg29, %arg30) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %123 = "arith.addf"(%arg31, %122) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%123) : (f32) -> ()
    }) : (tensor<5x8xf32>, tensor<8x5xf32>, tensor<5x5xf32>) -> tensor<5x5xf32>
    %97 = "tensor.expand_shape"(%96) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 1, 5, 5>}> : (tensor<5x5xf32>) -> tensor<1x5x5xf32>
    %98 = "tensor.empty"() : () -> tensor<1x5x5xf32>
    %99 = "linalg.generic"(%97, %98) <{indexing_maps = [#map5, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg27: f32, %arg28: f32):
      %118 = "arith.negf"(%arg27) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %119 = "math.exp"(%118) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %120 = "arith.addf"(%119, %0) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %121 = "arith.divf"(%0, %120) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%121) : (f32) -> ()
    }) : (tensor<1x5x5xf32>, tensor<1x5x5xf32>) -> tensor<1x5x5xf32>
    %100 = "linalg.generic"(%97, %99, %98) <{indexing_maps = [#map5, #map5, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg24: f32, %arg25: f32, %arg26: f32):
      %117 = "arith.mulf"(%arg24, %arg25) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%117) : (f32) -> ()
    }) : (tensor<1x5x5xf32>, tensor<1x5x5xf32>, tensor<1x5x5xf32>) -> tensor<1x5x5xf32>
    %101 = "linalg.transpose"(%arg5, %92) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg22: f32, %arg23: f32):
      "linalg.yield"(%arg22) : (f32) -> ()
    }) : (tensor<5x8xf32>, tensor<8x5xf32>) -> tensor<8x5xf32>
    %102 = "linalg.matmul"(%12, %101, %95) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg19: f32, %arg20: f32, %arg21: f32):
      %115 = "arith.mulf"(%arg19, %arg20) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %116 = "arith.addf"(%arg21, %115) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%116) : (f32) -> ()
    }) : (tensor<5x8xf32>, tensor<8x5xf32>, tensor<5x5xf32>) -> tensor<5x5xf32>
    %103 = "tensor.expand_shape"(%102) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 1, 5, 5>}> : (tensor<5x5xf32>) -> tensor<1x5x5xf32>
    %104 = "linalg.generic"(%100, %103, %98) <{indexing_maps = [#map5, #map5, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg16: f32, %arg17: f32, %arg18: f32):
      %114 = "arith.mulf"(%arg16, %arg17) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%114) : (f32) -> ()
    }) : (tensor<1x5x5xf32>, tensor<1x5x5xf32>, tensor<1x5x5xf32>) -> tensor<1x5x5xf32>
    %105 = "linalg.transpose"(%arg6, %15) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg14: f32, %arg15: f32):
      "linalg.yield"(%arg14) : (f32) -> ()
    }) : (tensor<8x5xf32>, tensor<5x8xf32>) -> tensor<5x8xf32>
    %106 = "tensor.collapse_shape"(%104) <{reassociation = [[0, 1], [2]]}> : (tensor<1x5x5xf32>) -> tensor<5x5xf32>
    %107 = "linalg.matmul"(%106, %105, %16) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg11: f32, %arg12: f32, %arg13: f32):
      %112 = "arith.mulf"(%arg11, %arg12) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %113 = "arith.addf"(%arg13, %112) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%113) : (f32) -> ()
    }) : (tensor<5x5xf32>, tensor<5x8xf32>, tensor<5x8xf32>) -> tensor<5x8xf32>
    %108 = "tensor.expand_shape"(%107) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 1, 5, 8>}> : (tensor<5x8xf32>) -> tensor<1x5x8xf32>
    %109 = "tensor.empty"() : () -> tensor<1x5x8xf32>
    %110 = "linalg.generic"(%91, %108, %109) <{indexing_maps = [#map5, #map5, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg8: f32, %arg9: f32, %arg10: f32):
      %111 = "arith.addf"(%arg8, %arg9) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%111) : (f32) -> ()
    }) : (tensor<1x5x8xf32>, tensor<1x5x8xf32>, tensor<1x5x8xf32>) -> tensor<1x5x8xf32>
    "func.return"(%110) : (tensor<1x5x8xf32>) -> ()
  }) : () -> ()
}) : () -> ()
