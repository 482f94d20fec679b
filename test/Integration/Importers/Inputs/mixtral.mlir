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
  "func.func"() <{function_type = (tensor<2x4x12xf32>, tensor<5x12xf32>, tensor<5x20x12xf32>, tensor<5x12x10xf32>) -> tensor<2x4x12xf32>, sym_name = "mixtral"}> ({
  ^bb0(%arg0: tensor<2x4x12xf32>, %arg1: tensor<5x12xf32>, %arg2: tensor<5x20x12xf32>, %arg3: tensor<5x12x10xf32>):
    %0 = "arith.constant"() <{value = 0 : i64}> : () -> i64
    %1 = "arith.constant"() <{value = 0.000000e+00 : f32}> : () -> f32
    %2 = "arith.constant"() <{value = 0xFF800000 : f32}> : () -> f32
    %3 = "arith.constant"() <{value = 5 : i64}> : () -> i64
    %4 = "arith.constant"() <{value = 1.000000e+00 : f32}> : () -> f32
    %5 = "tensor.collapse_shape"(%arg0) <{reassociation = [[0, 1], [2]]}> : (tensor<2x4x12xf32>) -> tensor<8x12xf32>
    %6 = "tensor.empty"() : () -> tensor<12x5xf32>
    %7 = "linalg.transpose"(%arg1, %6) <{permutation = array<i64: 1, 0>}> ({
    ^bb0(%arg69: f32, %arg70: f32):
      "linalg.yield"(%arg69) : (f32) -> ()
    }) : (tensor<5x12xf32>, tensor<12x5xf32>) -> tensor<12x5xf32>
    %8 = "tensor.empty"() : () -> tensor<8x5xf32>
    %9 = "linalg.fill"(%1, %8) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg67: f32, %arg68: f32):
      "linalg.yield"(%arg67) : (f32) -> ()
    }) : (f32, tensor<8x5xf32>) -> tensor<8x5xf32>
    %10 = "linalg.matmul"(%5, %7, %9) <{indexing_maps = [#map, #map1, #map2], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg64: f32, %arg65: f32, %arg66: f32):
      %104 = "arith.mulf"(%arg64, %arg65) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %105 = "arith.addf"(%arg66, %104) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%105) : (f32) -> ()
    }) : (tensor<8x12xf32>, tensor<12x5xf32>, tensor<8x5xf32>) -> tensor<8x5xf32>
    %11 = "tensor.empty"() : () -> tensor<8xi64>
    %12 = "linalg.fill"(%0, %11) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg62: i64, %arg63: i64):
      "linalg.yield"(%arg62) : (i64) -> ()
    }) : (i64, tensor<8xi64>) -> tensor<8xi64>
    %13 = "tensor.empty"() : () -> tensor<8xf32>
    %14 = "linalg.fill"(%2, %13) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg60: f32, %arg61: f32):
      "linalg.yield"(%arg60) : (f32) -> ()
    }) : (f32, tensor<8xf32>) -> tensor<8xf32>
    %15:2 = "linalg.generic"(%10, %14, %12) <{indexing_maps = [#map3, #map4, #map4], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 2>}> ({
    ^bb0(%arg57: f32, %arg58: f32, %arg59: i64):
      %99 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %100 = "arith.index_cast"(%99) : (index) -> i64
      %101 = "arith.maximumf"(%arg57, %arg58) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %102 = "arith.cmpf"(%arg57, %arg58) <{fastmath = #arith.fastmath<none>, predicate = 2 : i64}> : (f32, f32) -> i1
      %103 = "arith.select"(%102, %100, %arg59) : (i1, i64, i64) -> i64
      "linalg.yield"(%101, %103) : (f32, i64) -> ()
    }) : (tensor<8x5xf32>, tensor<8xf32>, tensor<8xi64>) -> (tensor<8xf32>, tensor<8xi64>)
    %16 = "tensor.expand_shape"(%15#0) <{reassociation = [[0, 1]], static_output_shape = array<i64: 8, 1>}> : (tensor<8xf32>) -> tensor<8x1xf32>
    %17 = "linalg.generic"(%10, %16, %8) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg54: f32, %arg55: f32, %arg56: f32):
      %98 = "arith.subf"(%arg54, %arg55) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%98) : (f32) -> ()
    }) : (tensor<8x5xf32>, tensor<8x1xf32>, tensor<8x5xf32>) -> tensor<8x5xf32>
    %18 = "linalg.generic"(%17, %8) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg52: f32, %arg53: f32):
      %97 = "math.exp"(%arg52) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      "linalg.yield"(%97) : (f32) -> ()
    }) : (tensor<8x5xf32>, tensor<8x5xf32>) -> tensor<8x5xf32>
    %19 = "tensor.empty"() : () -> tensor<8x1xf32>
    %20 = "linalg.fill"(%1, %19) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg50: f32, %arg51: f32):
      "linalg.yield"(%arg50) : (f32) -> ()
    }) : (f32, tensor<8x1xf32>) -> tensor<8x1xf32>
    %21 = "linalg.generic"(%18, %20) <{indexing_maps = [#map3, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg48: f32, %arg49: f32):
      %96 = "arith.addf"(%arg48, %arg49) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%96) : (f32) -> ()
    }) : (tensor<8x5xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
    %22 = "linalg.generic"(%18, %21, %8) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg45: f32, %arg46: f32, %arg47: f32):
      %95 = "arith.divf"(%arg45, %arg46) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%95) : (f32) -> ()
    }) : (tensor<8x5xf32>, tensor<8x1xf32>, tensor<8x5xf32>) -> tensor<8x5xf32>
    %23 = "tensor.empty"() : () -> tensor<8x5xi64>
    %24 = "linalg.generic"(%23) <{indexing_maps = [#map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 0, 1>}> ({
    ^bb0(%arg44: i64):
      %93 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %94 = "arith.index_cast"(%93) : (index) -> i64
      "linalg.yield"(%94) : (i64) -> ()
    }) : (tensor<8x5xi64>) -> tensor<8x5xi64>
    %25:2 = "tm_tensor.sort"(%22, %24) <{dimension = 1 : i64, operandSegmentSizes = array<i32: 0, 2>}> ({
    ^bb0(%arg40: f32, %arg41: f32, %arg42: i64, %arg43: i64):
      %92 = "arith.cmpf"(%arg40, %arg41) <{fastmath = #arith.fastmath<none>, predicate = 3 : i64}> : (f32, f32) -> i1
      "tm_tensor.yield"(%92) : (i1) -> ()
    }) : (tensor<8x5xf32>, tensor<8x5xi64>) -> (tensor<8x5xf32>, tensor<8x5xi64>)
    %26 = "tensor.extract_slice"(%25#0) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 8, 2>, static_strides = array<i64: 1, 1>}> : (tensor<8x5xf32>) -> tensor<8x2xf32>
    %27 = "tensor.extract_slice"(%25#1) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 8, 2>, static_strides = array<i64: 1, 1>}> : (tensor<8x5xi64>) -> tensor<8x2xi64>
    %28 = "linalg.generic"(%26, %20) <{indexing_maps = [#map3, #map5], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg38: f32, %arg39: f32):
      %91 = "arith.addf"(%arg38, %arg39) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%91) : (f32) -> ()
    }) : (tensor<8x2xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
    %29 = "tensor.empty"() : () -> tensor<8x2xf32>
    %30 = "linalg.generic"(%26, %28, %29) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg35: f32, %arg36: f32, %arg37: f32):
      %90 = "arith.divf"(%arg35, %arg36) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%90) : (f32) -> ()
    }) : (tensor<8x2xf32>, tensor<8x1xf32>, tensor<8x2xf32>) -> tensor<8x2xf32>
    %31 = "tensor.empty"() : () -> tensor<8x2x12xf32>
    %32 = "linalg.generic"(%5, %31) <{indexing_maps = [#map, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg33: f32, %arg34: f32):
      "linalg.yield"(%arg33) : (f32) -> ()
    }) : (tensor<8x12xf32>, tensor<8x2x12xf32>) -> tensor<8x2x12xf32>
    %33 = "tensor.collapse_shape"(%32) <{reassociation = [[0, 1], [2]]}> : (tensor<8x2x12xf32>) -> tensor<16x12xf32>
    %34 = "tensor.collapse_shape"(%27) <{reassociation = [[0, 1]]}> : (tensor<8x2xi64>) -> tensor<16xi64>
    %35 = "tensor.empty"() : () -> tensor<16x20x12xf32>
    %36 = "linalg.generic"(%34, %35) <{indexing_maps = [#map7, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg31: i64, %arg32: f32):
      %83 = "arith.cmpi"(%arg31, %0) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %84 = "arith.addi"(%arg31, %3) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %85 = "arith.select"(%83, %84, %arg31) : (i1, i64, i64) -> i64
      %86 = "arith.index_cast"(%85) : (i64) -> index
      %87 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %88 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %89 = "tensor.extract"(%arg2, %86, %87, %88) : (tensor<5x20x12xf32>, index, index, index) -> f32
      "linalg.yield"(%89) : (f32) -> ()
    }) : (tensor<16xi64>, tensor<16x20x12xf32>) -> tensor<16x20x12xf32>
    %37 = "tensor.expand_shape"(%33) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 16, 12, 1>}> : (tensor<16x12xf32>) -> tensor<16x12x1xf32>
    %38 = "tensor.empty"() : () -> tensor<16x20x1xf32>
    %39 = "linalg.fill"(%1, %38) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg29: f32, %arg30: f32):
      "linalg.yield"(%arg29) : (f32) -> ()
    }) : (f32, tensor<16x20x1xf32>) -> tensor<16x20x1xf32>
    %40 = "linalg.batch_matmul"(%36, %37, %39) <{indexing_maps = [#map8, #map9, #map10], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg26: f32, %arg27: f32, %arg28: f32):
      %81 = "arith.mulf"(%arg26, %arg27) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %82 = "arith.addf"(%arg28, %81) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%82) : (f32) -> ()
    }) : (tensor<16x20x12xf32>, tensor<16x12x1xf32>, tensor<16x20x1xf32>) -> tensor<16x20x1xf32>
    %41 = "tensor.collapse_shape"(%40) <{reassociation = [[0], [1, 2]]}> : (tensor<16x20x1xf32>) -> tensor<16x20xf32>
    %42 = "tensor.extract_slice"(%41) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 16, 10>, static_strides = array<i64: 1, 1>}> : (tensor<16x20xf32>) -> tensor<16x10xf32>
    %43 = "tensor.extract_slice"(%41) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>, static_offsets = array<i64: 0, 10>, static_sizes = array<i64: 16, 10>, static_strides = array<i64: 1, 1>}> : (tensor<16x20xf32>) -> tensor<16x10xf32>
    %44 = "tensor.empty"() : () -> tensor<16x10xf32>
    %45 = "linalg.generic"(%42, %44) <{indexing_maps = [#map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg24: f32, %arg25: f32):
      %77 = "arith.negf"(%arg24) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %78 = "math.exp"(%77) <{fastmath = #arith.fastmath<none>}> : (f32) -> f32
      %79 = "arith.addf"(%78, %4) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %80 = "arith.divf"(%4, %79) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%80) : (f32) -> ()
    }) : (tensor<16x10xf32>, tensor<16x10xf32>) -> tensor<16x10xf32>
    %46 = "linalg.generic"(%42, %45, %44) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg21: f32, %arg22: f32, %arg23: f32):
      %76 = "arith.mulf"(%arg21, %arg22) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%76) : (f32) -> ()
    }) : (tensor<16x10xf32>, tensor<16x10xf32>, tensor<16x10xf32>) -> tensor<16x10xf32>
    %47 = "linalg.generic"(%46, %43, %44) <{indexing_maps = [#map3, #map3, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg18: f32, %arg19: f32, %arg20: f32):
      %75 = "arith.mulf"(%arg18, %arg19) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%75) : (f32) -> ()
    }) : (tensor<16x10xf32>, tensor<16x10xf32>, tensor<16x10xf32>) -> tensor<16x10xf32>
    %48 = "tensor.empty"() : () -> tensor<16x12x10xf32>
    %49 = "linalg.generic"(%34, %48) <{indexing_maps = [#map7, #map6], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg16: i64, %arg17: f32):
      %68 = "arith.cmpi"(%arg16, %0) <{predicate = 2 : i64}> : (i64, i64) -> i1
      %69 = "arith.addi"(%arg16, %3) <{overflowFlags = #arith.overflow<none>}> : (i64, i64) -> i64
      %70 = "arith.select"(%68, %69, %arg16) : (i1, i64, i64) -> i64
      %71 = "arith.index_cast"(%70) : (i64) -> index
      %72 = "linalg.index"() <{dim = 1 : i64}> : () -> index
      %73 = "linalg.index"() <{dim = 2 : i64}> : () -> index
      %74 = "tensor.extract"(%arg3, %71, %72, %73) : (tensor<5x12x10xf32>, index, index, index) -> f32
      "linalg.yield"(%74) : (f32) -> ()
    }) : (tensor<16xi64>, tensor<16x12x10xf32>) -> tensor<16x12x10xf32>
    %50 = "tensor.expand_shape"(%47) <{reassociation = [[0], [1, 2]], static_output_shape = array<i64: 16, 10, 1>}> : (tensor<16x10xf32>) -> tensor<16x10x1xf32>
    %51 = "tensor.empty"() : () -> tensor<16x12x1xf32>
    %52 = "linalg.fill"(%1, %51) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg14: f32, %arg15: f32):
      "linalg.yield"(%arg14) : (f32) -> ()
    }) : (f32, tensor<16x12x1xf32>) -> tensor<16x12x1xf32>
    %53 = "linalg.batch_matmul"(%49, %50, %52) <{indexing_maps = [#map8, #map9, #map10], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg11: f32, %arg12: f32, %arg13: f32):
      %66 = "arith.mulf"(%arg11, %arg12) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      %67 = "arith.addf"(%arg13, %66) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%67) : (f32) -> ()
    }) : (tensor<16x12x10xf32>, tensor<16x10x1xf32>, tensor<16x12x1xf32>) -> tensor<16x12x1xf32>
    %54 = "tensor.collapse_shape"(%53) <{reassociation = [[0], [1, 2]]}> : (tensor<16x12x1xf32>) -> tensor<16x12xf32>
    %55 = "tensor.collapse_shape"(%30) <{reassociation = [[0, 1]]}> : (tensor<8x2xf32>) -> tensor<16xf32>
    %56 = "tensor.expand_shape"(%55) <{reassociation = [[0, 1]], static_output_shape = array<i64: 16, 1>}> : (tensor<16xf32>) -> tensor<16x1xf32>
    %57 = "tensor.empty"() : () -> tensor<16x12xf32>
    %58 = "linalg.generic"(%54, %56, %57) <{indexing_maps = [#map3, #map5, #map3], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 2, 1>}> ({
    ^bb0(%arg8: f32, %arg9: f32, %arg10: f32):
      %65 = "arith.mulf"(%arg8, %arg9) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%65) : (f32) -> ()
    }) : (tensor<16x12xf32>, tensor<16x1xf32>, tensor<16x12xf32>) -> tensor<16x12xf32>
    %59 = "tensor.expand_shape"(%58) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 8, 2, 12>}> : (tensor<16x12xf32>) -> tensor<8x2x12xf32>
    %60 = "tensor.empty"() : () -> tensor<8x12xf32>
    %61 = "linalg.fill"(%1, %60) <{operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg6: f32, %arg7: f32):
      "linalg.yield"(%arg6) : (f32) -> ()
    }) : (f32, tensor<8x12xf32>) -> tensor<8x12xf32>
    %62 = "linalg.generic"(%59, %61) <{indexing_maps = [#map6, #map], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>, #linalg.iterator_type<parallel>], operandSegmentSizes = array<i32: 1, 1>}> ({
    ^bb0(%arg4: f32, %arg5: f32):
      %64 = "arith.addf"(%arg4, %arg5) <{fastmath = #arith.fastmath<none>}> : (f32, f32) -> f32
      "linalg.yield"(%64) : (f32) -> ()
    }) : (tensor<8x2x12xf32>, tensor<8x12xf32>) -> tensor<8x12xf32>
    %63 = "tensor.expand_shape"(%62) <{reassociation = [[0, 1], [2]], static_output_shape = array<i64: 2, 4, 12>}> : (tensor<8x12xf32>) -> tensor<2x4x12xf32>
    "func.return"(%63) : (tensor<2x4x12xf32>) -> ()
  }) : () -> ()
}) : () -> ()
