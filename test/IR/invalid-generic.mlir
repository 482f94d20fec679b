// RUN: moe-opt %s --split-input-file --verify-diagnostics

// What only the generic form can say: an error, never a crash.

func.func @unranked_logits(%z: tensor<*xf32>) {
  // expected-error @+1 {{operand #0 must be 2D tensor}}
  %w, %e = "moe.gate"(%z) <{operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0>, router = #moe.router<softmax, top_k<2>>}> ({
  }) : (tensor<*xf32>) -> (tensor<?x2xf32>, tensor<?x2xi32>)
  return
}

// -----

func.func @no_router(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{requires attribute 'router'}}
  %w, %e = "moe.gate"(%z) <{operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0>}> ({
  }) : (tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi32>)
  return
}

// -----

func.func @segments(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{operand count (1) does not match with the total size (3)}}
  %w, %e = "moe.gate"(%z) <{operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0>, router = #moe.router<softmax, top_k<2>>}> ({
  }) : (tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi32>)
  return
}

// -----

func.func @no_region(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{requires one region}}
  %w, %e = "moe.gate"(%z) <{operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0>, router = #moe.router<softmax, top_k<2>>}> : (tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi32>)
  return
}

// -----

func.func @empty_block(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{empty block: expect at least a terminator}}
  %w, %e = "moe.gate"(%z) <{operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0>, router = #moe.router<region, top_k<2>>}> ({
  ^bb0(%a: f32):
  }) : (tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi32>)
  return
}

// -----

func.func @no_terminator(%z: tensor<?x8xf32>) {
  %w, %e = "moe.gate"(%z) <{operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0>, router = #moe.router<region, top_k<2>>}> ({
  ^bb0(%a: f32):
    // expected-error @+1 {{block with no terminator}}
    %b = arith.negf %a : f32
  }) : (tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi32>)
  return
}

// -----

func.func @two_blocks(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{region with at most 1 blocks}}
  %w, %e = "moe.gate"(%z) <{operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0>, router = #moe.router<region, top_k<2>>}> ({
  ^bb0(%a: f32):
    "cf.br"(%a)[^bb1] : (f32) -> ()
  ^bb1(%b: f32):
    "moe.yield"(%b) : (f32) -> ()
  }) : (tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi32>)
  return
}

// -----

func.func @wrong_terminator(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects the score region to end in moe.yield}}
  %w, %e = "moe.gate"(%z) <{operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0>, router = #moe.router<region, top_k<2>>}> ({
  ^bb0(%a: f32):
    "ub.unreachable"() : () -> ()
  }) : (tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi32>)
  return
}

// -----

func.func @expert_without_block(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  // expected-error @+1 {{region with 1 blocks}}
  %y = "moe.expert"(%r, %o) <{operandSegmentSizes = array<i32: 1, 1, 0, 0>}> ({
  }) : (tensor<?x4xf32>, tensor<9xi32>) -> tensor<?x4xf32>
  return
}

// -----

func.func @scalar_parameter(%r: tensor<?x4xf32>, %o: tensor<9xi32>, %p: tensor<f32>) {
  // expected-error @+1 {{expects parameters of 8 slices, found 'tensor<f32>'}}
  %y = "moe.expert"(%r, %o, %p) <{operandSegmentSizes = array<i32: 1, 1, 1, 0>}> ({
  ^bb0(%a: tensor<?x4xf32>, %b: f32):
    "moe.yield"(%a) : (tensor<?x4xf32>) -> ()
  }) : (tensor<?x4xf32>, tensor<9xi32>, tensor<f32>) -> tensor<?x4xf32>
  return
}

// -----

func.func @values_from_above(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  // expected-note @+1 {{required by region isolation constraints}}
  %y = "moe.expert"(%r, %o) <{operandSegmentSizes = array<i32: 1, 1, 0, 0>}> ({
  ^bb0(%a: tensor<?x4xf32>):
    // expected-error @+1 {{using value defined outside the region}}
    "moe.yield"(%r) : (tensor<?x4xf32>) -> ()
  }) : (tensor<?x4xf32>, tensor<9xi32>) -> tensor<?x4xf32>
  return
}

// -----

func.func @wrong_offsets(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  // expected-error @+1 {{operand #1 must be 1D tensor of 32-bit signless integer values}}
  %y = "moe.expert"(%r, %r) <{operandSegmentSizes = array<i32: 1, 1, 0, 0>}> ({
  ^bb0(%a: tensor<?x4xf32>):
    "moe.yield"(%a) : (tensor<?x4xf32>) -> ()
  }) : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return
}

// -----

func.func @no_destination(%e: tensor<?x2xi32>) {
  // expected-error @+1 {{expects destinations for offsets, slots and maybe rows, found 0}}
  "moe.plan"(%e) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>}> : (tensor<?x2xi32>) -> ()
  return
}

// -----

func.func @no_weights(%x: memref<?x4xf32>, %o: memref<9xi32>) {
  // expected-error @+1 {{expects at least one weight and one destination, found 0 and 0}}
  "moe.grouped_matmul"(%x, %o) <{operandSegmentSizes = array<i32: 1, 1, 0, 0, 0, 0>}> ({
  }) : (memref<?x4xf32>, memref<9xi32>) -> ()
  return
}

// -----

func.func @scalar_destination(%e: tensor<?x2xi32>, %o: tensor<i32>) {
  // expected-error @+1 {{expects offsets of a static size of at least 2 (one more than there are experts), found 'tensor<i32>'}}
  %p:2 = "moe.plan"(%e, %o, %o) <{operandSegmentSizes = array<i32: 1, 0, 0, 2>}> : (tensor<?x2xi32>, tensor<i32>, tensor<i32>) -> (tensor<i32>, tensor<i32>)
  return
}

// -----

func.func @wrong_maps(%x: memref<?x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %d: memref<?x6xf32>) {
  // expected-error @+1 {{attribute 'maps' failed to satisfy constraint: AffineMap array attribute}}
  "moe.grouped_matmul"(%x, %o, %w, %d) <{maps = [1], operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 1>}> ({
  }) : (memref<?x4xf32>, memref<9xi32>, memref<8x4x6xf32>, memref<?x6xf32>) -> ()
  return
}

// -----

// Huge numbers do not wrap around.
func.func @overflow(%x: tensor<?x4xf32>, %e: tensor<9223372036854775807x9223372036854775807xi32>) {
  // expected-error @+1 {{expects fewer than 2^31 slots}}
  %r, %o, %s = moe.dispatch %x to %e : tensor<?x4xf32> to tensor<9223372036854775807x9223372036854775807xi32> -> tensor<?x4xf32> by tensor<9xi32>, tensor<?xi32>
  return
}

// -----

// common_c2: what must be there once is there once, whatever the segments say. A segment too few:
func.func @no_logits(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects one operand 'logits', found 0}}
  %w, %e = "moe.gate"(%z) <{operandSegmentSizes = array<i32: 0, 0, 1, 0, 0, 0, 0>, router = #moe.router<softmax, top_k<2>>}> ({
  }) : (tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi32>)
  return
}

// -----

// And one too many.
func.func @two_logits(%z: tensor<?x8xf32>) {
  // expected-error @+1 {{expects one operand 'logits', found 2}}
  %w, %e = "moe.gate"(%z, %z) <{operandSegmentSizes = array<i32: 2, 0, 0, 0, 0, 0, 0>, router = #moe.router<softmax, top_k<2>>}> ({
  }) : (tensor<?x8xf32>, tensor<?x8xf32>) -> (tensor<?x2xf32>, tensor<?x2xi32>)
  return
}

// -----

func.func @no_experts(%a: tensor<4x2xf32>) {
  // expected-error @+1 {{expects one operand 'experts', found 0}}
  %r, %o, %s = "moe.dispatch"(%a) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>}> : (tensor<4x2xf32>) -> (tensor<4x2xf32>, tensor<3xi32>, tensor<4xi32>)
  return
}

// -----

func.func @weights_for_experts(%a: tensor<4x2xf32>) {
  // expected-error @+1 {{expects one operand 'experts', found 0}}
  %r, %o, %s = "moe.dispatch"(%a, %a) <{operandSegmentSizes = array<i32: 1, 0, 1, 0>}> : (tensor<4x2xf32>, tensor<4x2xf32>) -> (tensor<4x2xf32>, tensor<3xi32>, tensor<4xi32>)
  return
}

// -----

func.func @no_offsets(%r: tensor<?x4xf32>) {
  // expected-error @+1 {{expects one operand 'offsets', found 0}}
  %y = "moe.expert"(%r) <{operandSegmentSizes = array<i32: 1, 0, 0, 0>}> ({
  ^bb0(%a: tensor<?x4xf32>):
    "moe.yield"(%a) : (tensor<?x4xf32>) -> ()
  }) : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return
}

// -----

func.func @two_offsets(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  // expected-error @+1 {{expects one operand 'offsets', found 2}}
  %y = "moe.expert"(%r, %o, %o) <{operandSegmentSizes = array<i32: 1, 2, 0, 0>}> ({
  ^bb0(%a: tensor<?x4xf32>):
    "moe.yield"(%a) : (tensor<?x4xf32>) -> ()
  }) : (tensor<?x4xf32>, tensor<9xi32>, tensor<9xi32>) -> tensor<?x4xf32>
  return
}

// -----

func.func @no_step(%s: i64) {
  // expected-error @+1 {{expects one operand 'step', found 0}}
  %n = "moe.random_normal"(%s, %s) <{operandSegmentSizes = array<i32: 1, 0, 1, 0>}> : (i64, i64) -> tensor<3xf32>
  return
}

// -----

func.func @no_seed(%s: i64) {
  // expected-error @+1 {{expects one operand 'seed', found 0}}
  %n = "moe.random_uniform"(%s, %s) <{operandSegmentSizes = array<i32: 0, 1, 1, 0>}> : (i64, i64) -> tensor<3xf32>
  return
}

// -----

func.func @plan_without_experts(%o: memref<9xi32>, %s: memref<?xi32>) {
  // expected-error @+1 {{expects one operand 'experts', found 0}}
  "moe.plan"(%o, %s) <{operandSegmentSizes = array<i32: 0, 0, 0, 2>}> : (memref<9xi32>, memref<?xi32>) -> ()
  return
}

// -----

func.func @no_projection(%x: memref<?x4xf32>, %w: memref<?x2xf32>, %e: memref<?x2xi32>) {
  // expected-error @+1 {{expects one operand 'projection', found 0}}
  "moe.route"(%x, %w, %e) <{operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2>, router = #moe.router<softmax, top_k<2>>}> ({
  }) : (memref<?x4xf32>, memref<?x2xf32>, memref<?x2xi32>) -> ()
  return
}

// -----

func.func @matmul_without_offsets(%x: memref<?x4xf32>, %w: memref<8x4x6xf32>, %d: memref<?x6xf32>) {
  // expected-error @+1 {{expects one operand 'offsets', found 0}}
  "moe.grouped_matmul"(%x, %w, %d) <{operandSegmentSizes = array<i32: 1, 0, 1, 0, 0, 1>}> ({
  }) : (memref<?x4xf32>, memref<8x4x6xf32>, memref<?x6xf32>) -> ()
  return
}

// -----

func.func @gather_without_slots(%x: memref<?x4xf32>, %d: memref<?x4xf32>) {
  // expected-error @+1 {{expects one operand 'slots', found 0}}
  "moe.gather_rows"(%x, %d) <{operandSegmentSizes = array<i32: 1, 0, 0, 1>, slots_per_token = 2 : i64}> : (memref<?x4xf32>, memref<?x4xf32>) -> ()
  return
}

// -----

func.func @combine_without_token_rows(%x: memref<?x4xf32>, %s: memref<?xi32>, %d: memref<?x4xf32>) {
  // expected-error @+1 {{expects one operand 'token_rows', found 0}}
  "moe.combine_rows"(%x, %s, %d) <{operandSegmentSizes = array<i32: 1, 1, 0, 0, 1>}> : (memref<?x4xf32>, memref<?xi32>, memref<?x4xf32>) -> ()
  return
}
