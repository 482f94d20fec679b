// RUN: moe-opt %s --split-input-file --verify-diagnostics

// grouped_matmul_c1: at least one weight, one destination.
func.func @grouped_matmul_c1(%x: memref<?x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %d: memref<?x6xf32>) {
  // expected-error @+1 {{expects at least one weight and one destination, found 1 and 2}}
  moe.grouped_matmul ins(%x : memref<?x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>) outs(%d, %d : memref<?x6xf32>, memref<?x6xf32>)
  return
}

// -----

// grouped_matmul_c2: the number of experts is static.
func.func @grouped_matmul_c2(%x: memref<?x4xf32>, %o: memref<?xi32>, %w: memref<8x4x6xf32>, %d: memref<?x6xf32>) {
  // expected-error @+1 {{expects offsets of a static size of at least 2 (one more than there are experts), found 'memref<?xi32>'}}
  moe.grouped_matmul ins(%x : memref<?x4xf32>) offsets(%o : memref<?xi32>) weights(%w : memref<8x4x6xf32>) outs(%d : memref<?x6xf32>)
  return
}

// -----

// grouped_matmul_c3: who gathers or accumulates has slots.
func.func @grouped_matmul_c3(%x: memref<?x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %d: memref<?x6xf32>) {
  // expected-error @+1 {{expects slots and slots_per_token where it gathers or accumulates, found no slots}}
  moe.grouped_matmul ins(%x : memref<?x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>) slots_per_token(2) gather outs(%d : memref<?x6xf32>)
  return
}

// -----

func.func @grouped_matmul_c3_accumulate(%x: memref<?x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %s: memref<?xi32>, %d: memref<?x6xf32>) {
  // expected-error @+1 {{expects slots and slots_per_token where it gathers or accumulates, found no slots_per_token}}
  moe.grouped_matmul ins(%x : memref<?x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>) slots(%s : memref<?xi32>) accumulate outs(%d : memref<?x6xf32>)
  return
}

// -----

// grouped_matmul_c4: a token has at least one slot, and slots are i32.
func.func @grouped_matmul_c4(%x: memref<?x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %s: memref<?xi32>, %d: memref<?x6xf32>) {
  // expected-error @+1 {{expects at least 1 slot a token, found 0}}
  moe.grouped_matmul ins(%x : memref<?x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>) slots(%s : memref<?xi32>) slots_per_token(0) gather outs(%d : memref<?x6xf32>)
  return
}

// -----

func.func @grouped_matmul_c4_slots(%x: memref<1073741824x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %s: memref<?xi32>, %d: memref<?x6xf32>) {
  // expected-error @+1 {{expects fewer than 2^31 slots, found 1073741824 tokens of 2 slots}}
  moe.grouped_matmul ins(%x : memref<1073741824x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>) slots(%s : memref<?xi32>) slots_per_token(2) gather outs(%d : memref<?x6xf32>)
  return
}

// -----

// grouped_matmul_c5: a map of slots needs slots.
func.func @grouped_matmul_c5(%x: memref<?x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %p: memref<?xf32>, %d: memref<?x6xf32>) {
  // expected-error @+1 {{expects slots where a map uses them, found none}}
  moe.grouped_matmul ins(%x : memref<?x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>)
      operands(%p : memref<?xf32>) maps [affine_map<(e, r, n, s) -> (s)>] outs(%d : memref<?x6xf32>) epilogue {
  ^bb0(%a: f32, %b: f32):
    moe.yield %a : f32
  }
  return
}

// -----

// grouped_matmul_c6: sizes agree, in the orientation of the weights.
func.func @grouped_matmul_c6(%x: memref<?x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %d: memref<?x4xf32>) {
  // expected-error @+1 {{expects weights to have 4 contraction points, found 6}}
  moe.grouped_matmul ins(%x : memref<?x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>) transposed outs(%d : memref<?x4xf32>)
  return
}

// -----

func.func @grouped_matmul_c6_experts(%x: memref<?x4xf32>, %o: memref<9xi32>, %w: memref<9x4x6xf32>, %d: memref<?x6xf32>) {
  // expected-error @+1 {{expects weights to have 8 experts, found 9}}
  moe.grouped_matmul ins(%x : memref<?x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<9x4x6xf32>) outs(%d : memref<?x6xf32>)
  return
}

// -----

func.func @grouped_matmul_c6_rows(%x: memref<5x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %d: memref<7x6xf32>) {
  // expected-error @+1 {{expects destination to have 5 rows, found 7}}
  moe.grouped_matmul ins(%x : memref<5x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>) outs(%d : memref<7x6xf32>)
  return
}

// -----

// What it gathers from and accumulates into has a row for each token.
func.func @grouped_matmul_c6_tokens(%x: memref<5x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %s: memref<10xi32>, %d: memref<10x6xf32>) {
  // expected-error @+1 {{expects destination to have 5 tokens, found 10}}
  moe.grouped_matmul ins(%x : memref<5x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>) slots(%s : memref<10xi32>) slots_per_token(2) gather accumulate outs(%d : memref<10x6xf32>)
  return
}

// -----

// grouped_matmul_c7: f64 stays f64; sums are kept in the accumulator's type.
func.func @grouped_matmul_c7(%x: memref<?x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf64>, %d: memref<?x6xf32>) {
  // expected-error @+1 {{expects f64 weights for f64 rows only, found 'memref<8x4x6xf64>' for 'memref<?x4xf32>'}}
  moe.grouped_matmul ins(%x : memref<?x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf64>) outs(%d : memref<?x6xf32>)
  return
}

// -----

func.func @grouped_matmul_c7_accumulate(%x: memref<?x4xbf16>, %o: memref<9xi32>, %w: memref<8x4x6xbf16>, %s: memref<?xi32>, %d: memref<?x6xbf16>) {
  // expected-error @+1 {{expects a destination to add to of 'f32', found 'memref<?x6xbf16>'}}
  moe.grouped_matmul ins(%x : memref<?x4xbf16>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xbf16>) slots(%s : memref<?xi32>) slots_per_token(2) accumulate outs(%d : memref<?x6xbf16>)
  return
}

// -----

// grouped_matmul_c8: a map of (e, r, n, s) for each operand.
func.func @grouped_matmul_c8(%x: memref<?x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %p: memref<8x6xf32>, %d: memref<?x6xf32>) {
  // expected-error @+1 {{expects one map for each of the 1 epilogue operands, found 0}}
  moe.grouped_matmul ins(%x : memref<?x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>)
      operands(%p : memref<8x6xf32>) maps [] outs(%d : memref<?x6xf32>) epilogue {
  ^bb0(%a: f32, %b: f32):
    moe.yield %a : f32
  }
  return
}

// -----

func.func @grouped_matmul_c8_dims(%x: memref<?x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %p: memref<8x6xf32>, %d: memref<?x6xf32>) {
  // expected-error @+1 {{expects a map of (e, r, n, s) to the 2 dimensions of epilogue operand 0, found affine_map<(d0, d1, d2, d3) -> (d0)>}}
  moe.grouped_matmul ins(%x : memref<?x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>)
      operands(%p : memref<8x6xf32>) maps [affine_map<(e, r, n, s) -> (e)>] outs(%d : memref<?x6xf32>) epilogue {
  ^bb0(%a: f32, %b: f32):
    moe.yield %a : f32
  }
  return
}

// -----

// grouped_matmul_c9: maps stay inside of their operand.
func.func @grouped_matmul_c9(%x: memref<?x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %p: memref<8x5xf32>, %d: memref<?x6xf32>) {
  // expected-error @+1 {{expects epilogue operand 0 to have 6 columns, found 5}}
  moe.grouped_matmul ins(%x : memref<?x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>)
      operands(%p : memref<8x5xf32>) maps [affine_map<(e, r, n, s) -> (e, n)>] outs(%d : memref<?x6xf32>) epilogue {
  ^bb0(%a: f32, %b: f32):
    moe.yield %a : f32
  }
  return
}

// -----

func.func @grouped_matmul_c9_constant(%x: memref<?x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %p: memref<8x5xf32>, %d: memref<?x6xf32>) {
  // expected-error @+1 {{expects a map inside of 'memref<8x5xf32>', found 5}}
  moe.grouped_matmul ins(%x : memref<?x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>)
      operands(%p : memref<8x5xf32>) maps [affine_map<(e, r, n, s) -> (e, 5)>] outs(%d : memref<?x6xf32>) epilogue {
  ^bb0(%a: f32, %b: f32):
    moe.yield %a : f32
  }
  return
}

// -----

func.func @grouped_matmul_c9_slots(%x: memref<5x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %s: memref<10xi32>, %p: memref<5xf32>, %d: memref<10x6xf32>) {
  // expected-error @+1 {{expects epilogue operand 0 to have 10 slots, found 5}}
  moe.grouped_matmul ins(%x : memref<5x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>) slots(%s : memref<10xi32>) slots_per_token(2) gather
      operands(%p : memref<5xf32>) maps [affine_map<(e, r, n, s) -> (s)>] outs(%d : memref<10x6xf32>) epilogue {
  ^bb0(%a: f32, %b: f32):
    moe.yield %a : f32
  }
  return
}

// -----

// grouped_matmul_c9: the token of a slot is one of T, those of the rows or of the destination.
func.func @grouped_matmul_c9_tokens(%x: memref<100x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %s: memref<200xi32>, %p0: memref<3xf32>, %d: memref<200x6xf32>) {
  // expected-error @+1 {{expects epilogue operand 0 to have 100 tokens, found 3}}
  moe.grouped_matmul ins(%x : memref<100x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>) slots(%s : memref<200xi32>) slots_per_token(2) gather
      operands(%p0 : memref<3xf32>) maps [affine_map<(e, r, n, s) -> (s floordiv 2)>] outs(%d : memref<200x6xf32>) epilogue {
  ^bb0(%a: f32, %b0: f32):
    moe.yield %a : f32
  }
  return
}

// -----

func.func @grouped_matmul_c9_tokens_more(%x: memref<5x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %s: memref<?xi32>, %p0: memref<6xf32>, %d: memref<?x6xf32>) {
  // expected-error @+1 {{expects epilogue operand 0 to have 5 tokens, found 6}}
  moe.grouped_matmul ins(%x : memref<5x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>) slots(%s : memref<?xi32>) slots_per_token(2) gather
      operands(%p0 : memref<6xf32>) maps [affine_map<(e, r, n, s) -> (s floordiv 2)>] outs(%d : memref<?x6xf32>) epilogue {
  ^bb0(%a: f32, %b0: f32):
    moe.yield %a : f32
  }
  return
}

// -----

func.func @grouped_matmul_c9_tokens_destination(%x: memref<10x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %s: memref<10xi32>, %p0: memref<?xf32>, %p1: memref<3xf32>, %d: memref<5x6xf32>) {
  // expected-error @+1 {{expects epilogue operand 1 to have 5 tokens, found 3}}
  moe.grouped_matmul ins(%x : memref<10x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>) slots(%s : memref<10xi32>) slots_per_token(2) accumulate
      operands(%p0, %p1 : memref<?xf32>, memref<3xf32>) maps [affine_map<(e, r, n, s) -> (s floordiv 2)>, affine_map<(e, r, n, s) -> (s floordiv 2)>] outs(%d : memref<5x6xf32>) epilogue {
  ^bb0(%a: f32, %b0: f32, %b1: f32):
    moe.yield %a : f32
  }
  return
}

// -----

// grouped_matmul_c9: without gather and accumulate the operands say T, in whichever order.
func.func @grouped_matmul_c9_tokens_operands(%x: memref<?x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %s: memref<?xi32>, %p0: memref<9xf32>, %p1: memref<5xf32>, %d: memref<?x6xf32>) {
  // expected-error @+1 {{expects epilogue operand 0 to have 10 slots, found 9}}
  moe.grouped_matmul ins(%x : memref<?x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>) slots(%s : memref<?xi32>) slots_per_token(2)
      operands(%p0, %p1 : memref<9xf32>, memref<5xf32>) maps [affine_map<(e, r, n, s) -> (s)>, affine_map<(e, r, n, s) -> (s floordiv 2)>] outs(%d : memref<?x6xf32>) epilogue {
  ^bb0(%a: f32, %b0: f32, %b1: f32):
    moe.yield %a : f32
  }
  return
}

// -----

func.func @grouped_matmul_c9_tokens_differ(%x: memref<?x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %s: memref<?xi32>, %p0: memref<5xf32>, %p1: memref<4xf32>, %d: memref<?x6xf32>) {
  // expected-error @+1 {{expects epilogue operand 1 to have 5 tokens, found 4}}
  moe.grouped_matmul ins(%x : memref<?x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>) slots(%s : memref<?xi32>) slots_per_token(2)
      operands(%p0, %p1 : memref<5xf32>, memref<4xf32>) maps [affine_map<(e, r, n, s) -> (s floordiv 2)>, affine_map<(e, r, n, s) -> (s floordiv 2)>] outs(%d : memref<?x6xf32>) epilogue {
  ^bb0(%a: f32, %b0: f32, %b1: f32):
    moe.yield %a : f32
  }
  return
}

// -----

// grouped_matmul_c9: a rest is below the divisor.
func.func @grouped_matmul_c9_mod(%x: memref<5x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %s: memref<10xi32>, %p0: memref<1xf32>, %d: memref<10x6xf32>) {
  // expected-error @+1 {{expects a map inside of 'memref<1xf32>' for all experts}}
  moe.grouped_matmul ins(%x : memref<5x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>) slots(%s : memref<10xi32>) slots_per_token(2) gather
      operands(%p0 : memref<1xf32>) maps [affine_map<(e, r, n, s) -> (s mod 2)>] outs(%d : memref<10x6xf32>) epilogue {
  ^bb0(%a: f32, %b0: f32):
    moe.yield %a : f32
  }
  return
}

// -----

func.func @grouped_matmul_c9_mod_dynamic(%x: memref<5x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %s: memref<10xi32>, %p0: memref<?xf32>, %d: memref<10x6xf32>) {
  // expected-error @+1 {{expects a map inside of 'memref<?xf32>' for all experts}}
  moe.grouped_matmul ins(%x : memref<5x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>) slots(%s : memref<10xi32>) slots_per_token(2) gather
      operands(%p0 : memref<?xf32>) maps [affine_map<(e, r, n, s) -> (s mod 2)>] outs(%d : memref<10x6xf32>) epilogue {
  ^bb0(%a: f32, %b0: f32):
    moe.yield %a : f32
  }
  return
}

// -----

func.func @grouped_matmul_c9_negative(%x: memref<5x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %s: memref<10xi32>, %p0: memref<6xf32>, %d: memref<10x6xf32>) {
  // expected-error @+1 {{expects a map inside of 'memref<6xf32>' for all experts}}
  moe.grouped_matmul ins(%x : memref<5x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>) slots(%s : memref<10xi32>) slots_per_token(2) gather
      operands(%p0 : memref<6xf32>) maps [affine_map<(e, r, n, s) -> (4 - n)>] outs(%d : memref<10x6xf32>) epilogue {
  ^bb0(%a: f32, %b0: f32):
    moe.yield %a : f32
  }
  return
}

// -----

// grouped_matmul_c9: 4 times this is 0 in 64 bits, once it is not.
func.func @grouped_matmul_c9_wraps(%x: memref<5x4xf32>, %o: memref<9xi32>, %w: memref<8x4x5xf32>, %s: memref<10xi32>, %p0: memref<3xf32>, %d: memref<10x5xf32>) {
  // expected-error @+1 {{expects a map inside of 'memref<3xf32>' for all experts}}
  moe.grouped_matmul ins(%x : memref<5x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x5xf32>) slots(%s : memref<10xi32>) slots_per_token(2) gather
      operands(%p0 : memref<3xf32>) maps [affine_map<(e, r, n, s) -> (n * 4611686018427387904)>] outs(%d : memref<10x5xf32>) epilogue {
  ^bb0(%a: f32, %b0: f32):
    moe.yield %a : f32
  }
  return
}

// -----

// grouped_matmul_c10: without an epilogue the result is the one product.
func.func @grouped_matmul_c10(%x: memref<?x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %d: memref<?x6xf32>) {
  // expected-error @+1 {{expects one weight and no operands where there is no epilogue, found 2 and 0}}
  moe.grouped_matmul ins(%x : memref<?x4xf32>) offsets(%o : memref<9xi32>) weights(%w, %w : memref<8x4x6xf32>, memref<8x4x6xf32>) outs(%d : memref<?x6xf32>)
  return
}

// -----

// grouped_matmul_c11: accumulators and elements in, one accumulator out.
func.func @grouped_matmul_c11(%x: memref<?x4xbf16>, %o: memref<9xi32>, %w: memref<8x4x6xbf16>, %d: memref<?x6xbf16>) {
  // expected-error @+1 {{expects argument 0 of the epilogue to be 'f32', found 'bf16'}}
  moe.grouped_matmul ins(%x : memref<?x4xbf16>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xbf16>) outs(%d : memref<?x6xbf16>) epilogue {
  ^bb0(%a: bf16):
    moe.yield %a : bf16
  }
  return
}

// -----

func.func @grouped_matmul_c11_yield(%x: memref<?x4xbf16>, %o: memref<9xi32>, %w: memref<8x4x6xbf16>, %d: memref<?x6xbf16>) {
  moe.grouped_matmul ins(%x : memref<?x4xbf16>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xbf16>) outs(%d : memref<?x6xbf16>) epilogue {
  ^bb0(%a: f32):
    %b = arith.truncf %a : f32 to bf16
    // expected-error @+1 {{expects value 0 of the epilogue to be 'f32', found 'bf16'}}
    moe.yield %b : bf16
  }
  return
}

// -----

// grouped_matmul_c12: the epilogue has no memory effects.
func.func private @get() -> f32
func.func @grouped_matmul_c12(%x: memref<?x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %d: memref<?x6xf32>) {
  // expected-error @+1 {{expects no memory effects in the epilogue, found func.call}}
  moe.grouped_matmul ins(%x : memref<?x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>) outs(%d : memref<?x6xf32>) epilogue {
  ^bb0(%a: f32):
    // expected-note @+1 {{this op may have memory effects}}
    %b = func.call @get() : () -> f32
    moe.yield %b : f32
  }
  return
}

// -----

// grouped_matmul_c12: the epilogue is of scalars.
func.func @grouped_matmul_c12_moe(%x: memref<?x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %d: memref<?x6xf32>) {
  // expected-error @+1 {{expects no moe ops in the epilogue, found moe.random_uniform}}
  moe.grouped_matmul ins(%x : memref<?x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>) outs(%d : memref<?x6xf32>) epilogue {
  ^bb0(%a: f32):
    %s = arith.constant 0 : i64
    // expected-note @+1 {{this op is not one of scalars}}
    %b = moe.random_uniform seed(%s) step(%s) sizes() : tensor<1xf32>
    moe.yield %a : f32
  }
  return
}

// -----

// grouped_matmul_c9: a computed place must be provably inside.
func.func @grouped_matmul_c9_computed(%x: memref<?x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %p: memref<12xf32>, %d: memref<?x6xf32>) {
  // expected-error @+1 {{expects a map inside of 'memref<12xf32>' for all experts, rows, columns and slots, found affine_map<(d0, d1, d2, d3) -> (d2 * 2 + 2)>}}
  moe.grouped_matmul ins(%x : memref<?x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>)
      operands(%p : memref<12xf32>) maps [affine_map<(e, r, n, s) -> (n * 2 + 2)>] outs(%d : memref<?x6xf32>) epilogue {
  ^bb0(%a: f32, %b: f32):
    %c = arith.addf %a, %b : f32
    moe.yield %c : f32
  }
  return
}

// -----

// grouped_matmul_c9: rows have no static size here.
func.func @grouped_matmul_c9_rows(%x: memref<?x4xf32>, %o: memref<9xi32>, %w: memref<8x4x6xf32>, %p: memref<?xf32>, %d: memref<?x6xf32>) {
  // expected-error @+1 {{expects a map inside of 'memref<?xf32>' for all experts}}
  moe.grouped_matmul ins(%x : memref<?x4xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x4x6xf32>)
      operands(%p : memref<?xf32>) maps [affine_map<(e, r, n, s) -> (r * 1000000000 + n)>] outs(%d : memref<?x6xf32>) epilogue {
  ^bb0(%a: f32, %b: f32):
    %c = arith.addf %a, %b : f32
    moe.yield %c : f32
  }
  return
}

// -----

// grouped_matmul_c13: packed weights fill panels and groups.
func.func @grouped_matmul_c13(%x: memref<?x5xf32>, %o: memref<9xi32>, %w: memref<8x2x3x8xf32>, %d: memref<?x9xf32>) {
  // expected-error @+1 {{expects packed weights to have 3 panels, found 2}}
  moe.grouped_matmul ins(%x : memref<?x5xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x2x3x8xf32>)
      packed(<columns = 4, group = 2>) outs(%d : memref<?x9xf32>)
  return
}

// -----

func.func @grouped_matmul_c13_group(%x: memref<?x5xf32>, %o: memref<9xi32>, %w: memref<8x3x5x8xf32>, %d: memref<?x9xf32>) {
  // expected-error @+1 {{expects packed weights to have 3 groups of contraction points, found 5}}
  moe.grouped_matmul ins(%x : memref<?x5xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x3x5x8xf32>)
      packed(<columns = 4, group = 2>) outs(%d : memref<?x9xf32>)
  return
}

// -----

func.func @grouped_matmul_c13_static(%x: memref<?x5xf32>, %o: memref<9xi32>, %w: memref<8x3x3x?xf32>, %d: memref<?x9xf32>) {
  // expected-error @+1 {{expects a static number of elements a group, found 'memref<8x3x3x?xf32>'}}
  moe.grouped_matmul ins(%x : memref<?x5xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x3x3x?xf32>)
      packed(<columns = 4, group = 2>) outs(%d : memref<?x9xf32>)
  return
}

// -----

func.func @grouped_matmul_c13_transposed(%x: memref<?x5xf32>, %o: memref<9xi32>, %w: memref<8x3x3x8xf32>, %d: memref<?x9xf32>) {
  // expected-error @+1 {{expects weights that are packed or transposed, found both}}
  moe.grouped_matmul ins(%x : memref<?x5xf32>) offsets(%o : memref<9xi32>) weights(%w : memref<8x3x3x8xf32>)
      transposed packed(<columns = 4, group = 2>) outs(%d : memref<?x9xf32>)
  return
}

// -----

// packing_c1: panels and groups have something.
// expected-error @+1 {{expects panels of at least 1 column and groups of at least 1 contraction point, found 0 and 2}}
func.func private @packing_c1() attributes {test.p = #moe.packing<columns = 0, group = 2>}

// -----

// expected-error @+1 {{expects numbers below 2^31, found 4294967296}}
func.func private @packing_c1() attributes {test.p = #moe.packing<columns = 16, group = 4294967296>}
