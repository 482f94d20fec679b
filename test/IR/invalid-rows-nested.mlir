// RUN: moe-opt %s --split-input-file --verify-diagnostics

// expert_c8: what mixes rows without saying cross_row.

// A nested gate that compares tokens.
func.func @nested_batchwise(%r: tensor<?x4xf32>, %o: tensor<9xi32>, %p: tensor<8x4x4xf32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found moe.gate, which chooses tokens by comparing them}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) params(%w = %p : tensor<8x4x4xf32>) {
    // expected-note @+1 {{rows are mixed here}}
    %w0, %e0 = moe.gate %x <softmax, batchwise<2>> : tensor<?x4xf32> -> tensor<?x4xf32>, tensor<?x4xi32>
    %r0, %o0, %s0 = moe.dispatch %x to %e0 weights(%w0 : tensor<?x4xf32>)
      : tensor<?x4xf32> to tensor<?x4xi32> -> tensor<?x4xf32> by tensor<5xi32>, tensor<?xi32>
    %h = moe.expert rows(%xe = %r0 : tensor<?x4xf32>) offsets(%o0 : tensor<5xi32>) params(%we = %w : tensor<4x4xf32>) {
      %m = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
          ins(%xe, %we : tensor<?x4xf32>, tensor<4xf32>) outs(%xe : tensor<?x4xf32>) {
      ^bb0(%u: f32, %v: f32, %z: f32):
        %p = arith.mulf %u, %v : f32
        linalg.yield %p : f32
      } -> tensor<?x4xf32>
      moe.yield %m : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %y0 = moe.combine %h by %s0 weights(%w0) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x4xf32> -> tensor<?x4xf32>
    moe.yield %y0 : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// Noise that belongs to no row.
func.func @nested_noise(%r: tensor<?x4xf32>, %o: tensor<9xi32>, %p: tensor<8x4x4xf32>, %f: tensor<?x4xf32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found moe.gate, which pairs different rows}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) params(%w = %p : tensor<8x4x4xf32>) shared(%g = %f : tensor<?x4xf32>) {
    // expected-note @+1 {{rows are mixed here}}
    %w0, %e0 = moe.gate %x <softmax, top_k<2>> noise(%g : tensor<?x4xf32>) : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %r0, %o0, %s0 = moe.dispatch %x to %e0 
      : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<5xi32>, tensor<?xi32>
    %h = moe.expert rows(%xe = %r0 : tensor<?x4xf32>) offsets(%o0 : tensor<5xi32>) params(%we = %w : tensor<4x4xf32>) {
      %m = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
          ins(%xe, %we : tensor<?x4xf32>, tensor<4xf32>) outs(%xe : tensor<?x4xf32>) {
      ^bb0(%u: f32, %v: f32, %z: f32):
        %p = arith.mulf %u, %v : f32
        linalg.yield %p : f32
      } -> tensor<?x4xf32>
      moe.yield %m : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %y0 = moe.combine %h by %s0 weights(%w0) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    moe.yield %y0 : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// A nested dispatch that drops tokens.
func.func @nested_capacity(%r: tensor<?x4xf32>, %o: tensor<9xi32>, %p: tensor<8x4x4xf32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found moe.dispatch, which drops tokens by their place}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) params(%w = %p : tensor<8x4x4xf32>) {
    %c = arith.constant 2 : index
    %w0, %e0 = moe.gate %x <softmax, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    // expected-note @+1 {{rows are mixed here}}
    %r0, %o0, %s0 = moe.dispatch %x to %e0 capacity(%c)
      : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<5xi32>, tensor<?xi32>
    %h = moe.expert rows(%xe = %r0 : tensor<?x4xf32>) offsets(%o0 : tensor<5xi32>) params(%we = %w : tensor<4x4xf32>) {
      %m = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
          ins(%xe, %we : tensor<?x4xf32>, tensor<4xf32>) outs(%xe : tensor<?x4xf32>) {
      ^bb0(%u: f32, %v: f32, %z: f32):
        %p = arith.mulf %u, %v : f32
        linalg.yield %p : f32
      } -> tensor<?x4xf32>
      moe.yield %m : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %y0 = moe.combine %h by %s0 weights(%w0) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    moe.yield %y0 : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// A nested expert that mixes rows.
func.func @nested_cross_row(%r: tensor<?x4xf32>, %o: tensor<9xi32>, %p: tensor<8x4x4xf32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found moe.expert, which says cross_row}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) params(%w = %p : tensor<8x4x4xf32>) {
    %w0, %e0 = moe.gate %x <softmax, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %r0, %o0, %s0 = moe.dispatch %x to %e0 
      : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<5xi32>, tensor<?xi32>
    // expected-note @+1 {{rows are mixed here}}
    %h = moe.expert rows(%xe = %r0 : tensor<?x4xf32>) offsets(%o0 : tensor<5xi32>) params(%we = %w : tensor<4x4xf32>) cross_row {
      %m = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
          ins(%xe, %we : tensor<?x4xf32>, tensor<4xf32>) outs(%xe : tensor<?x4xf32>) {
      ^bb0(%u: f32, %v: f32, %z: f32):
        %p = arith.mulf %u, %v : f32
        linalg.yield %p : f32
      } -> tensor<?x4xf32>
      moe.yield %m : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %y0 = moe.combine %h by %s0 weights(%w0) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    moe.yield %y0 : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// Rows and slots of two dispatches.
func.func @nested_slots(%r: tensor<?x4xf32>, %o: tensor<9xi32>, %p: tensor<8x4x4xf32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found moe.combine, which takes slots that do not belong to its rows}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) params(%w = %p : tensor<8x4x4xf32>) {
    %w0, %e0 = moe.gate %x <softmax, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %r0, %o0, %s0 = moe.dispatch %x to %e0 
      : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<5xi32>, tensor<?xi32>
    %h = moe.expert rows(%xe = %r0 : tensor<?x4xf32>) offsets(%o0 : tensor<5xi32>) params(%we = %w : tensor<4x4xf32>) {
      %m = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
          ins(%xe, %we : tensor<?x4xf32>, tensor<4xf32>) outs(%xe : tensor<?x4xf32>) {
      ^bb0(%u: f32, %v: f32, %z: f32):
        %p = arith.mulf %u, %v : f32
        linalg.yield %p : f32
      } -> tensor<?x4xf32>
      moe.yield %m : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    %r1, %o1, %s1 = moe.dispatch %x to %e0 weights(%w0 : tensor<?x2xf32>) : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<5xi32>, tensor<?xi32>
    // expected-note @+1 {{rows are mixed here}}
    %y0 = moe.combine %h by %s1 weights(%w0) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
    moe.yield %y0 : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}

// -----

// Rows of a dispatch are not the rows.
func.func @nested_dispatched(%r: tensor<?x4xf32>, %o: tensor<9xi32>, %p: tensor<8x4x4xf32>) {
  // expected-error @+1 {{expects each result row to depend on its own row only (or cross_row), found moe.yield, which yields something else than the rows in their order}}
  %y = moe.expert rows(%x = %r : tensor<?x4xf32>) offsets(%o : tensor<9xi32>) params(%w = %p : tensor<8x4x4xf32>) {
    %w0, %e0 = moe.gate %x <softmax, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    %r0, %o0, %s0 = moe.dispatch %x to %e0 
      : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<5xi32>, tensor<?xi32>
    %h = moe.expert rows(%xe = %r0 : tensor<?x4xf32>) offsets(%o0 : tensor<5xi32>) params(%we = %w : tensor<4x4xf32>) {
      %m = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
          ins(%xe, %we : tensor<?x4xf32>, tensor<4xf32>) outs(%xe : tensor<?x4xf32>) {
      ^bb0(%u: f32, %v: f32, %z: f32):
        %p = arith.mulf %u, %v : f32
        linalg.yield %p : f32
      } -> tensor<?x4xf32>
      moe.yield %m : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    
    // expected-note @+1 {{rows are mixed here}}
    moe.yield %h : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return
}
