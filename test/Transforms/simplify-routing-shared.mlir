// RUN: moe-opt %s --moe-simplify-routing --canonicalize --split-input-file --remarks-filter='moe.*' --remark-policy=all --verify-diagnostics | FileCheck %s

// The same matmul on all tokens with a matrix of its own: expert 4, for all tokens.
// Its weight is 1, and of the old program no matmul is left outside of the region.
// CHECK-LABEL: func.func @joined(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: tensor<?x512xf32>, %{{.*}}: tensor<?x4xf32>, %[[P:[a-z0-9]+]]: tensor<4x512x512xf32> {moe.param}, %[[Q:[a-z0-9]+]]: tensor<512x512xf32> {moe.param})
// CHECK-DAG:     %[[ONE:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-DAG:     %[[FOUR:.*]] = arith.constant 4 : i32
// CHECK:         %[[W:.*]], %[[E:.*]] = moe.gate
// CHECK:         %[[IDS:.*]] = linalg.fill ins(%[[FOUR]] : i32) outs(%{{.*}} : tensor<?x3xi32>)
// CHECK:         %[[ALL_IDS:.*]] = tensor.insert_slice %[[E]] into %[[IDS]][0, 0] [%{{.*}}, 2] [1, 1]
// CHECK:         %[[ONES:.*]] = linalg.fill ins(%[[ONE]] : f32) outs(%{{.*}} : tensor<?x3xf32>)
// CHECK:         %[[ALL:.*]] = tensor.insert_slice %[[W]] into %[[ONES]][0, 0] [%{{.*}}, 2] [1, 1]
// CHECK:         %[[P0:.*]] = tensor.insert_slice %[[P]] into %{{.*}}[0, 0, 0] [4, 512, 512] [1, 1, 1]
// CHECK:         %[[P1:.*]] = tensor.insert_slice %[[Q]] into %[[P0]][4, 0, 0] [1, 512, 512] [1, 1, 1]
// CHECK:         %[[ROWS:.*]], %[[O:.*]], %[[S:.*]] = moe.dispatch %[[X]] to %[[ALL_IDS]] weights(%[[ALL]] : tensor<?x3xf32>)
// CHECK:         %[[R:.*]] = moe.expert rows(%{{.*}} = %[[ROWS]] : tensor<?x512xf32>) offsets(%[[O]] : tensor<6xi32>) params(%{{.*}} = %[[P1]] : tensor<5x512x512xf32>)
// CHECK:         %[[Y:.*]] = moe.combine %[[R]] by %[[S]] weights(%[[ALL]])
// CHECK-NOT:     linalg.matmul
// CHECK:         return %[[Y]]
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @joined(%x: tensor<?x512xf32>, %z: tensor<?x4xf32>, %p: tensor<4x512x512xf32> {moe.param}, %q: tensor<512x512xf32> {moe.param}) -> tensor<?x512xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %weights, %ids = moe.gate %z <sigmoid, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x2xf32>) : tensor<?x512xf32> to tensor<?x2xi32> -> tensor<?x512xf32> by tensor<5xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x512xf32>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x512x512xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %b, %c0 : tensor<?x512xf32>
    %i = tensor.empty(%n) : tensor<?x512xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x512xf32>) -> tensor<?x512xf32>
    %m = linalg.matmul ins(%b, %w : tensor<?x512xf32>, tensor<512x512xf32>) outs(%f : tensor<?x512xf32>) -> tensor<?x512xf32>
    moe.yield %m : tensor<?x512xf32>
  } -> tensor<?x512xf32>
  // expected-remark @+1 {{[Passed] SimplifyRouting | Category:moe | rule=shared-expert}}
  %sum = moe.combine %r by %slots weights(%weights) : tensor<?x512xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x512xf32>
  %t = tensor.dim %x, %c0 : tensor<?x512xf32>
  %init = tensor.empty(%t) : tensor<?x512xf32>
  %acc = linalg.fill ins(%zero : f32) outs(%init : tensor<?x512xf32>) -> tensor<?x512xf32>
  %own = linalg.matmul ins(%x, %q : tensor<?x512xf32>, tensor<512x512xf32>) outs(%acc : tensor<?x512xf32>) -> tensor<?x512xf32>
  %y = arith.addf %sum, %own : tensor<?x512xf32>
  return %y : tensor<?x512xf32>
}
}

// -----

// A static number of tokens, and the sum as an op of linalg, the other way round.
// CHECK-LABEL: func.func @joined_static(
// CHECK:         moe.dispatch {{.*}} to tensor<6x3xi32> -> tensor<18x512xf32> by tensor<6xi32>, tensor<18xi32>
// CHECK:         %[[Y:.*]] = moe.combine {{.*}} tensor<18x512xf32>, tensor<18xi32>, tensor<6x3xf32> -> tensor<6x512xf32>
// CHECK-NOT:     linalg.matmul
// CHECK:         return %[[Y]]
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @joined_static(%x: tensor<6x512xf32>, %z: tensor<6x4xf32>, %p: tensor<4x512x512xf32> {moe.param}, %q: tensor<512x512xf32> {moe.param}) -> tensor<6x512xf32> {
  %zero = arith.constant 0.0 : f32
  %weights, %ids = moe.gate %z <sigmoid, top_k<2>> : tensor<6x4xf32> -> tensor<6x2xf32>, tensor<6x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<6x2xf32>) : tensor<6x512xf32> to tensor<6x2xi32> -> tensor<12x512xf32> by tensor<5xi32>, tensor<12xi32>
  %r = moe.expert rows(%b = %rows : tensor<12x512xf32>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x512x512xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %b, %c0 : tensor<?x512xf32>
    %i = tensor.empty(%n) : tensor<?x512xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x512xf32>) -> tensor<?x512xf32>
    %m = linalg.matmul ins(%b, %w : tensor<?x512xf32>, tensor<512x512xf32>) outs(%f : tensor<?x512xf32>) -> tensor<?x512xf32>
    moe.yield %m : tensor<?x512xf32>
  } -> tensor<12x512xf32>
  // expected-remark @+1 {{[Passed] SimplifyRouting | Category:moe | rule=shared-expert}}
  %sum = moe.combine %r by %slots weights(%weights) : tensor<12x512xf32>, tensor<12xi32>, tensor<6x2xf32> -> tensor<6x512xf32>
  %init = tensor.empty() : tensor<6x512xf32>
  %acc = linalg.fill ins(%zero : f32) outs(%init : tensor<6x512xf32>) -> tensor<6x512xf32>
  %own = linalg.matmul ins(%x, %q : tensor<6x512xf32>, tensor<512x512xf32>) outs(%acc : tensor<6x512xf32>) -> tensor<6x512xf32>
  %out = tensor.empty() : tensor<6x512xf32>
  %y = linalg.add ins(%own, %sum : tensor<6x512xf32>, tensor<6x512xf32>) outs(%out : tensor<6x512xf32>) -> tensor<6x512xf32>
  return %y : tensor<6x512xf32>
}
}

// -----

// Not without a target that the costs are for,
// CHECK-LABEL: func.func @no_target(
// CHECK:         moe.dispatch {{.*}} by tensor<5xi32>
// CHECK:         arith.addf
func.func @no_target(%x: tensor<?x512xf32>, %z: tensor<?x4xf32>, %p: tensor<4x512x512xf32> {moe.param}, %q: tensor<512x512xf32> {moe.param}) -> tensor<?x512xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %weights, %ids = moe.gate %z <sigmoid, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x2xf32>) : tensor<?x512xf32> to tensor<?x2xi32> -> tensor<?x512xf32> by tensor<5xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x512xf32>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x512x512xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %b, %c0 : tensor<?x512xf32>
    %i = tensor.empty(%n) : tensor<?x512xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x512xf32>) -> tensor<?x512xf32>
    %m = linalg.matmul ins(%b, %w : tensor<?x512xf32>, tensor<512x512xf32>) outs(%f : tensor<?x512xf32>) -> tensor<?x512xf32>
    moe.yield %m : tensor<?x512xf32>
  } -> tensor<?x512xf32>
  // expected-remark @+1 {{no target is stated}}
  %sum = moe.combine %r by %slots weights(%weights) : tensor<?x512xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x512xf32>
  %t = tensor.dim %x, %c0 : tensor<?x512xf32>
  %init = tensor.empty(%t) : tensor<?x512xf32>
  %acc = linalg.fill ins(%zero : f32) outs(%init : tensor<?x512xf32>) -> tensor<?x512xf32>
  %own = linalg.matmul ins(%x, %q : tensor<?x512xf32>, tensor<512x512xf32>) outs(%acc : tensor<?x512xf32>) -> tensor<?x512xf32>
  %y = arith.addf %sum, %own : tensor<?x512xf32>
  return %y : tensor<?x512xf32>
}

// -----

// not by a transposed matrix,
// CHECK-LABEL: func.func @other_program(
// CHECK:         moe.dispatch {{.*}} by tensor<5xi32>
// CHECK:         arith.addf
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @other_program(%x: tensor<?x512xf32>, %z: tensor<?x4xf32>, %p: tensor<4x512x512xf32> {moe.param}, %q: tensor<512x512xf32> {moe.param}) -> tensor<?x512xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %weights, %ids = moe.gate %z <sigmoid, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x2xf32>) : tensor<?x512xf32> to tensor<?x2xi32> -> tensor<?x512xf32> by tensor<5xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x512xf32>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x512x512xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %b, %c0 : tensor<?x512xf32>
    %i = tensor.empty(%n) : tensor<?x512xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x512xf32>) -> tensor<?x512xf32>
    %m = linalg.matmul ins(%b, %w : tensor<?x512xf32>, tensor<512x512xf32>) outs(%f : tensor<?x512xf32>) -> tensor<?x512xf32>
    moe.yield %m : tensor<?x512xf32>
  } -> tensor<?x512xf32>
  // expected-remark @+1 {{the shared expert has another 'linalg.matmul' where experts have theirs}}
  %sum = moe.combine %r by %slots weights(%weights) : tensor<?x512xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x512xf32>
  %t = tensor.dim %x, %c0 : tensor<?x512xf32>
  %init = tensor.empty(%t) : tensor<?x512xf32>
  %acc = linalg.fill ins(%zero : f32) outs(%init : tensor<?x512xf32>) -> tensor<?x512xf32>
  %own = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>] ins(%x, %q : tensor<?x512xf32>, tensor<512x512xf32>) outs(%acc : tensor<?x512xf32>) -> tensor<?x512xf32>
  %y = arith.addf %sum, %own : tensor<?x512xf32>
  return %y : tensor<?x512xf32>
}
}

// -----

// nor one that starts at another number,
// CHECK-LABEL: func.func @other_constant(
// CHECK:         moe.dispatch {{.*}} by tensor<5xi32>
// CHECK:         arith.addf
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @other_constant(%x: tensor<?x512xf32>, %z: tensor<?x4xf32>, %p: tensor<4x512x512xf32> {moe.param}, %q: tensor<512x512xf32> {moe.param}) -> tensor<?x512xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %weights, %ids = moe.gate %z <sigmoid, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x2xf32>) : tensor<?x512xf32> to tensor<?x2xi32> -> tensor<?x512xf32> by tensor<5xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x512xf32>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x512x512xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %b, %c0 : tensor<?x512xf32>
    %i = tensor.empty(%n) : tensor<?x512xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x512xf32>) -> tensor<?x512xf32>
    %m = linalg.matmul ins(%b, %w : tensor<?x512xf32>, tensor<512x512xf32>) outs(%f : tensor<?x512xf32>) -> tensor<?x512xf32>
    moe.yield %m : tensor<?x512xf32>
  } -> tensor<?x512xf32>
  // expected-remark @+1 {{the shared expert has another constant where experts have theirs}}
  %sum = moe.combine %r by %slots weights(%weights) : tensor<?x512xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x512xf32>
  %t = tensor.dim %x, %c0 : tensor<?x512xf32>
  %one = arith.constant 1.0 : f32
  %init = tensor.empty(%t) : tensor<?x512xf32>
  %acc = linalg.fill ins(%one : f32) outs(%init : tensor<?x512xf32>) -> tensor<?x512xf32>
  %own = linalg.matmul ins(%x, %q : tensor<?x512xf32>, tensor<512x512xf32>) outs(%acc : tensor<?x512xf32>) -> tensor<?x512xf32>
  %y = arith.addf %sum, %own : tensor<?x512xf32>
  return %y : tensor<?x512xf32>
}
}

// -----

// nor on other rows,
// CHECK-LABEL: func.func @other_rows(
// CHECK:         moe.dispatch {{.*}} by tensor<5xi32>
// CHECK:         arith.addf
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @other_rows(%x: tensor<?x512xf32>, %z: tensor<?x4xf32>, %p: tensor<4x512x512xf32> {moe.param}, %q: tensor<512x512xf32> {moe.param}, %x2: tensor<?x512xf32>) -> tensor<?x512xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %weights, %ids = moe.gate %z <sigmoid, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x2xf32>) : tensor<?x512xf32> to tensor<?x2xi32> -> tensor<?x512xf32> by tensor<5xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x512xf32>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x512x512xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %b, %c0 : tensor<?x512xf32>
    %i = tensor.empty(%n) : tensor<?x512xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x512xf32>) -> tensor<?x512xf32>
    %m = linalg.matmul ins(%b, %w : tensor<?x512xf32>, tensor<512x512xf32>) outs(%f : tensor<?x512xf32>) -> tensor<?x512xf32>
    moe.yield %m : tensor<?x512xf32>
  } -> tensor<?x512xf32>
  // expected-remark @+1 {{the shared expert has other rows where experts have theirs}}
  %sum = moe.combine %r by %slots weights(%weights) : tensor<?x512xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x512xf32>
  %t = tensor.dim %x, %c0 : tensor<?x512xf32>
  %init = tensor.empty(%t) : tensor<?x512xf32>
  %acc = linalg.fill ins(%zero : f32) outs(%init : tensor<?x512xf32>) -> tensor<?x512xf32>
  %own = linalg.matmul ins(%x2, %q : tensor<?x512xf32>, tensor<512x512xf32>) outs(%acc : tensor<?x512xf32>) -> tensor<?x512xf32>
  %y = arith.addf %sum, %own : tensor<?x512xf32>
  return %y : tensor<?x512xf32>
}
}

// -----

// nor on rows that are counted by another number,
// CHECK-LABEL: func.func @other_count(
// CHECK:         moe.dispatch {{.*}} by tensor<5xi32>
// CHECK:         arith.addf
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @other_count(%x: tensor<?x512xf32>, %z: tensor<?x4xf32>, %p: tensor<4x512x512xf32> {moe.param}, %q: tensor<512x512xf32> {moe.param}, %count: index) -> tensor<?x512xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %weights, %ids = moe.gate %z <sigmoid, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x2xf32>) : tensor<?x512xf32> to tensor<?x2xi32> -> tensor<?x512xf32> by tensor<5xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x512xf32>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x512x512xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %b, %c0 : tensor<?x512xf32>
    %i = tensor.empty(%n) : tensor<?x512xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x512xf32>) -> tensor<?x512xf32>
    %m = linalg.matmul ins(%b, %w : tensor<?x512xf32>, tensor<512x512xf32>) outs(%f : tensor<?x512xf32>) -> tensor<?x512xf32>
    moe.yield %m : tensor<?x512xf32>
  } -> tensor<?x512xf32>
  // expected-remark @+1 {{the shared expert has an argument where experts have 'tensor.dim'}}
  %sum = moe.combine %r by %slots weights(%weights) : tensor<?x512xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x512xf32>
  %t = tensor.dim %x, %c0 : tensor<?x512xf32>
  %init = tensor.empty(%count) : tensor<?x512xf32>
  %acc = linalg.fill ins(%zero : f32) outs(%init : tensor<?x512xf32>) -> tensor<?x512xf32>
  %own = linalg.matmul ins(%x, %q : tensor<?x512xf32>, tensor<512x512xf32>) outs(%acc : tensor<?x512xf32>) -> tensor<?x512xf32>
  %y = arith.addf %sum, %own : tensor<?x512xf32>
  return %y : tensor<?x512xf32>
}
}

// -----

// nor where its matrix may be another one in each call,
// CHECK-LABEL: func.func @no_param(
// CHECK:         moe.dispatch {{.*}} by tensor<5xi32>
// CHECK:         arith.addf
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @no_param(%x: tensor<?x512xf32>, %z: tensor<?x4xf32>, %p: tensor<4x512x512xf32> {moe.param}, %q: tensor<512x512xf32>) -> tensor<?x512xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %weights, %ids = moe.gate %z <sigmoid, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x2xf32>) : tensor<?x512xf32> to tensor<?x2xi32> -> tensor<?x512xf32> by tensor<5xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x512xf32>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x512x512xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %b, %c0 : tensor<?x512xf32>
    %i = tensor.empty(%n) : tensor<?x512xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x512xf32>) -> tensor<?x512xf32>
    %m = linalg.matmul ins(%b, %w : tensor<?x512xf32>, tensor<512x512xf32>) outs(%f : tensor<?x512xf32>) -> tensor<?x512xf32>
    moe.yield %m : tensor<?x512xf32>
  } -> tensor<?x512xf32>
  // expected-remark @+1 {{a parameter of the shared expert is no argument with moe.param}}
  %sum = moe.combine %r by %slots weights(%weights) : tensor<?x512xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x512xf32>
  %t = tensor.dim %x, %c0 : tensor<?x512xf32>
  %init = tensor.empty(%t) : tensor<?x512xf32>
  %acc = linalg.fill ins(%zero : f32) outs(%init : tensor<?x512xf32>) -> tensor<?x512xf32>
  %own = linalg.matmul ins(%x, %q : tensor<?x512xf32>, tensor<512x512xf32>) outs(%acc : tensor<?x512xf32>) -> tensor<?x512xf32>
  %y = arith.addf %sum, %own : tensor<?x512xf32>
  return %y : tensor<?x512xf32>
}
}

// -----

// or those of the experts,
// CHECK-LABEL: func.func @no_stacked_param(
// CHECK:         moe.dispatch {{.*}} by tensor<5xi32>
// CHECK:         arith.addf
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @no_stacked_param(%x: tensor<?x512xf32>, %z: tensor<?x4xf32>, %p: tensor<4x512x512xf32>, %q: tensor<512x512xf32> {moe.param}) -> tensor<?x512xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %weights, %ids = moe.gate %z <sigmoid, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x2xf32>) : tensor<?x512xf32> to tensor<?x2xi32> -> tensor<?x512xf32> by tensor<5xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x512xf32>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x512x512xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %b, %c0 : tensor<?x512xf32>
    %i = tensor.empty(%n) : tensor<?x512xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x512xf32>) -> tensor<?x512xf32>
    %m = linalg.matmul ins(%b, %w : tensor<?x512xf32>, tensor<512x512xf32>) outs(%f : tensor<?x512xf32>) -> tensor<?x512xf32>
    moe.yield %m : tensor<?x512xf32>
  } -> tensor<?x512xf32>
  // expected-remark @+1 {{a parameter of the experts is no argument with moe.param}}
  %sum = moe.combine %r by %slots weights(%weights) : tensor<?x512xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x512xf32>
  %t = tensor.dim %x, %c0 : tensor<?x512xf32>
  %init = tensor.empty(%t) : tensor<?x512xf32>
  %acc = linalg.fill ins(%zero : f32) outs(%init : tensor<?x512xf32>) -> tensor<?x512xf32>
  %own = linalg.matmul ins(%x, %q : tensor<?x512xf32>, tensor<512x512xf32>) outs(%acc : tensor<?x512xf32>) -> tensor<?x512xf32>
  %y = arith.addf %sum, %own : tensor<?x512xf32>
  return %y : tensor<?x512xf32>
}
}

// -----

// nor where the sum is rounded before it is added,
// CHECK-LABEL: func.func @narrow(
// CHECK:         moe.dispatch {{.*}} by tensor<5xi32>
// CHECK:         arith.addf
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @narrow(%x: tensor<?x512xbf16>, %z: tensor<?x4xf32>, %p: tensor<4x512x512xbf16> {moe.param}, %q: tensor<512x512xbf16> {moe.param}) -> tensor<?x512xbf16> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : bf16
  %weights, %ids = moe.gate %z <sigmoid, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x2xf32>) : tensor<?x512xbf16> to tensor<?x2xi32> -> tensor<?x512xbf16> by tensor<5xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x512xbf16>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x512x512xbf16>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : bf16
    %n = tensor.dim %b, %c0 : tensor<?x512xbf16>
    %i = tensor.empty(%n) : tensor<?x512xbf16>
    %f = linalg.fill ins(%zero : bf16) outs(%i : tensor<?x512xbf16>) -> tensor<?x512xbf16>
    %m = linalg.matmul ins(%b, %w : tensor<?x512xbf16>, tensor<512x512xbf16>) outs(%f : tensor<?x512xbf16>) -> tensor<?x512xbf16>
    moe.yield %m : tensor<?x512xbf16>
  } -> tensor<?x512xbf16>
  // expected-remark @+1 {{the sum is rounded before the shared expert is added}}
  %sum = moe.combine %r by %slots weights(%weights) : tensor<?x512xbf16>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x512xbf16>
  %t = tensor.dim %x, %c0 : tensor<?x512xbf16>
  %init = tensor.empty(%t) : tensor<?x512xbf16>
  %acc = linalg.fill ins(%zero : bf16) outs(%init : tensor<?x512xbf16>) -> tensor<?x512xbf16>
  %own = linalg.matmul ins(%x, %q : tensor<?x512xbf16>, tensor<512x512xbf16>) outs(%acc : tensor<?x512xbf16>) -> tensor<?x512xbf16>
  %y = arith.addf %sum, %own : tensor<?x512xbf16>
  return %y : tensor<?x512xbf16>
}
}

// -----

// nor where a null id would become the shared expert,
// CHECK-LABEL: func.func @more_ids(
// CHECK:         moe.dispatch {{.*}} by tensor<5xi32>
// CHECK:         arith.addf
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @more_ids(%x: tensor<?x512xf32>, %z: tensor<?x5xf32>, %p: tensor<4x512x512xf32> {moe.param}, %q: tensor<512x512xf32> {moe.param}) -> tensor<?x512xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %weights, %ids = moe.gate %z <sigmoid, top_k<2>> : tensor<?x5xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x2xf32>) : tensor<?x512xf32> to tensor<?x2xi32> -> tensor<?x512xf32> by tensor<5xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x512xf32>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x512x512xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %b, %c0 : tensor<?x512xf32>
    %i = tensor.empty(%n) : tensor<?x512xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x512xf32>) -> tensor<?x512xf32>
    %m = linalg.matmul ins(%b, %w : tensor<?x512xf32>, tensor<512x512xf32>) outs(%f : tensor<?x512xf32>) -> tensor<?x512xf32>
    moe.yield %m : tensor<?x512xf32>
  } -> tensor<?x512xf32>
  // expected-remark @+1 {{an id may be the number of experts, or more}}
  %sum = moe.combine %r by %slots weights(%weights) : tensor<?x512xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x512xf32>
  %t = tensor.dim %x, %c0 : tensor<?x512xf32>
  %init = tensor.empty(%t) : tensor<?x512xf32>
  %acc = linalg.fill ins(%zero : f32) outs(%init : tensor<?x512xf32>) -> tensor<?x512xf32>
  %own = linalg.matmul ins(%x, %q : tensor<?x512xf32>, tensor<512x512xf32>) outs(%acc : tensor<?x512xf32>) -> tensor<?x512xf32>
  %y = arith.addf %sum, %own : tensor<?x512xf32>
  return %y : tensor<?x512xf32>
}
}

// -----

// nor under a capacity,
// CHECK-LABEL: func.func @capacity(
// CHECK:         moe.dispatch {{.*}} by tensor<5xi32>
// CHECK:         arith.addf
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @capacity(%x: tensor<?x512xf32>, %z: tensor<?x4xf32>, %p: tensor<4x512x512xf32> {moe.param}, %q: tensor<512x512xf32> {moe.param}, %cap: index) -> tensor<?x512xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %weights, %ids = moe.gate %z <sigmoid, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x2xf32>) capacity(%cap) : tensor<?x512xf32> to tensor<?x2xi32> -> tensor<?x512xf32> by tensor<5xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x512xf32>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x512x512xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %b, %c0 : tensor<?x512xf32>
    %i = tensor.empty(%n) : tensor<?x512xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x512xf32>) -> tensor<?x512xf32>
    %m = linalg.matmul ins(%b, %w : tensor<?x512xf32>, tensor<512x512xf32>) outs(%f : tensor<?x512xf32>) -> tensor<?x512xf32>
    moe.yield %m : tensor<?x512xf32>
  } -> tensor<?x512xf32>
  // expected-remark @+1 {{a capacity drops rows, or rows are scaled}}
  %sum = moe.combine %r by %slots weights(%weights) : tensor<?x512xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x512xf32>
  %t = tensor.dim %x, %c0 : tensor<?x512xf32>
  %init = tensor.empty(%t) : tensor<?x512xf32>
  %acc = linalg.fill ins(%zero : f32) outs(%init : tensor<?x512xf32>) -> tensor<?x512xf32>
  %own = linalg.matmul ins(%x, %q : tensor<?x512xf32>, tensor<512x512xf32>) outs(%acc : tensor<?x512xf32>) -> tensor<?x512xf32>
  %y = arith.addf %sum, %own : tensor<?x512xf32>
  return %y : tensor<?x512xf32>
}
}

// -----

// nor where rows are scaled,
// CHECK-LABEL: func.func @scaled(
// CHECK:         moe.dispatch {{.*}} by tensor<5xi32>
// CHECK:         arith.addf
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @scaled(%x: tensor<?x512xf32>, %z: tensor<?x4xf32>, %p: tensor<4x512x512xf32> {moe.param}, %q: tensor<512x512xf32> {moe.param}) -> tensor<?x512xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %weights, %ids = moe.gate %z <sigmoid, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x2xf32>) scale_rows : tensor<?x512xf32> to tensor<?x2xi32> -> tensor<?x512xf32> by tensor<5xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x512xf32>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x512x512xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %b, %c0 : tensor<?x512xf32>
    %i = tensor.empty(%n) : tensor<?x512xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x512xf32>) -> tensor<?x512xf32>
    %m = linalg.matmul ins(%b, %w : tensor<?x512xf32>, tensor<512x512xf32>) outs(%f : tensor<?x512xf32>) -> tensor<?x512xf32>
    moe.yield %m : tensor<?x512xf32>
  } -> tensor<?x512xf32>
  // expected-remark @+1 {{a capacity drops rows, or rows are scaled}}
  %sum = moe.combine %r by %slots weights(%weights) : tensor<?x512xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x512xf32>
  %t = tensor.dim %x, %c0 : tensor<?x512xf32>
  %init = tensor.empty(%t) : tensor<?x512xf32>
  %acc = linalg.fill ins(%zero : f32) outs(%init : tensor<?x512xf32>) -> tensor<?x512xf32>
  %own = linalg.matmul ins(%x, %q : tensor<?x512xf32>, tensor<512x512xf32>) outs(%acc : tensor<?x512xf32>) -> tensor<?x512xf32>
  %y = arith.addf %sum, %own : tensor<?x512xf32>
  return %y : tensor<?x512xf32>
}
}

// -----

// nor where somebody reads the sum without it,
// CHECK-LABEL: func.func @sum_used(
// CHECK:         moe.dispatch {{.*}} by tensor<5xi32>
// CHECK:         arith.addf
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @sum_used(%x: tensor<?x512xf32>, %z: tensor<?x4xf32>, %p: tensor<4x512x512xf32> {moe.param}, %q: tensor<512x512xf32> {moe.param}) -> (tensor<?x512xf32>, tensor<?x512xf32>) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %weights, %ids = moe.gate %z <sigmoid, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x2xf32>) : tensor<?x512xf32> to tensor<?x2xi32> -> tensor<?x512xf32> by tensor<5xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x512xf32>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x512x512xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %b, %c0 : tensor<?x512xf32>
    %i = tensor.empty(%n) : tensor<?x512xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x512xf32>) -> tensor<?x512xf32>
    %m = linalg.matmul ins(%b, %w : tensor<?x512xf32>, tensor<512x512xf32>) outs(%f : tensor<?x512xf32>) -> tensor<?x512xf32>
    moe.yield %m : tensor<?x512xf32>
  } -> tensor<?x512xf32>
  // expected-remark @+1 {{the sum without the shared expert is used elsewhere}}
  %sum = moe.combine %r by %slots weights(%weights) : tensor<?x512xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x512xf32>
  %t = tensor.dim %x, %c0 : tensor<?x512xf32>
  %init = tensor.empty(%t) : tensor<?x512xf32>
  %acc = linalg.fill ins(%zero : f32) outs(%init : tensor<?x512xf32>) -> tensor<?x512xf32>
  %own = linalg.matmul ins(%x, %q : tensor<?x512xf32>, tensor<512x512xf32>) outs(%acc : tensor<?x512xf32>) -> tensor<?x512xf32>
  %y = arith.addf %sum, %own : tensor<?x512xf32>
  return %y, %sum : tensor<?x512xf32>, tensor<?x512xf32>
}
}

// -----

// the rows,
// CHECK-LABEL: func.func @rows_used(
// CHECK:         moe.dispatch {{.*}} by tensor<5xi32>
// CHECK:         arith.addf
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @rows_used(%x: tensor<?x512xf32>, %z: tensor<?x4xf32>, %p: tensor<4x512x512xf32> {moe.param}, %q: tensor<512x512xf32> {moe.param}) -> (tensor<?x512xf32>, tensor<?x512xf32>) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %weights, %ids = moe.gate %z <sigmoid, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x2xf32>) : tensor<?x512xf32> to tensor<?x2xi32> -> tensor<?x512xf32> by tensor<5xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x512xf32>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x512x512xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %b, %c0 : tensor<?x512xf32>
    %i = tensor.empty(%n) : tensor<?x512xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x512xf32>) -> tensor<?x512xf32>
    %m = linalg.matmul ins(%b, %w : tensor<?x512xf32>, tensor<512x512xf32>) outs(%f : tensor<?x512xf32>) -> tensor<?x512xf32>
    moe.yield %m : tensor<?x512xf32>
  } -> tensor<?x512xf32>
  // expected-remark @+1 {{rows, slots or offsets are used elsewhere}}
  %sum = moe.combine %r by %slots weights(%weights) : tensor<?x512xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x512xf32>
  %t = tensor.dim %x, %c0 : tensor<?x512xf32>
  %init = tensor.empty(%t) : tensor<?x512xf32>
  %acc = linalg.fill ins(%zero : f32) outs(%init : tensor<?x512xf32>) -> tensor<?x512xf32>
  %own = linalg.matmul ins(%x, %q : tensor<?x512xf32>, tensor<512x512xf32>) outs(%acc : tensor<?x512xf32>) -> tensor<?x512xf32>
  %y = arith.addf %sum, %own : tensor<?x512xf32>
  return %y, %rows : tensor<?x512xf32>, tensor<?x512xf32>
}
}

// -----

// or what it computes.
// CHECK-LABEL: func.func @own_used(
// CHECK:         moe.dispatch {{.*}} by tensor<5xi32>
// CHECK:         arith.addf
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @own_used(%x: tensor<?x512xf32>, %z: tensor<?x4xf32>, %p: tensor<4x512x512xf32> {moe.param}, %q: tensor<512x512xf32> {moe.param}) -> (tensor<?x512xf32>, tensor<?x512xf32>) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %weights, %ids = moe.gate %z <sigmoid, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x2xf32>) : tensor<?x512xf32> to tensor<?x2xi32> -> tensor<?x512xf32> by tensor<5xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x512xf32>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x512x512xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %b, %c0 : tensor<?x512xf32>
    %i = tensor.empty(%n) : tensor<?x512xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x512xf32>) -> tensor<?x512xf32>
    %m = linalg.matmul ins(%b, %w : tensor<?x512xf32>, tensor<512x512xf32>) outs(%f : tensor<?x512xf32>) -> tensor<?x512xf32>
    moe.yield %m : tensor<?x512xf32>
  } -> tensor<?x512xf32>
  // expected-remark @+1 {{what the shared expert computes is used elsewhere}}
  %sum = moe.combine %r by %slots weights(%weights) : tensor<?x512xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x512xf32>
  %t = tensor.dim %x, %c0 : tensor<?x512xf32>
  %init = tensor.empty(%t) : tensor<?x512xf32>
  %acc = linalg.fill ins(%zero : f32) outs(%init : tensor<?x512xf32>) -> tensor<?x512xf32>
  %own = linalg.matmul ins(%x, %q : tensor<?x512xf32>, tensor<512x512xf32>) outs(%acc : tensor<?x512xf32>) -> tensor<?x512xf32>
  %y = arith.addf %sum, %own : tensor<?x512xf32>
  return %y, %own : tensor<?x512xf32>, tensor<?x512xf32>
}
}

// -----

// Another intermediate size is another program.
// CHECK-LABEL: func.func @other_size(
// CHECK:         moe.dispatch {{.*}} by tensor<5xi32>
// CHECK:         arith.addf
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @other_size(%x: tensor<?x512xf32>, %z: tensor<?x4xf32>, %p: tensor<4x512x64xf32> {moe.param}, %p2: tensor<4x64x512xf32> {moe.param}, %q: tensor<512x128xf32> {moe.param}, %q2: tensor<128x512xf32> {moe.param}) -> tensor<?x512xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %weights, %ids = moe.gate %z <sigmoid, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x2xf32>) : tensor<?x512xf32> to tensor<?x2xi32> -> tensor<?x512xf32> by tensor<5xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x512xf32>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x512x64xf32>, %w2 = %p2 : tensor<4x64x512xf32>) {
    %c1 = arith.constant 0 : index
    %start = arith.constant 0.0 : f32
    %n = tensor.dim %b, %c1 : tensor<?x512xf32>
    %i = tensor.empty(%n) : tensor<?x64xf32>
    %f = linalg.fill ins(%start : f32) outs(%i : tensor<?x64xf32>) -> tensor<?x64xf32>
    %h = linalg.matmul ins(%b, %w : tensor<?x512xf32>, tensor<512x64xf32>) outs(%f : tensor<?x64xf32>) -> tensor<?x64xf32>
    %i2 = tensor.empty(%n) : tensor<?x512xf32>
    %f2 = linalg.fill ins(%start : f32) outs(%i2 : tensor<?x512xf32>) -> tensor<?x512xf32>
    %m = linalg.matmul ins(%h, %w2 : tensor<?x64xf32>, tensor<64x512xf32>) outs(%f2 : tensor<?x512xf32>) -> tensor<?x512xf32>
    moe.yield %m : tensor<?x512xf32>
  } -> tensor<?x512xf32>
  // expected-remark @+1 {{the shared expert has tensor<?x128xf32> where experts have tensor<?x64xf32>}}
  %sum = moe.combine %r by %slots weights(%weights) : tensor<?x512xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x512xf32>
  %t = tensor.dim %x, %c0 : tensor<?x512xf32>
  %i = tensor.empty(%t) : tensor<?x128xf32>
  %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x128xf32>) -> tensor<?x128xf32>
  %h = linalg.matmul ins(%x, %q : tensor<?x512xf32>, tensor<512x128xf32>) outs(%f : tensor<?x128xf32>) -> tensor<?x128xf32>
  %i2 = tensor.empty(%t) : tensor<?x512xf32>
  %f2 = linalg.fill ins(%zero : f32) outs(%i2 : tensor<?x512xf32>) -> tensor<?x512xf32>
  %own = linalg.matmul ins(%h, %q2 : tensor<?x128xf32>, tensor<128x512xf32>) outs(%f2 : tensor<?x512xf32>) -> tensor<?x512xf32>
  %y = arith.addf %sum, %own : tensor<?x512xf32>
  return %y : tensor<?x512xf32>
}
}

// -----

// Rows so short cost more to sort than to add.
// CHECK-LABEL: func.func @short_rows(
// CHECK:         moe.dispatch {{.*}} by tensor<5xi32>
// CHECK:         arith.addf
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @short_rows(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>, %p: tensor<4x4xf32> {moe.param}, %q: tensor<4xf32> {moe.param}) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %weights, %ids = moe.gate %z <sigmoid, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<5xi32>, tensor<?xi32>
  %r = moe.expert rows(%b = %rows : tensor<?x4xf32>) offsets(%offsets : tensor<5xi32>) params(%w = %p : tensor<4x4xf32>) {
    %c = arith.constant 0 : index
    %n = tensor.dim %b, %c : tensor<?x4xf32>
    %i = tensor.empty(%n) : tensor<?x4xf32>
    %m = linalg.generic {indexing_maps = [affine_map<(t, n) -> (t, n)>, affine_map<(t, n) -> (n)>, affine_map<(t, n) -> (t, n)>], iterator_types = ["parallel", "parallel"]} ins(%b, %w : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
    ^bb0(%u: f32, %v: f32, %o: f32):
      %k = arith.mulf %u, %v : f32
      linalg.yield %k : f32
    } -> tensor<?x4xf32>
    moe.yield %m : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  // expected-remark @+1 {{it costs more than on its own for 2048 tokens}}
  %sum = moe.combine %r by %slots weights(%weights) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  %t = tensor.dim %x, %c0 : tensor<?x4xf32>
  %i = tensor.empty(%t) : tensor<?x4xf32>
  %own = linalg.generic {indexing_maps = [affine_map<(t, n) -> (t, n)>, affine_map<(t, n) -> (n)>, affine_map<(t, n) -> (t, n)>], iterator_types = ["parallel", "parallel"]} ins(%x, %q : tensor<?x4xf32>, tensor<4xf32>) outs(%i : tensor<?x4xf32>) {
  ^bb0(%u: f32, %v: f32, %o: f32):
    %k = arith.mulf %u, %v : f32
    linalg.yield %k : f32
  } -> tensor<?x4xf32>
  %y = arith.addf %sum, %own : tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
}

// -----

// A residual is no shared expert: left alone without a word.
// CHECK-LABEL: func.func @residual(
// CHECK:         moe.dispatch {{.*}} by tensor<5xi32>
// CHECK:         arith.addf
module attributes {moe.target = #moe.target<cpu, arch = "znver4", cores = 8, vector_bits = 512, l1 = 32768, l2 = 1048576, l3 = 33554432, bandwidth = 40000000000>} {
func.func @residual(%x: tensor<?x512xf32>, %z: tensor<?x4xf32>) -> tensor<?x512xf32> {
  %weights, %ids = moe.gate %z <sigmoid, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %ids weights(%weights : tensor<?x2xf32>) : tensor<?x512xf32> to tensor<?x2xi32> -> tensor<?x512xf32> by tensor<5xi32>, tensor<?xi32>
  %sum = moe.combine %rows by %slots weights(%weights) : tensor<?x512xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x512xf32>
  %y = arith.addf %sum, %x : tensor<?x512xf32>
  return %y : tensor<?x512xf32>
}
}
