// RUN: moe-opt %s --split-input-file --verify-diagnostics

// dispatch_c1: a row result for each row input.
func.func @dispatch_c1(%x: tensor<?x4xf32>, %e: tensor<?x2xi32>) {
  // expected-error @+1 {{expects at least one row input and as many row results, found 1 inputs and 2 results}}
  %r, %q, %o, %s = moe.dispatch %x to %e : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32>, tensor<?x4xf32> by tensor<9xi32>, tensor<?xi32>
  return
}

// -----

// dispatch_c2: weights are the experts' size.
func.func @dispatch_c2(%x: tensor<?x4xf32>, %e: tensor<?x2xi32>, %w: tensor<?x3xf32>) {
  // expected-error @+1 {{expects weights to have 2 slots a token, found 3}}
  %r, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x3xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<9xi32>, tensor<?xi32>
  return
}

// -----

// dispatch_c3: inputs have the tokens, rows the width of their input.
func.func @dispatch_c3(%x: tensor<5x4xf32>, %e: tensor<6x2xi32>) {
  // expected-error @+1 {{expects input to have 6 tokens, found 5}}
  %r, %o, %s = moe.dispatch %x to %e : tensor<5x4xf32> to tensor<6x2xi32> -> tensor<?x4xf32> by tensor<9xi32>, tensor<?xi32>
  return
}

// -----

func.func @dispatch_c3_width(%x: tensor<?x4xf32>, %e: tensor<?x2xi32>) {
  // expected-error @+1 {{expects rows to have 4 columns, found 5}}
  %r, %o, %s = moe.dispatch %x to %e : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x5xf32> by tensor<9xi32>, tensor<?xi32>
  return
}

// -----

// dispatch_c4: rows keep their element type.
func.func @dispatch_c4(%x: tensor<?x4xf32>, %e: tensor<?x2xi32>) {
  // expected-error @+1 {{expects rows of 'f32' like their input, found 'bf16'}}
  %r, %o, %s = moe.dispatch %x to %e : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xbf16> by tensor<9xi32>, tensor<?xi32>
  return
}

// -----

// dispatch_c5: one bound, of at most the number of slots.
func.func @dispatch_c5(%x: tensor<?x4xf32>, %e: tensor<?x2xi32>) {
  // expected-error @+1 {{expects rows and slots of the same bound, found 'tensor<8x4xf32>' and 'tensor<?xi32>'}}
  %r, %o, %s = moe.dispatch %x to %e : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<8x4xf32> by tensor<9xi32>, tensor<?xi32>
  return
}

// -----

func.func @dispatch_c5_bound(%x: tensor<3x4xf32>, %e: tensor<3x2xi32>) {
  // expected-error @+1 {{expects a bound of at most the number of slots 6, found 7}}
  %r, %o, %s = moe.dispatch %x to %e : tensor<3x4xf32> to tensor<3x2xi32> -> tensor<7x4xf32> by tensor<9xi32>, tensor<7xi32>
  return
}

// -----

// dispatch_c6: slots are i32.
func.func @dispatch_c6(%x: tensor<1073741824x4xf32>, %e: tensor<1073741824x2xi32>) {
  // expected-error @+1 {{expects fewer than 2^31 slots, found 1073741824 tokens of 2 slots}}
  %r, %o, %s = moe.dispatch %x to %e : tensor<1073741824x4xf32> to tensor<1073741824x2xi32> -> tensor<?x4xf32> by tensor<9xi32>, tensor<?xi32>
  return
}

// -----

// dispatch_c7: the number of experts is static and at least 1.
func.func @dispatch_c7(%x: tensor<?x4xf32>, %e: tensor<?x2xi32>) {
  // expected-error @+1 {{expects offsets of a static size of at least 2 (one more than there are experts), found 'tensor<?xi32>'}}
  %r, %o, %s = moe.dispatch %x to %e : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<?xi32>, tensor<?xi32>
  return
}

// -----

func.func @dispatch_c7_none(%x: tensor<?x4xf32>, %e: tensor<?x2xi32>) {
  // expected-error @+1 {{expects offsets of a static size of at least 2 (one more than there are experts), found 'tensor<1xi32>'}}
  %r, %o, %s = moe.dispatch %x to %e : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<1xi32>, tensor<?xi32>
  return
}

// -----

// dispatch_c8: rows are scaled by weights.
func.func @dispatch_c8(%x: tensor<?x4xf32>, %e: tensor<?x2xi32>) {
  // expected-error @+1 {{expects weights where rows are scaled, found none}}
  %r, %o, %s = moe.dispatch %x to %e scale_rows : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<9xi32>, tensor<?xi32>
  return
}

// -----

// capacity_c1: a priority and a segment say who is dropped.
func.func @capacity_c1(%x: tensor<?x4xf32>, %e: tensor<?x2xi32>) {
  // expected-error @+1 {{expects a capacity where there is a priority}}
  %r, %o, %s = moe.dispatch %x to %e priority(choice_major) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<9xi32>, tensor<?xi32>
  return
}

// -----

func.func @capacity_c1_segment(%x: tensor<?x4xf32>, %e: tensor<?x2xi32>) {
  // expected-error @+1 {{expects a capacity where there is a segment}}
  %r, %o, %s = moe.dispatch %x to %e segment(4) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<9xi32>, tensor<?xi32>
  return
}

// -----

// capacity_c2: a segment has a token.
func.func @capacity_c2(%x: tensor<?x4xf32>, %e: tensor<?x2xi32>, %c: index) {
  // expected-error @+1 {{expects a segment of at least 1 token, found 0}}
  %r, %o, %s = moe.dispatch %x to %e capacity(%c) segment(0) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<9xi32>, tensor<?xi32>
  return
}

// -----

// expert_c1: there are rows and results.
func.func @expert_c1(%o: tensor<9xi32>) {
  // expected-error @+1 {{expects at least one row operand and one result, found 0 and 0}}
  moe.expert offsets(%o : tensor<9xi32>) {
    moe.yield
  }
  return
}

// -----

// expert_c2: all have the same rows.
func.func @expert_c2(%r: tensor<6x4xf32>, %q: tensor<7x4xf32>, %o: tensor<9xi32>) {
  // expected-error @+1 {{expects row operand to have 6 rows, found 7}}
  %y = moe.expert rows(%a = %r : tensor<6x4xf32>, %b = %q : tensor<7x4xf32>) offsets(%o : tensor<9xi32>) {
    moe.yield %a : tensor<?x4xf32>
  } -> tensor<6x4xf32>
  return
}

// -----

func.func @expert_c2_result(%r: tensor<6x4xf32>, %o: tensor<9xi32>) {
  // expected-error @+1 {{expects result to have 6 rows, found 7}}
  %y = moe.expert rows(%a = %r : tensor<6x4xf32>) offsets(%o : tensor<9xi32>) {
    moe.yield %a : tensor<?x4xf32>
  } -> tensor<7x4xf32>
  return
}

// -----

// expert_c3: the number of experts is static.
func.func @expert_c3(%r: tensor<?x4xf32>, %o: tensor<?xi32>) {
  // expected-error @+1 {{expects offsets of a static size of at least 2 (one more than there are experts), found 'tensor<?xi32>'}}
  %y = moe.expert rows(%a = %r : tensor<?x4xf32>) offsets(%o : tensor<?xi32>) {
    moe.yield %a : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// expert_c4: each parameter has a slice for each expert.
func.func @expert_c4(%r: tensor<?x4xf32>, %o: tensor<9xi32>, %w: tensor<9x4xf32>) {
  // expected-error @+1 {{expects parameters of 8 slices, found 'tensor<9x4xf32>'}}
  %y = moe.expert rows(%a = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) params(%b = %w : tensor<9x4xf32>) {
    moe.yield %a : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// expert_c5: the block sees one expert's rows, one slice, the shared whole.
func.func @expert_c5(%r: tensor<6x4xf32>, %o: tensor<9xi32>) {
  // expected-error @+1 {{expects argument 0 of the region to be 'tensor<?x4xf32>', found 'tensor<6x4xf32>'}}
  %y = "moe.expert"(%r, %o) <{operandSegmentSizes = array<i32: 1, 1, 0, 0>}> ({
  ^bb0(%a: tensor<6x4xf32>):
    %b = tensor.cast %a : tensor<6x4xf32> to tensor<?x4xf32>
    moe.yield %b : tensor<?x4xf32>
  }) : (tensor<6x4xf32>, tensor<9xi32>) -> tensor<6x4xf32>
  return
}

// -----

func.func @expert_c5_count(%r: tensor<6x4xf32>, %o: tensor<9xi32>) {
  // expected-error @+1 {{expects 1 arguments of the region, found 2}}
  %y = "moe.expert"(%r, %o) <{operandSegmentSizes = array<i32: 1, 1, 0, 0>}> ({
  ^bb0(%a: tensor<?x4xf32>, %b: f32):
    moe.yield %a : tensor<?x4xf32>
  }) : (tensor<6x4xf32>, tensor<9xi32>) -> tensor<6x4xf32>
  return
}

// -----

// expert_c6: the region yields the rows of the results.
func.func @expert_c6(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  %y = moe.expert rows(%a = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) {
    // expected-error @+1 {{expects value 0 of the region to be 'tensor<?x5xf32>', found 'tensor<?x4xf32>'}}
    moe.yield %a : tensor<?x4xf32>
  } -> tensor<?x5xf32>
  return
}

// -----

func.func @expert_c6_count(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  %y = moe.expert rows(%a = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) {
    // expected-error @+1 {{expects 1 values of the region, found 0}}
    moe.yield
  } -> tensor<?x4xf32>
  return
}

// -----

func.func @expert_c6_end(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  // expected-error @+1 {{expects the region to end in moe.yield}}
  %y = moe.expert rows(%a = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) {
    ub.unreachable
  } -> tensor<?x4xf32>
  return
}

// -----

// expert_c7: nothing is written.
memref.global @m : memref<f32>
func.func @expert_c7(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  // expected-error @+1 {{expects no memory effects in the region, found memref.store}}
  %y = moe.expert rows(%a = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) {
    %b = memref.get_global @m : memref<f32>
    %c = arith.constant 0.0 : f32
    // expected-note @+1 {{this op may have memory effects}}
    memref.store %c, %b[] : memref<f32>
    moe.yield %a : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// An effect deep inside counts too.
memref.global @m : memref<f32>
func.func @expert_c7_nested(%r: tensor<?x4xf32>, %o: tensor<9xi32>, %i: i1) {
  // expected-error @+1 {{expects no memory effects in the region, found scf.if}}
  %y = moe.expert rows(%a = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) shared(%j = %i : i1) {
    %b = memref.get_global @m : memref<f32>
    // expected-note @+1 {{this op may have memory effects}}
    scf.if %j {
      %c = arith.constant 0.0 : f32
      memref.store %c, %b[] : memref<f32>
    }
    moe.yield %a : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// expert_c8: rows are kept apart. row-locality.mlir has a case for each op.
func.func @expert_c8(%r: tensor<?x4xf32>, %o: tensor<9xi32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found linalg.reduce, which reduces over rows}}
  %y = moe.expert rows(%a = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) {
    %zero = arith.constant dense<0.0> : tensor<4xf32>
    // expected-note @+1 {{rows are mixed here}}
    %sum = linalg.reduce ins(%a : tensor<?x4xf32>) outs(%zero : tensor<4xf32>) dimensions = [0]
      (%in: f32, %acc: f32) { %s = arith.addf %in, %acc : f32 linalg.yield %s : f32 }
    %b = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
        ins(%sum : tensor<4xf32>) outs(%a : tensor<?x4xf32>) {
    ^bb0(%p: f32, %q: f32):
      %t = arith.subf %q, %p : f32
      linalg.yield %t : f32
    } -> tensor<?x4xf32>
    moe.yield %b : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// combine_c1: a slot for each row.
func.func @combine_c1(%r: tensor<6x4xf32>, %s: tensor<5xi32>, %w: tensor<?x2xf32>) {
  // expected-error @+1 {{expects slots to have 6 rows, found 5}}
  %y = moe.combine %r by %s weights(%w) : tensor<6x4xf32>, tensor<5xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return
}

// -----

// combine_c2: tokens from the weights, columns from the rows.
func.func @combine_c2(%r: tensor<?x4xf32>, %s: tensor<?xi32>, %w: tensor<3x2xf32>) {
  // expected-error @+1 {{expects result to have 3 tokens, found 4}}
  %y = moe.combine %r by %s weights(%w) : tensor<?x4xf32>, tensor<?xi32>, tensor<3x2xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @combine_c2_columns(%r: tensor<?x4xf32>, %s: tensor<?xi32>, %w: tensor<?x2xf32>) {
  // expected-error @+1 {{expects result to have 4 columns, found 5}}
  %y = moe.combine %r by %s weights(%w) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x5xf32>
  return
}

// -----

// combine_c3: slots are i32.
func.func @combine_c3(%r: tensor<?x4xf32>, %s: tensor<?xi32>, %w: tensor<1073741824x2xf32>) {
  // expected-error @+1 {{expects fewer than 2^31 slots, found 1073741824 tokens of 2 slots}}
  %y = moe.combine %r by %s weights(%w) : tensor<?x4xf32>, tensor<?xi32>, tensor<1073741824x2xf32> -> tensor<1073741824x4xf32>
  return
}

// -----

// combine_c4: there is nothing to multiply.
func.func @combine_c4(%r: tensor<?x4xf32>, %s: tensor<?xi32>, %w: tensor<?x2xf32>) {
  // expected-error @+1 {{expects keep_zeros only where weights are multiplied, found unweighted}}
  %y = moe.combine %r by %s weights(%w) unweighted keep_zeros : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return
}

// -----

// dispatch_c9: a token has slots.
func.func @dispatch_c9(%x: tensor<?x4xf32>, %e: tensor<?x0xi32>) {
  // expected-error @+1 {{expects at least one slot a token, found 0}}
  %r, %o, %s = moe.dispatch %x to %e : tensor<?x4xf32> to tensor<?x0xi32> -> tensor<?x4xf32> by tensor<3xi32>, tensor<?xi32>
  return
}

// -----

// expert_c9: what is shared are values.
func.func @expert_c9(%x: tensor<?x4xf32>, %o: tensor<3xi32>, %m: memref<4xf32>) {
  // expected-error @+1 {{expects shared operands that are ranked tensors or scalars, found 'memref<4xf32>'}}
  %y = moe.expert rows(%xe = %x : tensor<?x4xf32>) offsets(%o : tensor<3xi32>) shared(%s = %m : memref<4xf32>) {
    moe.yield %xe : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}
