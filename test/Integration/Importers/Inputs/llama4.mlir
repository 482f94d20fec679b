#map = affine_map<(d0, d1, d2) -> (d0, d2)>
#map1 = affine_map<(d0, d1, d2) -> (d2, d1)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map3 = affine_map<(d0, d1) -> (d0, d1)>
#map4 = affine_map<(d0) -> (d0, 0)>
#map5 = affine_map<(d0) -> (d0)>
#map6 = affine_map<(d0, d1, d2) -> (d1, d2)>
#map7 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map8 = affine_map<(d0, d1) -> (d0, 0)>
#map9 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map10 = affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>
#map11 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
"builtin.module"() ({
  "func.func"() <{function_type = (tensor<1x6x9xf32>, tensor<4x9x22xf32>, tensor<4x11x9xf32>, tensor<4x9xf32>, tensor<11x9xf32>, tensor<11x9xf32>, tensor<9x11xf32>) -> tensor<6x9xf32>, sym_name = "llama4"}> ({
  ^bb0(%arg0: tensor<1x6x9xf32>, %arg1: tensor<4x9x22xf32>, %arg2: tensor<4x11x9xf32>, %arg3: tensor<4x9xf32>, %arg4: tensor<11x9xf32>, %arg5: tensor<11x9xf32>, %arg6: tensor<9x11xf32>):
    %0 = "arith.constant"() <{value = 0 : index}> : () -> index
    %1 = "arith.constant"() <{value = 0.000000e+00 : f32}> : () -> f32
    %2 = "arith.constant"() <{value = 0 : i64}> : () -> i64
    %3 = "arith.constant"() <{value = 6 : index}> : () -> index
    %4 = "arith.constant"() <{value = dense<0xFF800000> : tensor<6x4xf32>}> : () -> tensor<6x4xf32>
    %5 = "arith.constant"() <{value = 1.000000e+00 : f32}> : () -> f32
    %6 = "tensor.collapse_shape"(%arg0) <{reassociation = [[0, 1], [2]]}> : (tensor<1x6x9xf32>) -> tensor<6x9xf32>
    %7 = "tensor.empty"() : () -> tensor<9x4xf32>
    %8 = "linalg.transpose"(%arg3, %7) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg87: f32, %arg88: f32):
      "linalg.yield"(%arg87) : (f32) -> ()
    }) : (tensor<4x9xf32>, tensor<9x4xf32>) -> tensor<9x4xf32>
    %9 = "tensor.empty"() : () -> tensor<6x4xf32>
    %10 = "linalg.fill"(%1, %9) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg85: f32, %arg86: f32):
      "linalg.yield"(%arg85) : (f32) -> ()
    }) : (f32, tensor<6x4xf32>) -> tensor<6x4xf32>
    %11 = "linalg.matmul"(%6, %8, %10) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg82: f32, %arg83: f32, %arg84: f32):
      %103 = "arith.mulf"(%arg82, %arg83) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %104 = "arith.addf"(%arg84, %103) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%104) : (f32) -> ()
    }) : (tensor<6x9xf32>, tensor<9x4xf32>, tensor<6x4xf32>) -> tensor<6x4xf32>
    %12 = "tensor.empty"() : () -> tensor<6x4xi64>
    %13 = "linalg.generic"(%12) <{indexing_maps = [#map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 1>}> ({
    ^bb0(%arg81: i64):
      %101 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %102 = "arith.index_cast"(%101) : (index) -> i64
      "linalg.yield"(%102) : (i64) -> ()
    }) : (tensor<6x4xi64>) -> tensor<6x4xi64>
    %14:2 = "tm_tensor.sort"(%11, %13) <{dimension = 1 : i64, operandSegmentSizes = array<i32: 0, 2>}> ({
    ^bb0(%arg77: f32, %arg78: f32, %arg79: i64, %arg80: i64):
      %100 = "arith.cmpf"(%arg77, %arg78) <{fastmath = #arith.fastmath<none>, predicate = 3 : i64}> : (f32, f32) -> i1
      "tm_tensor.yield"(%100) : (i1) -> ()
    }) : (tensor<6x4xf32>, tensor<6x4xi64>) -> (tensor<6x4xf32>, tensor<6x4xi64>)
    %15 = "tensor.extract_slice"(%14#0) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 6, 1>, static_strides = array<i64: 1, 1>}> : (tensor<6x4xf32>) -> tensor<6x1xf32>
    %16 = "tensor.extract_slice"(%14#1) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 6, 1>, static_strides = array<i64: 1, 1>}> : (tensor<6x4xi64>) -> tensor<6x1xi64>
    %17 = "tensor.empty"() : () -> tensor<6x1xi64>
    %18 = "linalg.fill"(%2, %17) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg75: i64, %arg76: i64):
      "linalg.yield"(%arg75) : (i64) -> ()
    }) : (i64, tensor<6x1xi64>) -> tensor<6x1xi64>
    %19 = "tensor.empty"() : () -> tensor<6xf32>
    %20 = "linalg.fill"(%1, %19) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg73: f32, %arg74: f32):
      "linalg.yield"(%arg73) : (f32) -> ()
    }) : (f32, tensor<6xf32>) -> tensor<6xf32>
    %21:3 = "linalg.generic"(%18, %18, %20) <{indexing_maps = [#map4, #map4, #map5], iterator_types = [#linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 3>}> ({
    ^bb0(%arg70: i64, %arg71: i64, %arg72: f32):
      %95 = "linalg.index"() <{dim = 0 : i64}> : () -> index
      %96 = "arith.remsi"(%95, %3) : (index, index) -> index
      %97 = "tensor.extract"(%16, %96, %0) : (tensor<6x1xi64>, index, index) -> i64
      %98 = "tensor.extract"(%15, %96, %0) : (tensor<6x1xf32>, index, index) -> f32
      %99 = "arith.index_cast"(%96) : (index) -> i64
      "linalg.yield"(%99, %97, %98) : (i64, i64, f32) -> ()
    }) : (tensor<6x1xi64>, tensor<6x1xi64>, tensor<6xf32>) -> (tensor<6x1xi64>, tensor<6x1xi64>, tensor<6xf32>)
    %22 = "tensor.empty"() : () -> tensor<6x2xi64>
    %23 = "linalg.fill"(%2, %22) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg68: i64, %arg69: i64):
      "linalg.yield"(%arg68) : (i64) -> ()
    }) : (i64, tensor<6x2xi64>) -> tensor<6x2xi64>
    %24 = "tensor.insert_slice"(%21#0, %23) <{operandSegmentSizes = array<i32: 1, 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 6, 1>, static_strides = array<i64: 1, 1>}> : (tensor<6x1xi64>, tensor<6x2xi64>) -> tensor<6x2xi64>
    %25 = "tensor.insert_slice"(%21#1, %24) <{operandSegmentSizes = array<i32: 1, 1, 0, 0, 0>, static_offsets = array<i64: 0, 1>, static_sizes = array<i64: 6, 1>, static_strides = array<i64: 1, 1>}> : (tensor<6x1xi64>, tensor<6x2xi64>) -> tensor<6x2xi64>
    %26 = "tm_tensor.scatter"(%21#2, %25, %4) <{dimension_map = array<i64: 0, 1>, operandSegmentSizes = array<i32: 2, 1>, unique_indices = false}> ({
    ^bb0(%arg66: f32, %arg67: f32):
      "tm_tensor.yield"(%arg66) : (f32) -> ()
    }) : (tensor<6xf32>, tensor<6x2xi64>, tensor<6x4xf32>) -> tensor<6x4xf32>
    %27 = "linalg.generic"(%26, %9) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg64: f32, %arg65: f32):
      %91 = "arith.negf"(%arg64) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %92 = "math.exp"(%91) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %93 = "arith.addf"(%92, %5) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %94 = "arith.divf"(%5, %93) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%94) : (f32) -> ()
    }) : (tensor<6x4xf32>, tensor<6x4xf32>) -> tensor<6x4xf32>
    %28 = "tensor.empty"() : () -> tensor<4x6x9xf32>
    %29 = "linalg.generic"(%6, %28) <{indexing_maps = [#map6, #map7], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg62: f32, %arg63: f32):
      "linalg.yield"(%arg62) : (f32) -> ()
    }) : (tensor<6x9xf32>, tensor<4x6x9xf32>) -> tensor<4x6x9xf32>
    %30 = "tensor.collapse_shape"(%29) <{reassociation = [[0, 1], [2]]}> : (tensor<4x6x9xf32>) -> tensor<24x9xf32>
    %31 = "tensor.empty"() : () -> tensor<4x6xf32>
    %32 = "linalg.transpose"(%27, %31) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg60: f32, %arg61: f32):
      "linalg.yield"(%arg60) : (f32) -> ()
    }) : (tensor<6x4xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
    %33 = "tensor.collapse_shape"(%32) <{reassociation = [[0, 1]]}> : (tensor<4x6xf32>) -> tensor<24xf32>
    %34 = "tensor.expand_shape"(%33) <{reassociation = [[0, 1]], static_output_shape = array<i64: 24, 1>}> : (tensor<24xf32>) -> tensor<24x1xf32>
    %35 = "tensor.empty"() : () -> tensor<24x9xf32>
    %36 = "linalg.generic"(%30, %34, %35) <{indexing_maps = [#map3, #map8, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg57: f32, %arg58: f32, %arg59: f32):
      %90 = "arith.mulf"(%arg57, %arg58) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%90) : (f32) -> ()
    }) : (tensor<24x9xf32>, tensor<24x1xf32>, tensor<24x9xf32>) -> tensor<24x9xf32>
    %37 = "tensor.expand_shape"(%36) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 4, 6, 9>}> : (tensor<24x9xf32>) -> tensor<4x6x9xf32>
    %38 = "tensor.empty"() : () -> tensor<4x6x22xf32>
    %39 = "linalg.fill"(%1, %38) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg55: f32, %arg56: f32):
      "linalg.yield"(%arg55) : (f32) -> ()
    }) : (f32, tensor<4x6x22xf32>) -> tensor<4x6x22xf32>
    %40 = "linalg.batch_matmul"(%37, %arg1, %39) <{indexing_maps = [#map9, #map10, #map11], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg52: f32, %arg53: f32, %arg54: f32):
      %88 = "arith.mulf"(%arg52, %arg53) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %89 = "arith.addf"(%arg54, %88) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%89) : (f32) -> ()
    }) : (tensor<4x6x9xf32>, tensor<4x9x22xf32>, tensor<4x6x22xf32>) -> tensor<4x6x22xf32>
    %41 = "tensor.extract_slice"(%40) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0, 0>, static_sizes = array<i64: 4, 6, 11>, static_strides = array<i64: 1, 1, 1>}> : (tensor<4x6x22xf32>) -> tensor<4x6x11xf32>
    %42 = "tensor.extract_slice"(%40) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0, 11>, static_sizes = array<i64: 4, 6, 11>, static_strides = array<i64: 1, 1, 1>}> : (tensor<4x6x22xf32>) -> tensor<4x6x11xf32>
    %43 = "tensor.empty"() : () -> tensor<4x6x11xf32>
    %44 = "linalg.generic"(%41, %43) <{indexing_maps = [#map7, #map7], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg50: f32, %arg51: f32):
      %84 = "arith.negf"(%arg50) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %85 = "math.exp"(%84) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %86 = "arith.addf"(%85, %5) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %87 = "arith.divf"(%5, %86) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%87) : (f32) -> ()
    }) : (tensor<4x6x11xf32>, tensor<4x6x11xf32>) -> tensor<4x6x11xf32>
    %45 = "linalg.generic"(%41, %44, %43) <{indexing_maps = [#map7, #map7, #map7], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg47: f32, %arg48: f32, %arg49: f32):
      %83 = "arith.mulf"(%arg47, %arg48) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%83) : (f32) -> ()
    }) : (tensor<4x6x11xf32>, tensor<4x6x11xf32>, tensor<4x6x11xf32>) -> tensor<4x6x11xf32>
    %46 = "linalg.generic"(%42, %45, %43) <{indexing_maps = [#map7, #map7, #map7], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg44: f32, %arg45: f32, %arg46: f32):
      %82 = "arith.mulf"(%arg44, %arg45) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%82) : (f32) -> ()
    }) : (tensor<4x6x11xf32>, tensor<4x6x11xf32>, tensor<4x6x11xf32>) -> tensor<4x6x11xf32>
    %47 = "linalg.fill"(%1, %28) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg42: f32, %arg43: f32):
      "linalg.yield"(%arg42) : (f32) -> ()
    }) : (f32, tensor<4x6x9xf32>) -> tensor<4x6x9xf32>
    %48 = "linalg.batch_matmul"(%46, %arg2, %47) <{indexing_maps = [#map9, #map10, #map11], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg39: f32, %arg40: f32, %arg41: f32):
      %80 = "arith.mulf"(%arg39, %arg40) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %81 = "arith.addf"(%arg41, %80) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%81) : (f32) -> ()
    }) : (tensor<4x6x11xf32>, tensor<4x11x9xf32>, tensor<4x6x9xf32>) -> tensor<4x6x9xf32>
    %49 = "tensor.empty"() : () -> tensor<9x11xf32>
    %50 = "linalg.transpose"(%arg4, %49) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg37: f32, %arg38: f32):
      "linalg.yield"(%arg37) : (f32) -> ()
    }) : (tensor<11x9xf32>, tensor<9x11xf32>) -> tensor<9x11xf32>
    %51 = "tensor.empty"() : () -> tensor<6x11xf32>
    %52 = "linalg.fill"(%1, %51) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg35: f32, %arg36: f32):
      "linalg.yield"(%arg35) : (f32) -> ()
    }) : (f32, tensor<6x11xf32>) -> tensor<6x11xf32>
    %53 = "linalg.matmul"(%6, %50, %52) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg32: f32, %arg33: f32, %arg34: f32):
      %78 = "arith.mulf"(%arg32, %arg33) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %79 = "arith.addf"(%arg34, %78) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%79) : (f32) -> ()
    }) : (tensor<6x9xf32>, tensor<9x11xf32>, tensor<6x11xf32>) -> tensor<6x11xf32>
    %54 = "linalg.generic"(%53, %51) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg30: f32, %arg31: f32):
      %74 = "arith.negf"(%arg30) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %75 = "math.exp"(%74) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %76 = "arith.addf"(%75, %5) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %77 = "arith.divf"(%5, %76) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%77) : (f32) -> ()
    }) : (tensor<6x11xf32>, tensor<6x11xf32>) -> tensor<6x11xf32>
    %55 = "linalg.generic"(%53, %54, %51) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg27: f32, %arg28: f32, %arg29: f32):
      %73 = "arith.mulf"(%arg27, %arg28) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%73) : (f32) -> ()
    }) : (tensor<6x11xf32>, tensor<6x11xf32>, tensor<6x11xf32>) -> tensor<6x11xf32>
    %56 = "linalg.transpose"(%arg5, %49) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg25: f32, %arg26: f32):
      "linalg.yield"(%arg25) : (f32) -> ()
    }) : (tensor<11x9xf32>, tensor<9x11xf32>) -> tensor<9x11xf32>
    %57 = "linalg.matmul"(%6, %56, %52) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg22: f32, %arg23: f32, %arg24: f32):
      %71 = "arith.mulf"(%arg22, %arg23) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %72 = "arith.addf"(%arg24, %71) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%72) : (f32) -> ()
    }) : (tensor<6x9xf32>, tensor<9x11xf32>, tensor<6x11xf32>) -> tensor<6x11xf32>
    %58 = "linalg.generic"(%55, %57, %51) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg19: f32, %arg20: f32, %arg21: f32):
      %70 = "arith.mulf"(%arg19, %arg20) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%70) : (f32) -> ()
    }) : (tensor<6x11xf32>, tensor<6x11xf32>, tensor<6x11xf32>) -> tensor<6x11xf32>
    %59 = "tensor.empty"() : () -> tensor<11x9xf32>
    %60 = "linalg.transpose"(%arg6, %59) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg17: f32, %arg18: f32):
      "linalg.yield"(%arg17) : (f32) -> ()
    }) : (tensor<9x11xf32>, tensor<11x9xf32>) -> tensor<11x9xf32>
    %61 = "tensor.empty"() : () -> tensor<6x9xf32>
    %62 = "linalg.fill"(%1, %61) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg15: f32, %arg16: f32):
      "linalg.yield"(%arg15) : (f32) -> ()
    }) : (f32, tensor<6x9xf32>) -> tensor<6x9xf32>
    %63 = "linalg.matmul"(%58, %60, %62) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg12: f32, %arg13: f32, %arg14: f32):
      %68 = "arith.mulf"(%arg12, %arg13) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %69 = "arith.addf"(%arg14, %68) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%69) : (f32) -> ()
    }) : (tensor<6x11xf32>, tensor<11x9xf32>, tensor<6x9xf32>) -> tensor<6x9xf32>
    %64 = "linalg.generic"(%48, %62) <{indexing_maps = [#map7, #map6], iterator_types = [#linalg.iterator_type<reduction>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg10: f32, %arg11: f32):
      %67 = "arith.addf"(%arg10, %arg11) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%67) : (f32) -> ()
    }) : (tensor<4x6x9xf32>, tensor<6x9xf32>) -> tensor<6x9xf32>
    %65 = "linalg.generic"(%63, %64, %61) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg7: f32, %arg8: f32, %arg9: f32):
      %66 = "arith.addf"(%arg7, %arg8) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%66) : (f32) -> ()
    }) : (tensor<6x9xf32>, tensor<6x9xf32>, tensor<6x9xf32>) -> tensor<6x9xf32>
    "func.return"(%65) : (tensor<6x9xf32>) -> ()
  }) : () -> ()
}) : () -> ()
