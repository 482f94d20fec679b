#map = affine_map<(d0, d1, d2) -> (d0, d2)>
#map1 = affine_map<(d0, d1, d2) -> (d2, d1)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map3 = affine_map<(d0, d1) -> (d0, d1)>
#map4 = affine_map<(d0) -> (d0, 0)>
#map5 = affine_map<(d0) -> (d0)>
#map6 = affine_map<(d0, d1) -> (d1)>
#map7 = affine_map<(d0, d1) -> (d0, 0)>
#map8 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map9 = affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>
#map10 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map11 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map12 = affine_map<(d0, d1, d2) -> (d1, d2)>
"builtin.module"() ({
  "func.func"() <{function_type = (tensor<1x1x8xf32>, tensor<5x8x12xf32>, tensor<5x6x8xf32>, tensor<5x8xf32>, tensor<6x8xf32>, tensor<6x8xf32>, tensor<8x6xf32>) -> tensor<1x8xf32>, sym_name = "llama4_token"}> ({
  ^bb0(%arg0: tensor<1x1x8xf32>, %arg1: tensor<5x8x12xf32>, %arg2: tensor<5x6x8xf32>, %arg3: tensor<5x8xf32>, %arg4: tensor<6x8xf32>, %arg5: tensor<6x8xf32>, %arg6: tensor<8x6xf32>):
    %0 = "arith.constant"() <{value = 0 : index}> : () -> index
    %1 = "arith.constant"() <{value = 0.000000e+00 : f32}> : () -> f32
    %2 = "arith.constant"() <{value = 0 : i64}> : () -> i64
    %3 = "arith.constant"() <{value = 2 : index}> : () -> index
    %4 = "arith.constant"() <{value = dense<0xFF800000> : tensor<1x5xf32>}> : () -> tensor<1x5xf32>
    %5 = "arith.constant"() <{value = 1.000000e+00 : f32}> : () -> f32
    %6 = "tensor.collapse_shape"(%arg0) <{reassociation = [[0], [1, 2]]}> : (tensor<1x1x8xf32>) -> tensor<1x8xf32>
    %7 = "tensor.empty"() : () -> tensor<8x5xf32>
    %8 = "linalg.transpose"(%arg3, %7) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg87: f32, %arg88: f32):
      "linalg.yield"(%arg87) : (f32) -> ()
    }) : (tensor<5x8xf32>, tensor<8x5xf32>) -> tensor<8x5xf32>
    %9 = "tensor.empty"() : () -> tensor<1x5xf32>
    %10 = "linalg.fill"(%1, %9) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg85: f32, %arg86: f32):
      "linalg.yield"(%arg85) : (f32) -> ()
    }) : (f32, tensor<1x5xf32>) -> tensor<1x5xf32>
    %11 = "linalg.matmul"(%6, %8, %10) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg82: f32, %arg83: f32, %arg84: f32):
      %100 = "arith.mulf"(%arg82, %arg83) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %101 = "arith.addf"(%arg84, %100) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%101) : (f32) -> ()
    }) : (tensor<1x8xf32>, tensor<8x5xf32>, tensor<1x5xf32>) -> tensor<1x5xf32>
    %12 = "tensor.empty"() : () -> tensor<1x5xi64>
    %13 = "linalg.generic"(%12) <{indexing_maps = [#map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 1>}> ({
    ^bb0(%arg81: i64):
      %98 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %99 = "arith.index_cast"(%98) : (index) -> i64
      "linalg.yield"(%99) : (i64) -> ()
    }) : (tensor<1x5xi64>) -> tensor<1x5xi64>
    %14:2 = "tm_tensor.sort"(%11, %13) <{dimension = 1 : i64, operandSegmentSizes = array<i32: 0, 2>}> ({
    ^bb0(%arg77: f32, %arg78: f32, %arg79: i64, %arg80: i64):
      %97 = "arith.cmpf"(%arg77, %arg78) <{fastmath = #arith.fastmath<none>, predicate = 3 : i64}> : (f32, f32) -> i1
      "tm_tensor.yield"(%97) : (i1) -> ()
    }) : (tensor<1x5xf32>, tensor<1x5xi64>) -> (tensor<1x5xf32>, tensor<1x5xi64>)
    %15 = "tensor.extract_slice"(%14#0) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 1, 2>, static_strides = array<i64: 1, 1>}> : (tensor<1x5xf32>) -> tensor<1x2xf32>
    %16 = "tensor.extract_slice"(%14#1) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 1, 2>, static_strides = array<i64: 1, 1>}> : (tensor<1x5xi64>) -> tensor<1x2xi64>
    %17 = "tensor.empty"() : () -> tensor<2x1xi64>
    %18 = "linalg.fill"(%2, %17) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg75: i64, %arg76: i64):
      "linalg.yield"(%arg75) : (i64) -> ()
    }) : (i64, tensor<2x1xi64>) -> tensor<2x1xi64>
    %19 = "tensor.empty"() : () -> tensor<2xf32>
    %20 = "linalg.fill"(%1, %19) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg73: f32, %arg74: f32):
      "linalg.yield"(%arg73) : (f32) -> ()
    }) : (f32, tensor<2xf32>) -> tensor<2xf32>
    %21:3 = "linalg.generic"(%18, %18, %20) <{indexing_maps = [#map4, #map4, #map5], iterator_types = [#linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 3>}> ({
    ^bb0(%arg70: i64, %arg71: i64, %arg72: f32):
      %93 = "linalg.index"() <{dim = 0 : i64}> : () -> index
      %94 = "arith.remsi"(%93, %3) : (index, index) -> index
      %95 = "tensor.extract"(%16, %0, %94) : (tensor<1x2xi64>, index, index) -> i64
      %96 = "tensor.extract"(%15, %0, %94) : (tensor<1x2xf32>, index, index) -> f32
      "linalg.yield"(%2, %95, %96) : (i64, i64, f32) -> ()
    }) : (tensor<2x1xi64>, tensor<2x1xi64>, tensor<2xf32>) -> (tensor<2x1xi64>, tensor<2x1xi64>, tensor<2xf32>)
    %22 = "tensor.empty"() : () -> tensor<2x2xi64>
    %23 = "linalg.fill"(%2, %22) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg68: i64, %arg69: i64):
      "linalg.yield"(%arg68) : (i64) -> ()
    }) : (i64, tensor<2x2xi64>) -> tensor<2x2xi64>
    %24 = "tensor.insert_slice"(%21#0, %23) <{operandSegmentSizes = array<i32: 1, 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 2, 1>, static_strides = array<i64: 1, 1>}> : (tensor<2x1xi64>, tensor<2x2xi64>) -> tensor<2x2xi64>
    %25 = "tensor.insert_slice"(%21#1, %24) <{operandSegmentSizes = array<i32: 1, 1, 0, 0, 0>, static_offsets = array<i64: 0, 1>, static_sizes = array<i64: 2, 1>, static_strides = array<i64: 1, 1>}> : (tensor<2x1xi64>, tensor<2x2xi64>) -> tensor<2x2xi64>
    %26 = "tm_tensor.scatter"(%21#2, %25, %4) <{dimension_map = array<i64: 0, 1>, operandSegmentSizes = array<i32: 2, 1>, unique_indices = false}> ({
    ^bb0(%arg66: f32, %arg67: f32):
      "tm_tensor.yield"(%arg66) : (f32) -> ()
    }) : (tensor<2xf32>, tensor<2x2xi64>, tensor<1x5xf32>) -> tensor<1x5xf32>
    %27 = "linalg.generic"(%26, %9) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg64: f32, %arg65: f32):
      %89 = "arith.negf"(%arg64) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %90 = "math.exp"(%89) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %91 = "arith.addf"(%90, %5) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %92 = "arith.divf"(%5, %91) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%92) : (f32) -> ()
    }) : (tensor<1x5xf32>, tensor<1x5xf32>) -> tensor<1x5xf32>
    %28 = "tensor.empty"() : () -> tensor<5x8xf32>
    %29 = "tensor.collapse_shape"(%arg0) <{reassociation = [[0, 1, 2]]}> : (tensor<1x1x8xf32>) -> tensor<8xf32>
    %30 = "linalg.generic"(%29, %28) <{indexing_maps = [#map6, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg62: f32, %arg63: f32):
      "linalg.yield"(%arg62) : (f32) -> ()
    }) : (tensor<8xf32>, tensor<5x8xf32>) -> tensor<5x8xf32>
    %31 = "tensor.empty"() : () -> tensor<5x1xf32>
    %32 = "linalg.transpose"(%27, %31) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg60: f32, %arg61: f32):
      "linalg.yield"(%arg60) : (f32) -> ()
    }) : (tensor<1x5xf32>, tensor<5x1xf32>) -> tensor<5x1xf32>
    %33 = "linalg.generic"(%30, %32, %28) <{indexing_maps = [#map3, #map7, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg57: f32, %arg58: f32, %arg59: f32):
      %88 = "arith.mulf"(%arg57, %arg58) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%88) : (f32) -> ()
    }) : (tensor<5x8xf32>, tensor<5x1xf32>, tensor<5x8xf32>) -> tensor<5x8xf32>
    %34 = "tensor.expand_shape"(%33) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 5, 1, 8>}> : (tensor<5x8xf32>) -> tensor<5x1x8xf32>
    %35 = "tensor.empty"() : () -> tensor<5x1x12xf32>
    %36 = "linalg.fill"(%1, %35) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg55: f32, %arg56: f32):
      "linalg.yield"(%arg55) : (f32) -> ()
    }) : (f32, tensor<5x1x12xf32>) -> tensor<5x1x12xf32>
    %37 = "linalg.batch_matmul"(%34, %arg1, %36) <{indexing_maps = [#map8, #map9, #map10], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg52: f32, %arg53: f32, %arg54: f32):
      %86 = "arith.mulf"(%arg52, %arg53) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %87 = "arith.addf"(%arg54, %86) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%87) : (f32) -> ()
    }) : (tensor<5x1x8xf32>, tensor<5x8x12xf32>, tensor<5x1x12xf32>) -> tensor<5x1x12xf32>
    %38 = "tensor.extract_slice"(%37) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0, 0>, static_sizes = array<i64: 5, 1, 6>, static_strides = array<i64: 1, 1, 1>}> : (tensor<5x1x12xf32>) -> tensor<5x1x6xf32>
    %39 = "tensor.extract_slice"(%37) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0, 6>, static_sizes = array<i64: 5, 1, 6>, static_strides = array<i64: 1, 1, 1>}> : (tensor<5x1x12xf32>) -> tensor<5x1x6xf32>
    %40 = "tensor.empty"() : () -> tensor<5x1x6xf32>
    %41 = "linalg.generic"(%38, %40) <{indexing_maps = [#map11, #map11], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg50: f32, %arg51: f32):
      %82 = "arith.negf"(%arg50) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %83 = "math.exp"(%82) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %84 = "arith.addf"(%83, %5) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %85 = "arith.divf"(%5, %84) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%85) : (f32) -> ()
    }) : (tensor<5x1x6xf32>, tensor<5x1x6xf32>) -> tensor<5x1x6xf32>
    %42 = "linalg.generic"(%38, %41, %40) <{indexing_maps = [#map11, #map11, #map11], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg47: f32, %arg48: f32, %arg49: f32):
      %81 = "arith.mulf"(%arg47, %arg48) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%81) : (f32) -> ()
    }) : (tensor<5x1x6xf32>, tensor<5x1x6xf32>, tensor<5x1x6xf32>) -> tensor<5x1x6xf32>
    %43 = "linalg.generic"(%39, %42, %40) <{indexing_maps = [#map11, #map11, #map11], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg44: f32, %arg45: f32, %arg46: f32):
      %80 = "arith.mulf"(%arg44, %arg45) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%80) : (f32) -> ()
    }) : (tensor<5x1x6xf32>, tensor<5x1x6xf32>, tensor<5x1x6xf32>) -> tensor<5x1x6xf32>
    %44 = "tensor.empty"() : () -> tensor<5x1x8xf32>
    %45 = "linalg.fill"(%1, %44) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg42: f32, %arg43: f32):
      "linalg.yield"(%arg42) : (f32) -> ()
    }) : (f32, tensor<5x1x8xf32>) -> tensor<5x1x8xf32>
    %46 = "linalg.batch_matmul"(%43, %arg2, %45) <{indexing_maps = [#map8, #map9, #map10], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg39: f32, %arg40: f32, %arg41: f32):
      %78 = "arith.mulf"(%arg39, %arg40) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %79 = "arith.addf"(%arg41, %78) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%79) : (f32) -> ()
    }) : (tensor<5x1x6xf32>, tensor<5x6x8xf32>, tensor<5x1x8xf32>) -> tensor<5x1x8xf32>
    %47 = "tensor.empty"() : () -> tensor<8x6xf32>
    %48 = "linalg.transpose"(%arg4, %47) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg37: f32, %arg38: f32):
      "linalg.yield"(%arg37) : (f32) -> ()
    }) : (tensor<6x8xf32>, tensor<8x6xf32>) -> tensor<8x6xf32>
    %49 = "tensor.empty"() : () -> tensor<1x6xf32>
    %50 = "linalg.fill"(%1, %49) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg35: f32, %arg36: f32):
      "linalg.yield"(%arg35) : (f32) -> ()
    }) : (f32, tensor<1x6xf32>) -> tensor<1x6xf32>
    %51 = "linalg.matmul"(%6, %48, %50) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg32: f32, %arg33: f32, %arg34: f32):
      %76 = "arith.mulf"(%arg32, %arg33) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %77 = "arith.addf"(%arg34, %76) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%77) : (f32) -> ()
    }) : (tensor<1x8xf32>, tensor<8x6xf32>, tensor<1x6xf32>) -> tensor<1x6xf32>
    %52 = "linalg.generic"(%51, %49) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg30: f32, %arg31: f32):
      %72 = "arith.negf"(%arg30) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %73 = "math.exp"(%72) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %74 = "arith.addf"(%73, %5) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %75 = "arith.divf"(%5, %74) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%75) : (f32) -> ()
    }) : (tensor<1x6xf32>, tensor<1x6xf32>) -> tensor<1x6xf32>
    %53 = "linalg.generic"(%51, %52, %49) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg27: f32, %arg28: f32, %arg29: f32):
      %71 = "arith.mulf"(%arg27, %arg28) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%71) : (f32) -> ()
    }) : (tensor<1x6xf32>, tensor<1x6xf32>, tensor<1x6xf32>) -> tensor<1x6xf32>
    %54 = "linalg.transpose"(%arg5, %47) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg25: f32, %arg26: f32):
      "linalg.yield"(%arg25) : (f32) -> ()
    }) : (tensor<6x8xf32>, tensor<8x6xf32>) -> tensor<8x6xf32>
    %55 = "linalg.matmul"(%6, %54, %50) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg22: f32, %arg23: f32, %arg24: f32):
      %69 = "arith.mulf"(%arg22, %arg23) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %70 = "arith.addf"(%arg24, %69) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%70) : (f32) -> ()
    }) : (tensor<1x8xf32>, tensor<8x6xf32>, tensor<1x6xf32>) -> tensor<1x6xf32>
    %56 = "linalg.generic"(%53, %55, %49) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg19: f32, %arg20: f32, %arg21: f32):
      %68 = "arith.mulf"(%arg19, %arg20) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%68) : (f32) -> ()
    }) : (tensor<1x6xf32>, tensor<1x6xf32>, tensor<1x6xf32>) -> tensor<1x6xf32>
    %57 = "tensor.empty"() : () -> tensor<6x8xf32>
    %58 = "linalg.transpose"(%arg6, %57) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg17: f32, %arg18: f32):
      "linalg.yield"(%arg17) : (f32) -> ()
    }) : (tensor<8x6xf32>, tensor<6x8xf32>) -> tensor<6x8xf32>
    %59 = "tensor.empty"() : () -> tensor<1x8xf32>
    %60 = "linalg.fill"(%1, %59) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg15: f32, %arg16: f32):
      "linalg.yield"(%arg15) : (f32) -> ()
    }) : (f32, tensor<1x8xf32>) -> tensor<1x8xf32>
    %61 = "linalg.matmul"(%56, %58, %60) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg12: f32, %arg13: f32, %arg14: f32):
      %66 = "arith.mulf"(%arg12, %arg13) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %67 = "arith.addf"(%arg14, %66) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%67) : (f32) -> ()
    }) : (tensor<1x6xf32>, tensor<6x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32>
    %62 = "linalg.generic"(%46, %60) <{indexing_maps = [#map11, #map12], iterator_types = [#linalg.iterator_type<reduction>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg10: f32, %arg11: f32):
      %65 = "arith.addf"(%arg10, %arg11) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%65) : (f32) -> ()
    }) : (tensor<5x1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32>
    %63 = "linalg.generic"(%61, %62, %59) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg7: f32, %arg8: f32, %arg9: f32):
      %64 = "arith.addf"(%arg7, %arg8) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%64) : (f32) -> ()
    }) : (tensor<1x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32>
    "func.return"(%63) : (tensor<1x8xf32>) -> ()
  }) : () -> ()
}) : () -> ()
