// RUN: moe-opt %s --split-input-file --verify-diagnostics

// machine_c1: tensors or memrefs, not both.
func.func @machine_c1(%x: tensor<?x4xf32>, %s: memref<?xi32>, %d: tensor<?x4xf32>) {
  // expected-error @+1 {{expects tensors only or memrefs only, found both}}
  %r = moe.gather_rows ins(%x, %s : tensor<?x4xf32>, memref<?xi32>) slots_per_token(2) outs(%d : tensor<?x4xf32>) -> tensor<?x4xf32>
  return
}

// -----

// machine_c2: on tensors a result for each destination, on memrefs none.
func.func @machine_c2(%x: tensor<?x4xf32>, %s: tensor<?xi32>, %d: tensor<?x4xf32>) {
  // expected-error @+1 {{expects 1 results for 1 destinations on tensors, found 0}}
  moe.gather_rows ins(%x, %s : tensor<?x4xf32>, tensor<?xi32>) slots_per_token(2) outs(%d : tensor<?x4xf32>)
  return
}

// -----

func.func @machine_c2_memref(%x: memref<?x4xf32>, %s: memref<?xi32>, %d: memref<?x4xf32>) {
  // expected-error @+1 {{expects 0 results for 1 destinations on memrefs, found 1}}
  %r = moe.gather_rows ins(%x, %s : memref<?x4xf32>, memref<?xi32>) slots_per_token(2) outs(%d : memref<?x4xf32>) -> tensor<?x4xf32>
  return
}

// -----

func.func @machine_c2_type(%x: tensor<?x4xf32>, %s: tensor<?xi32>, %d: tensor<?x4xf32>) {
  // expected-error @+1 {{expects result 0 to be of the type of its destination 'tensor<?x4xf32>', found 'tensor<6x4xf32>'}}
  %r = moe.gather_rows ins(%x, %s : tensor<?x4xf32>, tensor<?xi32>) slots_per_token(2) outs(%d : tensor<?x4xf32>) -> tensor<6x4xf32>
  return
}

// -----

// plan_c1: two destinations or three.
func.func @plan_c1(%e: tensor<?x2xi32>, %o: tensor<9xi32>) {
  // expected-error @+1 {{expects destinations for offsets, slots and maybe rows, found 1}}
  %p = moe.plan ins(%e : tensor<?x2xi32>) outs(%o : tensor<9xi32>) -> tensor<9xi32>
  return
}

// -----

// plan_c2: static offsets, then slots.
func.func @plan_c2(%e: tensor<?x2xi32>, %o: tensor<?xi32>, %s: tensor<?xi32>) {
  // expected-error @+1 {{expects offsets of a static size of at least 2 (one more than there are experts), found 'tensor<?xi32>'}}
  %p:2 = moe.plan ins(%e : tensor<?x2xi32>) outs(%o, %s : tensor<?xi32>, tensor<?xi32>) -> tensor<?xi32>, tensor<?xi32>
  return
}

// -----

func.func @plan_c2_rank(%e: tensor<?x2xi32>, %o: tensor<9xi32>, %s: tensor<?x2xi32>) {
  // expected-error @+1 {{expects slots of rank 1, found 'tensor<?x2xi32>'}}
  %p:2 = moe.plan ins(%e : tensor<?x2xi32>) outs(%o, %s : tensor<9xi32>, tensor<?x2xi32>) -> tensor<9xi32>, tensor<?x2xi32>
  return
}

// -----

// plan_c3: weights and rows are the experts' size.
func.func @plan_c3(%e: tensor<?x2xi32>, %w: tensor<?x3xf32>, %o: tensor<9xi32>, %s: tensor<?xi32>) {
  // expected-error @+1 {{expects weights to have 2 slots a token, found 3}}
  %p:2 = moe.plan ins(%e : tensor<?x2xi32>) weights(%w : tensor<?x3xf32>) outs(%o, %s : tensor<9xi32>, tensor<?xi32>) -> tensor<9xi32>, tensor<?xi32>
  return
}

// -----

func.func @plan_c3_rows(%e: tensor<5x2xi32>, %o: tensor<9xi32>, %s: tensor<?xi32>, %t: tensor<6x2xi32>) {
  // expected-error @+1 {{expects rows to have 5 tokens, found 6}}
  %p:3 = moe.plan ins(%e : tensor<5x2xi32>) outs(%o, %s, %t : tensor<9xi32>, tensor<?xi32>, tensor<6x2xi32>) -> tensor<9xi32>, tensor<?xi32>, tensor<6x2xi32>
  return
}

// -----

// plan_c4: slots are i32.
func.func @plan_c4(%e: tensor<1073741824x2xi32>, %o: tensor<9xi32>, %s: tensor<?xi32>) {
  // expected-error @+1 {{expects fewer than 2^31 slots, found 1073741824 tokens of 2 slots}}
  %p:2 = moe.plan ins(%e : tensor<1073741824x2xi32>) outs(%o, %s : tensor<9xi32>, tensor<?xi32>) -> tensor<9xi32>, tensor<?xi32>
  return
}

// -----

// capacity_c1 holds of a plan too.
func.func @plan_segment(%e: tensor<?x2xi32>, %o: tensor<9xi32>, %s: tensor<?xi32>) {
  // expected-error @+1 {{expects a capacity where there is a segment}}
  %p:2 = moe.plan ins(%e : tensor<?x2xi32>) segment(4) outs(%o, %s : tensor<9xi32>, tensor<?xi32>) -> tensor<9xi32>, tensor<?xi32>
  return
}

// -----

// route_c1: weights and experts, then maybe a plan.
func.func @route_c1(%x: tensor<?x4xf32>, %p: tensor<4x8xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>, %o: tensor<9xi32>) {
  // expected-error @+1 {{expects destinations for weights and experts, then maybe offsets and slots, then maybe rows, found 3}}
  %r:3 = moe.route <softmax, top_k<2>> ins(%x, %p : tensor<?x4xf32>, tensor<4x8xf32>) outs(%w, %e, %o : tensor<?x2xf32>, tensor<?x2xi32>, tensor<9xi32>) -> tensor<?x2xf32>, tensor<?x2xi32>, tensor<9xi32>
  return
}

// -----

// route_c2: the projections fit the input.
func.func @route_c2(%x: tensor<?x4xf32>, %p: tensor<8x4xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>) {
  // expected-error @+1 {{expects projection to have 4 columns, found 8}}
  %r:2 = moe.route <softmax, top_k<2>> ins(%x, %p : tensor<?x4xf32>, tensor<8x4xf32>) outs(%w, %e : tensor<?x2xf32>, tensor<?x2xi32>) -> tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// -----

func.func @route_c2_bias(%x: tensor<?x4xf32>, %p: tensor<8x4xf32>, %b: tensor<4xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>) {
  // expected-error @+1 {{expects projection bias to have 8 logits, found 4}}
  %r:2 = moe.route <softmax, top_k<2>> ins(%x, %p : tensor<?x4xf32>, tensor<8x4xf32>) transposed projection_bias(%b : tensor<4xf32>) outs(%w, %e : tensor<?x2xf32>, tensor<?x2xi32>) -> tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// -----

// route_c3: a noise projection scales noise.
func.func @route_c3(%x: tensor<?x4xf32>, %p: tensor<4x8xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>) {
  // expected-error @+1 {{expects noise where there is a noise projection, found none}}
  %r:2 = moe.route <softmax, top_k<2>> ins(%x, %p : tensor<?x4xf32>, tensor<4x8xf32>) noise_projection(%p : tensor<4x8xf32>) outs(%w, %e : tensor<?x2xf32>, tensor<?x2xi32>) -> tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// -----

// route_c4: what moe.gate asks for, of its part.
func.func @route_c4(%x: tensor<?x4xf32>, %p: tensor<4x8xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>) {
  // expected-error @+1 {{expects experts of 'i32', found 'tensor<?x2xf32>'}}
  %r:2 = moe.route <softmax, top_k<2>> ins(%x, %p : tensor<?x4xf32>, tensor<4x8xf32>) outs(%w, %w : tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>, tensor<?x2xf32>
  return
}

// -----

func.func @route_c4_gate_c5(%x: tensor<?x4xf32>, %p: tensor<4x8xf32>, %w: tensor<?x9xf32>, %e: tensor<?x9xi32>) {
  // expected-error @+1 {{expects k of at most the number of logits 8, found 9}}
  %r:2 = moe.route <softmax, top_k<9>> ins(%x, %p : tensor<?x4xf32>, tensor<4x8xf32>) outs(%w, %e : tensor<?x9xf32>, tensor<?x9xi32>) -> tensor<?x9xf32>, tensor<?x9xi32>
  return
}

// -----

func.func @route_c4_gate_c10(%x: tensor<?x4xf64>, %p: tensor<4x8xf64>, %w: tensor<?x2xf64>, %e: tensor<?x2xi32>) {
  // expected-error @+1 {{expects argument 0 of the score region to be 'f64', found 'f32'}}
  %r:2 = moe.route <region, top_k<2>> ins(%x, %p : tensor<?x4xf64>, tensor<4x8xf64>) outs(%w, %e : tensor<?x2xf64>, tensor<?x2xi32>) score {
  ^bb0(%a: f32):
    moe.yield %a : f32
  } -> tensor<?x2xf64>, tensor<?x2xi32>
  return
}

// -----

// route_c5: a capacity is the plan's.
func.func @route_c5(%x: tensor<?x4xf32>, %p: tensor<4x8xf32>, %w: tensor<?x2xf32>, %e: tensor<?x2xi32>, %c: index) {
  // expected-error @+1 {{expects a plan where there is a capacity}}
  %r:2 = moe.route <softmax, top_k<2>> ins(%x, %p : tensor<?x4xf32>, tensor<4x8xf32>) capacity(%c) outs(%w, %e : tensor<?x2xf32>, tensor<?x2xi32>) -> tensor<?x2xf32>, tensor<?x2xi32>
  return
}

// -----

// gather_rows_c1: one destination.
func.func @gather_rows_c1(%x: memref<?x4xf32>, %s: memref<?xi32>, %d: memref<?x4xf32>) {
  // expected-error @+1 {{expects one destination, found 2}}
  moe.gather_rows ins(%x, %s : memref<?x4xf32>, memref<?xi32>) slots_per_token(2) outs(%d, %d : memref<?x4xf32>, memref<?x4xf32>)
  return
}

// -----

// gather_rows_c2: slots are i32, and a token has at least one.
func.func @gather_rows_c2(%x: memref<?x4xf32>, %s: memref<?xi32>, %d: memref<?x4xf32>) {
  // expected-error @+1 {{expects at least 1 slot a token, found 0}}
  moe.gather_rows ins(%x, %s : memref<?x4xf32>, memref<?xi32>) slots_per_token(0) outs(%d : memref<?x4xf32>)
  return
}

// -----

func.func @gather_rows_c2_slots(%x: memref<1073741824x4xf32>, %s: memref<?xi32>, %d: memref<?x4xf32>) {
  // expected-error @+1 {{expects fewer than 2^31 slots, found 1073741824 tokens of 2 slots}}
  moe.gather_rows ins(%x, %s : memref<1073741824x4xf32>, memref<?xi32>) slots_per_token(2) outs(%d : memref<?x4xf32>)
  return
}

// -----

// gather_rows_c3: sizes agree.
func.func @gather_rows_c3(%x: memref<?x4xf32>, %s: memref<6xi32>, %d: memref<7x4xf32>) {
  // expected-error @+1 {{expects destination to have 6 rows, found 7}}
  moe.gather_rows ins(%x, %s : memref<?x4xf32>, memref<6xi32>) slots_per_token(2) outs(%d : memref<7x4xf32>)
  return
}

// -----

func.func @gather_rows_c3_weights(%x: memref<?x4xf32>, %s: memref<6xi32>, %w: memref<?x3xf32>, %d: memref<6x4xf32>) {
  // expected-error @+1 {{expects weights to have 2 slots a token, found 3}}
  moe.gather_rows ins(%x, %s : memref<?x4xf32>, memref<6xi32>) slots_per_token(2) weights(%w : memref<?x3xf32>) outs(%d : memref<6x4xf32>)
  return
}

// -----

// gather_rows_c4: rows keep their element type.
func.func @gather_rows_c4(%x: memref<?x4xf32>, %s: memref<?xi32>, %d: memref<?x4xbf16>) {
  // expected-error @+1 {{expects a destination of 'f32', found 'memref<?x4xbf16>'}}
  moe.gather_rows ins(%x, %s : memref<?x4xf32>, memref<?xi32>) slots_per_token(2) outs(%d : memref<?x4xbf16>)
  return
}

// -----

// combine_rows_c1: one destination.
func.func @combine_rows_c1(%r: memref<?x4xf32>, %s: memref<?xi32>, %t: memref<?x2xi32>, %d: memref<?x4xf32>) {
  // expected-error @+1 {{expects one destination, found 2}}
  moe.combine_rows ins(%r, %s, %t : memref<?x4xf32>, memref<?xi32>, memref<?x2xi32>) outs(%d, %d : memref<?x4xf32>, memref<?x4xf32>)
  return
}

// -----

// combine_rows_c2: sizes agree.
func.func @combine_rows_c2(%r: memref<6x4xf32>, %s: memref<5xi32>, %t: memref<?x2xi32>, %d: memref<?x4xf32>) {
  // expected-error @+1 {{expects slots to have 6 rows, found 5}}
  moe.combine_rows ins(%r, %s, %t : memref<6x4xf32>, memref<5xi32>, memref<?x2xi32>) outs(%d : memref<?x4xf32>)
  return
}

// -----

func.func @combine_rows_c2_tokens(%r: memref<?x4xf32>, %s: memref<?xi32>, %t: memref<3x2xi32>, %d: memref<4x4xf32>) {
  // expected-error @+1 {{expects destination to have 3 tokens, found 4}}
  moe.combine_rows ins(%r, %s, %t : memref<?x4xf32>, memref<?xi32>, memref<3x2xi32>) outs(%d : memref<4x4xf32>)
  return
}

// -----

// combine_rows_c3: slots are i32.
func.func @combine_rows_c3(%r: memref<?x4xf32>, %s: memref<?xi32>, %t: memref<1073741824x2xi32>, %d: memref<?x4xf32>) {
  // expected-error @+1 {{expects fewer than 2^31 slots, found 1073741824 tokens of 2 slots}}
  moe.combine_rows ins(%r, %s, %t : memref<?x4xf32>, memref<?xi32>, memref<1073741824x2xi32>) outs(%d : memref<?x4xf32>)
  return
}

// -----

// combine_rows_c4: there is nothing to multiply.
func.func @combine_rows_c4(%r: memref<?x4xf32>, %s: memref<?xi32>, %t: memref<?x2xi32>, %d: memref<?x4xf32>) {
  // expected-error @+1 {{expects keep_zeros only where weights are multiplied, found no weights}}
  moe.combine_rows ins(%r, %s, %t : memref<?x4xf32>, memref<?xi32>, memref<?x2xi32>) keep_zeros outs(%d : memref<?x4xf32>)
  return
}

// -----

func.func @combine_rows_c3_weights(%r: memref<?x4xf32>, %s: memref<?xi32>, %t: memref<3x2xi32>, %w: memref<1073741824x2xf32>, %d: memref<?x4xf32>) {
  // expected-error @+1 {{expects fewer than 2^31 slots, found 1073741824 tokens of 2 slots}}
  moe.combine_rows ins(%r, %s, %t : memref<?x4xf32>, memref<?xi32>, memref<3x2xi32>) weights(%w : memref<1073741824x2xf32>) outs(%d : memref<?x4xf32>)
  return
}
