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
  "func.func"() <{function_type = (tensor<1x1x8xf32>, tensor<8x10x8xf32>, tensor<8x8x5xf32>, tensor<8x8xf32>, tensor<5x8xf32>, tensor<5x8xf32>, tensor<8x5xf32>, tensor<8xf32>) -> tensor<1x1x8xf32>, sym_name = "deepseek_v3_token"}> ({
  ^bb0(%arg0: tensor<1x1x8xf32>, %arg1: tensor<8x10x8xf32>, %arg2: tensor<8x8x5xf32>, %arg3: tensor<8x8xf32>, %arg4: tensor<5x8xf32>, %arg5: tensor<5x8xf32>, %arg6: tensor<8x5xf32>, %arg7: tensor<8xf32>):
    %0 = "arith.constant"() <{value = 1.000000e+00 : f32}> : () -> f32
    %1 = "arith.constant"() <{value = 0 : index}> : () -> index
    %2 = "arith.constant"() <{value = 0.000000e+00 : f32}> : () -> f32
    %3 = "arith.constant"() <{value = 0 : i64}> : () -> i64
    %4 = "arith.constant"() <{value = dense<0.000000e+00> : tensor<1x2xf32>}> : () -> tensor<1x2xf32>
    %5 = "arith.constant"() <{value = 8 : index}> : () -> index
    %6 = "arith.constant"() <{value = 8 : i64}> : () -> i64
    %7 = "arith.constant"() <{value = true}> : () -> i1
    %8 = "arith.constant"() <{value = 9.9999999999999995E-21 : f64}> : () -> f64
    %9 = "arith.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
    %10 = "arith.constant"() <{value = 2.500000e+00 : f32}> : () -> f32
    %11 = "tensor.collapse_shape"(%arg0) <{reassociation = [[0], [1, 2]]}> : (tensor<1x1x8xf32>) -> tensor<1x8xf32>
    %12 = "tensor.empty"() : () -> tensor<8x8xf32>
    %13 = "linalg.transpose"(%arg3, %12) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg130: f32, %arg131: f32):
      "linalg.yield"(%arg130) : (f32) -> ()
    }) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
    %14 = "tensor.empty"() : () -> tensor<1x8xf32>
    %15 = "linalg.fill"(%2, %14) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg128: f32, %arg129: f32):
      "linalg.yield"(%arg128) : (f32) -> ()
    }) : (f32, tensor<1x8xf32>) -> tensor<1x8xf32>
    %16 = "linalg.matmul"(%11, %13, %15) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg125: f32, %arg126: f32, %arg127: f32):
      %179 = "arith.mulf"(%arg125, %arg126) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %180 = "arith.addf"(%arg127, %179) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%180) : (f32) -> ()
    }) : (tensor<1x8xf32>, tensor<8x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32>
    %17 = "linalg.generic"(%16, %14) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg123: f32, %arg124: f32):
      %175 = "arith.negf"(%arg123) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %176 = "math.exp"(%175) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %177 = "arith.addf"(%176, %0) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %178 = "arith.divf"(%0, %177) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%178) : (f32) -> ()
    }) : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32>
    %18 = "linalg.generic"(%17, %arg7, %14) <{indexing_maps = [#map3, #map4, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg120: f32, %arg121: f32, %arg122: f32):
      %174 = "arith.addf"(%arg120, %arg121) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%174) : (f32) -> ()
    }) : (tensor<1x8xf32>, tensor<8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32>
    %19 = "tensor.expand_shape"(%18) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 1, 2, 4>}> : (tensor<1x8xf32>) -> tensor<1x2x4xf32>
    %20 = "tensor.empty"() : () -> tensor<1x2x4xi64>
    %21 = "linalg.generic"(%20) <{indexing_maps = [#map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 1>}> ({
    ^bb0(%arg119: i64):
      %172 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %173 = "arith.index_cast"(%172) : (index) -> i64
      "linalg.yield"(%173) : (i64) -> ()
    }) : (tensor<1x2x4xi64>) -> tensor<1x2x4xi64>
    %22:2 = "tm_tensor.sort"(%19, %21) <{dimension = 2 : i64, operandSegmentSizes = array<i32: 0, 2>}> ({
    ^bb0(%arg115: f32, %arg116: f32, %arg117: i64, %arg118: i64):
      %171 = "arith.cmpf"(%arg115, %arg116) <{fastmath = #arith.fastmath<none>, predicate = 3 : i64}> : (f32, f32) -> i1
      "tm_tensor.yield"(%171) : (i1) -> ()
    }) : (tensor<1x2x4xf32>, tensor<1x2x4xi64>) -> (tensor<1x2x4xf32>, tensor<1x2x4xi64>)
    %23 = "tensor.extract_slice"(%22#0) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0, 0>, static_sizes = array<i64: 1, 2, 2>, static_strides = array<i64: 1, 1, 1>}> : (tensor<1x2x4xf32>) -> tensor<1x2x2xf32>
    %24 = "tensor.empty"() : () -> tensor<1x2xf32>
    %25 = "linalg.fill"(%2, %24) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg113: f32, %arg114: f32):
      "linalg.yield"(%arg113) : (f32) -> ()
    }) : (f32, tensor<1x2xf32>) -> tensor<1x2xf32>
    %26 = "linalg.generic"(%23, %25) <{indexing_maps = [#map5, #map2], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg111: f32, %arg112: f32):
      %170 = "arith.addf"(%arg111, %arg112) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%170) : (f32) -> ()
    }) : (tensor<1x2x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
    %27 = "tensor.empty"() : () -> tensor<1x2xi64>
    %28 = "linalg.generic"(%27) <{indexing_maps = [#map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 1>}> ({
    ^bb0(%arg110: i64):
      %168 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %169 = "arith.index_cast"(%168) : (index) -> i64
      "linalg.yield"(%169) : (i64) -> ()
    }) : (tensor<1x2xi64>) -> tensor<1x2xi64>
    %29:2 = "tm_tensor.sort"(%26, %28) <{dimension = 1 : i64, operandSegmentSizes = array<i32: 0, 2>}> ({
    ^bb0(%arg106: f32, %arg107: f32, %arg108: i64, %arg109: i64):
      %167 = "arith.cmpf"(%arg106, %arg107) <{fastmath = #arith.fastmath<none>, predicate = 3 : i64}> : (f32, f32) -> i1
      "tm_tensor.yield"(%167) : (i1) -> ()
    }) : (tensor<1x2xf32>, tensor<1x2xi64>) -> (tensor<1x2xf32>, tensor<1x2xi64>)
    %30 = "tensor.extract_slice"(%29#1) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 1, 1>, static_strides = array<i64: 1, 1>}> : (tensor<1x2xi64>) -> tensor<1x1xi64>
    %31 = "tensor.empty"() : () -> tensor<1x1xi64>
    %32 = "linalg.fill"(%3, %31) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg104: i64, %arg105: i64):
      "linalg.yield"(%arg104) : (i64) -> ()
    }) : (i64, tensor<1x1xi64>) -> tensor<1x1xi64>
    %33 = "tensor.empty"() : () -> tensor<1xf32>
    %34 = "linalg.fill"(%2, %33) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg102: f32, %arg103: f32):
      "linalg.yield"(%arg102) : (f32) -> ()
    }) : (f32, tensor<1xf32>) -> tensor<1xf32>
    %35:3 = "linalg.generic"(%32, %32, %34) <{indexing_maps = [#map6, #map6, #map7], iterator_types = [#linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 3>}> ({
    ^bb0(%arg99: i64, %arg100: i64, %arg101: f32):
      %166 = "tensor.extract"(%30, %1, %1) : (tensor<1x1xi64>, index, index) -> i64
      "linalg.yield"(%3, %166, %0) : (i64, i64, f32) -> ()
    }) : (tensor<1x1xi64>, tensor<1x1xi64>, tensor<1xf32>) -> (tensor<1x1xi64>, tensor<1x1xi64>, tensor<1xf32>)
    %36 = "linalg.fill"(%3, %27) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg97: i64, %arg98: i64):
      "linalg.yield"(%arg97) : (i64) -> ()
    }) : (i64, tensor<1x2xi64>) -> tensor<1x2xi64>
    %37 = "tensor.insert_slice"(%35#0, %36) <{operandSegmentSizes = array<i32: 1, 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 1, 1>, static_strides = array<i64: 1, 1>}> : (tensor<1x1xi64>, tensor<1x2xi64>) -> tensor<1x2xi64>
    %38 = "tensor.insert_slice"(%35#1, %37) <{operandSegmentSizes = array<i32: 1, 1, 0, 0, 0>, static_offsets = array<i64: 0, 1>, static_sizes = array<i64: 1, 1>, static_strides = array<i64: 1, 1>}> : (tensor<1x1xi64>, tensor<1x2xi64>) -> tensor<1x2xi64>
    %39 = "tm_tensor.scatter"(%35#2, %38, %4) <{dimension_map = array<i64: 0, 1>, operandSegmentSizes = array<i32: 2, 1>, unique_indices = false}> ({
    ^bb0(%arg95: f32, %arg96: f32):
      "tm_tensor.yield"(%arg95) : (f32) -> ()
    }) : (tensor<1xf32>, tensor<1x2xi64>, tensor<1x2xf32>) -> tensor<1x2xf32>
    %40 = "tensor.empty"() : () -> tensor<1x2x4xf32>
    %41 = "linalg.generic"(%39, %40) <{indexing_maps = [#map2, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg93: f32, %arg94: f32):
      "linalg.yield"(%arg93) : (f32) -> ()
    }) : (tensor<1x2xf32>, tensor<1x2x4xf32>) -> tensor<1x2x4xf32>
    %42 = "tensor.collapse_shape"(%41) <{reassociation = [[0], [1, 2]]}> : (tensor<1x2x4xf32>) -> tensor<1x8xf32>
    %43 = "tensor.empty"() : () -> tensor<1x8xi1>
    %44 = "linalg.generic"(%42, %43) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg91: f32, %arg92: i1):
      %165 = "arith.cmpf"(%arg91, %2) <{fastmath = #arith.fastmath<none>, predicate = 13 : i64}> : (f32, f32) -> i1
      "linalg.yield"(%165) : (i1) -> ()
    }) : (tensor<1x8xf32>, tensor<1x8xi1>) -> tensor<1x8xi1>
    %45 = "linalg.generic"(%44, %43) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg89: i1, %arg90: i1):
      %164 = "arith.xori"(%arg89, %7) : (i1, i1) -> i1
      "linalg.yield"(%164) : (i1) -> ()
    }) : (tensor<1x8xi1>, tensor<1x8xi1>) -> tensor<1x8xi1>
    %46 = "linalg.generic"(%45, %9, %18, %14) <{indexing_maps = [#map3, #map8, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 3, 1>}> ({
    ^bb0(%arg85: i1, %arg86: f32, %arg87: f32, %arg88: f32):
      %163 = "arith.select"(%arg85, %arg86, %arg87) : (i1, f32, f32) -> f32
      "linalg.yield"(%163) : (f32) -> ()
    }) : (tensor<1x8xi1>, tensor<f32>, tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32>
    %47 = "tensor.empty"() : () -> tensor<1x8xi64>
    %48 = "linalg.generic"(%47) <{indexing_maps = [#map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 1>}> ({
    ^bb0(%arg84: i64):
      %161 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %162 = "arith.index_cast"(%161) : (index) -> i64
      "linalg.yield"(%162) : (i64) -> ()
    }) : (tensor<1x8xi64>) -> tensor<1x8xi64>
    %49:2 = "tm_tensor.sort"(%46, %48) <{dimension = 1 : i64, operandSegmentSizes = array<i32: 0, 2>}> ({
    ^bb0(%arg80: f32, %arg81: f32, %arg82: i64, %arg83: i64):
      %160 = "arith.cmpf"(%arg80, %arg81) <{fastmath = #arith.fastmath<none>, predicate = 3 : i64}> : (f32, f32) -> i1
      "tm_tensor.yield"(%160) : (i1) -> ()
    }) : (tensor<1x8xf32>, tensor<1x8xi64>) -> (tensor<1x8xf32>, tensor<1x8xi64>)
    %50 = "tensor.extract_slice"(%49#1) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 1, 3>, static_strides = array<i64: 1, 1>}> : (tensor<1x8xi64>) -> tensor<1x3xi64>
    %51 = "tensor.empty"() : () -> tensor<1x3xf32>
    %52 = "linalg.fill"(%2, %51) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg78: f32, %arg79: f32):
      "linalg.yield"(%arg78) : (f32) -> ()
    }) : (f32, tensor<1x3xf32>) -> tensor<1x3xf32>
    %53 = "linalg.generic"(%50, %52) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg76: i64, %arg77: f32):
      %156 = "arith.index_cast"(%arg76) : (i64) -> index
      %157 = "arith.cmpi"(%156, %5) <{predicate = 2 : i64}> : (index, index) -> i1
      "cf.assert"(%157) <{msg = "index must be smaller than dim size"}> : (i1) -> ()
      %158 = "arith.cmpi"(%arg76, %3) <{predicate = 5 : i64}> : (i64, i64) -> i1
      "cf.assert"(%158) <{msg = "index must be larger or equal to 0"}> : (i1) -> ()
      %159 = "tensor.extract"(%17, %1, %156) : (tensor<1x8xf32>, index, index) -> f32
      "linalg.yield"(%159) : (f32) -> ()
    }) : (tensor<1x3xi64>, tensor<1x3xf32>) -> tensor<1x3xf32>
    %54 = "tensor.empty"() : () -> tensor<1x1xf32>
    %55 = "linalg.fill"(%2, %54) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg74: f32, %arg75: f32):
      "linalg.yield"(%arg74) : (f32) -> ()
    }) : (f32, tensor<1x1xf32>) -> tensor<1x1xf32>
    %56 = "linalg.generic"(%53, %55) <{indexing_maps = [#map3, #map9], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg72: f32, %arg73: f32):
      %155 = "arith.addf"(%arg72, %arg73) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%155) : (f32) -> ()
    }) : (tensor<1x3xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
    %57 = "linalg.generic"(%56, %54) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg70: f32, %arg71: f32):
      %153 = "arith.truncf"(%8) : (f64) -> f32
      %154 = "arith.addf"(%arg70, %153) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%154) : (f32) -> ()
    }) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
    %58 = "linalg.generic"(%53, %57, %51) <{indexing_maps = [#map3, #map9, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg67: f32, %arg68: f32, %arg69: f32):
      %152 = "arith.divf"(%arg67, %arg68) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%152) : (f32) -> ()
    }) : (tensor<1x3xf32>, tensor<1x1xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
    %59 = "linalg.generic"(%58, %51) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg65: f32, %arg66: f32):
      %151 = "arith.mulf"(%arg65, %10) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%151) : (f32) -> ()
    }) : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
    %60 = "tensor.empty"() : () -> tensor<1x3x8xf32>
    %61 = "tensor.collapse_shape"(%arg0) <{reassociation = [[0, 1], [2]]}> : (tensor<1x1x8xf32>) -> tensor<1x8xf32>
    %62 = "linalg.generic"(%61, %60) <{indexing_maps = [#map, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg63: f32, %arg64: f32):
      "linalg.yield"(%arg63) : (f32) -> ()
    }) : (tensor<1x8xf32>, tensor<1x3x8xf32>) -> tensor<1x3x8xf32>
    %63 = "tensor.collapse_shape"(%62) <{reassociation = [[0, 1], [2]]}> : (tensor<1x3x8xf32>) -> tensor<3x8xf32>
    %64 = "tensor.collapse_shape"(%59) <{reassociation = [[0, 1]]}> : (tensor<1x3xf32>) -> tensor<3xf32>
    %65 = "tensor.collapse_shape"(%50) <{reassociation = [[0, 1]]}> : (tensor<1x3xi64>) -> tensor<3xi64>
    %66 = "tensor.empty"() : () -> tensor<3x10x8xf32>
    %67 = "linalg.generic"(%65, %66) <{indexing_maps = [#map10, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg61: i64, %arg62: f32):
      %144 = "arith.cmpi"(%arg61, %3) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %145 = "arith.addi"(%arg61, %6) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %146 = "arith.select"(%144, %145, %arg61) : (i1, i64, i64) -> i64
      %147 = "arith.index_cast"(%146) : (i64) -> index
      %148 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %149 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %150 = "tensor.extract"(%arg1, %147, %148, %149) : (tensor<8x10x8xf32>, index, index, index) -> f32
      "linalg.yield"(%150) : (f32) -> ()
    }) : (tensor<3xi64>, tensor<3x10x8xf32>) -> tensor<3x10x8xf32>
    %68 = "tensor.expand_shape"(%63) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 3, 8, 1>}> : (tensor<3x8xf32>) -> tensor<3x8x1xf32>
    %69 = "tensor.empty"() : () -> tensor<3x10x1xf32>
    %70 = "linalg.fill"(%2, %69) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg59: f32, %arg60: f32):
      "linalg.yield"(%arg59) : (f32) -> ()
    }) : (f32, tensor<3x10x1xf32>) -> tensor<3x10x1xf32>
    %71 = "linalg.batch_matmul"(%67, %68, %70) <{indexing_maps = [#map11, #map12, #map13], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg56: f32, %arg57: f32, %arg58: f32):
      %142 = "arith.mulf"(%arg56, %arg57) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %143 = "arith.addf"(%arg58, %142) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%143) : (f32) -> ()
    }) : (tensor<3x10x8xf32>, tensor<3x8x1xf32>, tensor<3x10x1xf32>) -> tensor<3x10x1xf32>
    %72 = "tensor.collapse_shape"(%71) <{reassociation = [[0], [1, 2]]}> : (tensor<3x10x1xf32>) -> tensor<3x10xf32>
    %73 = "tensor.extract_slice"(%72) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 3, 5>, static_strides = array<i64: 1, 1>}> : (tensor<3x10xf32>) -> tensor<3x5xf32>
    %74 = "tensor.extract_slice"(%72) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 5>, static_sizes = array<i64: 3, 5>, static_strides = array<i64: 1, 1>}> : (tensor<3x10xf32>) -> tensor<3x5xf32>
    %75 = "tensor.empty"() : () -> tensor<3x5xf32>
    %76 = "linalg.generic"(%73, %75) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg54: f32, %arg55: f32):
      %138 = "arith.negf"(%arg54) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %139 = "math.exp"(%138) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %140 = "arith.addf"(%139, %0) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %141 = "arith.divf"(%0, %140) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%141) : (f32) -> ()
    }) : (tensor<3x5xf32>, tensor<3x5xf32>) -> tensor<3x5xf32>
    %77 = "linalg.generic"(%73, %76, %75) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg51: f32, %arg52: f32, %arg53: f32):
      %137 = "arith.mulf"(%arg51, %arg52) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%137) : (f32) -> ()
    }) : (tensor<3x5xf32>, tensor<3x5xf32>, tensor<3x5xf32>) -> tensor<3x5xf32>
    %78 = "linalg.generic"(%77, %74, %75) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg48: f32, %arg49: f32, %arg50: f32):
      %136 = "arith.mulf"(%arg48, %arg49) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%136) : (f32) -> ()
    }) : (tensor<3x5xf32>, tensor<3x5xf32>, tensor<3x5xf32>) -> tensor<3x5xf32>
    %79 = "tensor.empty"() : () -> tensor<3x8x5xf32>
    %80 = "linalg.generic"(%65, %79) <{indexing_maps = [#map10, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg46: i64, %arg47: f32):
      %129 = "arith.cmpi"(%arg46, %3) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %130 = "arith.addi"(%arg46, %6) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %131 = "arith.select"(%129, %130, %arg46) : (i1, i64, i64) -> i64
      %132 = "arith.index_cast"(%131) : (i64) -> index
      %133 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %134 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %135 = "tensor.extract"(%arg2, %132, %133, %134) : (tensor<8x8x5xf32>, index, index, index) -> f32
      "linalg.yield"(%135) : (f32) -> ()
    }) : (tensor<3xi64>, tensor<3x8x5xf32>) -> tensor<3x8x5xf32>
    %81 = "tensor.expand_shape"(%78) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 3, 5, 1>}> : (tensor<3x5xf32>) -> tensor<3x5x1xf32>
    %82 = "tensor.empty"() : () -> tensor<3x8x1xf32>
    %83 = "linalg.fill"(%2, %82) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg44: f32, %arg45: f32):
      "linalg.yield"(%arg44) : (f32) -> ()
    }) : (f32, tensor<3x8x1xf32>) -> tensor<3x8x1xf32>
    %84 = "linalg.batch_matmul"(%80, %81, %83) <{indexing_maps = [#map11, #map12, #map13], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg41: f32, %arg42: f32, %arg43: f32):
      %127 = "arith.mulf"(%arg41, %arg42) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %128 = "arith.addf"(%arg43, %127) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%128) : (f32) -> ()
    }) : (tensor<3x8x5xf32>, tensor<3x5x1xf32>, tensor<3x8x1xf32>) -> tensor<3x8x1xf32>
    %85 = "tensor.collapse_shape"(%84) <{reassociation = [[0], [1, 2]]}> : (tensor<3x8x1xf32>) -> tensor<3x8xf32>
    %86 = "tensor.expand_shape"(%64) <{reassociation = [[0, 1]], static_output_shape = array<i64: 3, 1>}> : (tensor<3xf32>) -> tensor<3x1xf32>
    %87 = "tensor.empty"() : () -> tensor<3x8xf32>
    %88 = "linalg.generic"(%85, %86, %87) <{indexing_maps = [#map3, #map9, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg38: f32, %arg39: f32, %arg40: f32):
      %126 = "arith.mulf"(%arg38, %arg39) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%126) : (f32) -> ()
    }) : (tensor<3x8xf32>, tensor<3x1xf32>, tensor<3x8xf32>) -> tensor<3x8xf32>
    %89 = "tensor.expand_shape"(%88) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 1, 3, 8>}> : (tensor<3x8xf32>) -> tensor<1x3x8xf32>
    %90 = "linalg.generic"(%89, %15) <{indexing_maps = [#map5, #map], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg36: f32, %arg37: f32):
      %125 = "arith.addf"(%arg36, %arg37) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%125) : (f32) -> ()
    }) : (tensor<1x3x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32>
    %91 = "tensor.expand_shape"(%90) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 1, 1, 8>}> : (tensor<1x8xf32>) -> tensor<1x1x8xf32>
    %92 = "tensor.empty"() : () -> tensor<8x5xf32>
    %93 = "linalg.transpose"(%arg4, %92) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg34: f32, %arg35: f32):
      "linalg.yield"(%arg34) : (f32) -> ()
    }) : (tensor<5x8xf32>, tensor<8x5xf32>) -> tensor<8x5xf32>
    %94 = "tensor.empty"() : () -> tensor<1x5xf32>
    %95 = "linalg.fill"(%2, %94) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg32: f32, %arg33: f32):
      "linalg.yield"(%arg32) : (f32) -> ()
    }) : (f32, tensor<1x5xf32>) -> tensor<1x5xf32>
    %96 = "linalg.matmul"(%11, %93, %95) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg29: f32, %arg30: f32, %arg31: f32):
      %123 = "arith.mulf"(%arg29, %arg30) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %124 = "arith.addf"(%arg31, %123) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%124) : (f32) -> ()
    }) : (tensor<1x8xf32>, tensor<8x5xf32>, tensor<1x5xf32>) -> tensor<1x5xf32>
    %97 = "tensor.expand_shape"(%96) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 1, 1, 5>}> : (tensor<1x5xf32>) -> tensor<1x1x5xf32>
    %98 = "tensor.empty"() : () -> tensor<1x1x5xf32>
    %99 = "linalg.generic"(%97, %98) <{indexing_maps = [#map5, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg27: f32, %arg28: f32):
      %119 = "arith.negf"(%arg27) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %120 = "math.exp"(%119) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %121 = "arith.addf"(%120, %0) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %122 = "arith.divf"(%0, %121) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%122) : (f32) -> ()
    }) : (tensor<1x1x5xf32>, tensor<1x1x5xf32>) -> tensor<1x1x5xf32>
    %100 = "linalg.generic"(%97, %99, %98) <{indexing_maps = [#map5, #map5, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg24: f32, %arg25: f32, %arg26: f32):
      %118 = "arith.mulf"(%arg24, %arg25) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%118) : (f32) -> ()
    }) : (tensor<1x1x5xf32>, tensor<1x1x5xf32>, tensor<1x1x5xf32>) -> tensor<1x1x5xf32>
    %101 = "linalg.transpose"(%arg5, %92) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg22: f32, %arg23: f32):
      "linalg.yield"(%arg22) : (f32) -> ()
    }) : (tensor<5x8xf32>, tensor<8x5xf32>) -> tensor<8x5xf32>
    %102 = "linalg.matmul"(%11, %101, %95) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg19: f32, %arg20: f32, %arg21: f32):
      %116 = "arith.mulf"(%arg19, %arg20) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %117 = "arith.addf"(%arg21, %116) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%117) : (f32) -> ()
    }) : (tensor<1x8xf32>, tensor<8x5xf32>, tensor<1x5xf32>) -> tensor<1x5xf32>
    %103 = "tensor.expand_shape"(%102) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 1, 1, 5>}> : (tensor<1x5xf32>) -> tensor<1x1x5xf32>
    %104 = "linalg.generic"(%100, %103, %98) <{indexing_maps = [#map5, #map5, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg16: f32, %arg17: f32, %arg18: f32):
      %115 = "arith.mulf"(%arg16, %arg17) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%115) : (f32) -> ()
    }) : (tensor<1x1x5xf32>, tensor<1x1x5xf32>, tensor<1x1x5xf32>) -> tensor<1x1x5xf32>
    %105 = "tensor.empty"() : () -> tensor<5x8xf32>
    %106 = "linalg.transpose"(%arg6, %105) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg14: f32, %arg15: f32):
      "linalg.yield"(%arg14) : (f32) -> ()
    }) : (tensor<8x5xf32>, tensor<5x8xf32>) -> tensor<5x8xf32>
    %107 = "tensor.collapse_shape"(%104) <{reassociation = [[0], [1, 2]]}> : (tensor<1x1x5xf32>) -> tensor<1x5xf32>
    %108 = "linalg.matmul"(%107, %106, %15) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg11: f32, %arg12: f32, %arg13: f32):
      %113 = "arith.mulf"(%arg11, %arg12) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %114 = "arith.addf"(%arg13, %113) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%114) : (f32) -> ()
    }) : (tensor<1x5xf32>, tensor<5x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32>
    %109 = "tensor.expand_shape"(%108) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 1, 1, 8>}> : (tensor<1x8xf32>) -> tensor<1x1x8xf32>
    %110 = "tensor.empty"() : () -> tensor<1x1x8xf32>
    %111 = "linalg.generic"(%91, %109, %110) <{indexing_maps = [#map5, #map5, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg8: f32, %arg9: f32, %arg10: f32):
      %112 = "arith.addf"(%arg8, %arg9) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%112) : (f32) -> ()
    }) : (tensor<1x1x8xf32>, tensor<1x1x8xf32>, tensor<1x1x8xf32>) -> tensor<1x1x8xf32>
    "func.return"(%111) : (tensor<1x1x8xf32>) -> ()
  }) : () -> ()
}) : () -> ()
