// Sizes that do not fit, and what a program asserts itself, fail the run with both numbers: always, not only under
// --check.

// RUN: rm -rf %t && mkdir %t
// DEFINE: %{npy} = %python %moe_src/test/Tools/Inputs/write_npy.py

// Fewer logits than a selection needs.
// RUN: not moe-run %s --entry=top --device=reference --optimize --dim T=3 --dim L=0 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not moe-run %s --entry=top --device=cpu --dim T=3 --dim L=0 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not moe-run %s --entry=top --device=reference --optimize --dim T=3 --dim L=1 2>&1 | FileCheck %s --check-prefix=ONE
// RUN: not moe-run %s --entry=top --device=cpu --dim T=3 --dim L=1 2>&1 | FileCheck %s --check-prefix=ONE
// RUN: not moe-run %s --entry=top --device=reference --optimize --dim T=3 --dim L=1 --check 2>&1 | FileCheck %s --check-prefix=ONE
// RUN: not moe-run %s --entry=top --device=cpu --dim T=3 --dim L=1 --check 2>&1 | FileCheck %s --check-prefix=ONE
// RUN: moe-run %s --entry=top --device=reference --optimize --dim T=3 --dim L=2 --check | FileCheck %s --check-prefix=PASSED
// RUN: moe-run %s --entry=top --device=cpu --dim T=3 --dim L=2 --check | FileCheck %s --check-prefix=PASSED
// PASSED: check: passed
// NONE: assertions.mlir:[[# @LINE + 3]]:12: error: expects enough logits for top_k<2>, found 0 instead of at least 2
// ONE: assertions.mlir:[[# @LINE + 2]]:12: error: expects enough logits for top_k<2>, found 1 instead of at least 2
func.func @top(%z: tensor<?x?xf32> {moe.name = "z", moe.dims = ["T", "L"]}) -> (tensor<?x2xf32>, tensor<?x2xi32>) {
  %w, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x?xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %w, %e : tensor<?x2xf32>, tensor<?x2xi32>
}

// Groups of two logits at least, and of equal size.
// RUN: not moe-run %s --entry=groups --device=reference --optimize --dim T=3 --dim L=3 2>&1 | FileCheck %s --check-prefix=SMALL
// RUN: not moe-run %s --entry=groups --device=cpu --dim T=3 --dim L=3 2>&1 | FileCheck %s --check-prefix=SMALL
// RUN: not moe-run %s --entry=groups --device=reference --optimize --dim T=3 --dim L=10 2>&1 | FileCheck %s --check-prefix=UNEVEN
// RUN: not moe-run %s --entry=groups --device=cpu --dim T=3 --dim L=10 2>&1 | FileCheck %s --check-prefix=UNEVEN
// RUN: moe-run %s --entry=groups --device=reference --optimize --dim T=3 --dim L=12 --check | FileCheck %s --check-prefix=PASSED
// RUN: moe-run %s --entry=groups --device=cpu --dim T=3 --dim L=12 --check | FileCheck %s --check-prefix=PASSED
// SMALL: error: expects enough logits for group_top_k<{{.*}}>, found 3 instead of at least 8
// UNEVEN: error: expects logits that 4 groups divide, found 10 instead of 8
func.func @groups(%z: tensor<?x?xf32> {moe.name = "z", moe.dims = ["T", "L"]}) -> (tensor<?x2xf32>, tensor<?x2xi32>) {
  %w, %e = moe.gate %z <softmax, group_top_k<2, groups = 4, kept = 2, by = sum_of_two>>
      : tensor<?x?xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  return %w, %e : tensor<?x2xf32>, tensor<?x2xi32>
}

// No logits at all, where a selection counts tokens or takes one expert.
// RUN: not moe-run %s --entry=batch --device=reference --optimize --dim T=3 --dim L=0 2>&1 | FileCheck %s --check-prefix=BATCH
// RUN: not moe-run %s --entry=batch --device=cpu --dim T=3 --dim L=0 2>&1 | FileCheck %s --check-prefix=BATCH
// RUN: not moe-run %s --entry=sample --device=reference --optimize --dim T=3 --dim L=0 2>&1 | FileCheck %s --check-prefix=SAMPLE
// RUN: not moe-run %s --entry=sample --device=cpu --dim T=3 --dim L=0 2>&1 | FileCheck %s --check-prefix=SAMPLE
// BATCH: error: expects enough logits for batchwise<2>, found 0 instead of at least 2
// SAMPLE: error: expects enough logits for sample, found 0 instead of at least 1
func.func @batch(%z: tensor<?x?xf32> {moe.name = "z", moe.dims = ["T", "L"]}) -> (tensor<?x?xf32>, tensor<?x?xi32>) {
  %w, %e = moe.gate %z <softmax, batchwise<2>> : tensor<?x?xf32> -> tensor<?x?xf32>, tensor<?x?xi32>
  return %w, %e : tensor<?x?xf32>, tensor<?x?xi32>
}
func.func @sample(%z: tensor<?x?xf32> {moe.name = "z", moe.dims = ["T", "L"]},
                  %u: tensor<?xf32> {moe.name = "u", moe.dims = ["T"]}) -> (tensor<?x1xf32>, tensor<?x1xi32>) {
  %w, %e = moe.gate %z <softmax, sample> uniform(%u : tensor<?xf32>)
      : tensor<?x?xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  return %w, %e : tensor<?x1xf32>, tensor<?x1xi32>
}

// A dispatch and a plan of fewer rows than there are live slots.
// RUN: %{npy} %t/two.npy '<i4' 3x1 0 1 2
// RUN: %{npy} %t/three.npy '<i4' 3x1 0 1 0
// RUN: moe-run %s --entry=bound --device=reference --optimize --input e=%t/two.npy --check | FileCheck %s --check-prefix=PASSED
// RUN: moe-run %s --entry=bound --device=cpu --input e=%t/two.npy --check | FileCheck %s --check-prefix=PASSED
// RUN: not moe-run %s --entry=bound --device=reference --optimize --input e=%t/three.npy 2>&1 | FileCheck %s --check-prefix=BOUND
// RUN: not moe-run %s --entry=bound --device=cpu --input e=%t/three.npy 2>&1 | FileCheck %s --check-prefix=BOUND
// RUN: moe-run %s --entry=plan --device=reference --optimize --input e=%t/two.npy --input arg1=0 --dim R=2 | FileCheck %s --check-prefix=PLAN
// RUN: moe-run %s --entry=plan --device=cpu --input e=%t/two.npy --input arg1=0 --dim R=2 | FileCheck %s --check-prefix=PLAN
// RUN: not moe-run %s --entry=plan --device=reference --optimize --input e=%t/two.npy --input arg1=0 --dim R=1 2>&1 | FileCheck %s --check-prefix=SHORT
// RUN: not moe-run %s --entry=plan --device=cpu --input e=%t/two.npy --input arg1=0 --dim R=1 2>&1 | FileCheck %s --check-prefix=SHORT
// BOUND: assertions.mlir:[[# @LINE + 4]]:16: error: expects slots that hold all live ones, found 3 instead of at most 2
// PLAN: result out0 [3] i32: 0 1 2
// SHORT: error: expects slots that hold all live ones, found 2 instead of at most 1
func.func @bound(%x: tensor<3x4xf32>, %e: tensor<3x1xi32> {moe.name = "e"}) -> tensor<2xi32> {
  %r, %o, %s = moe.dispatch %x to %e
      : tensor<3x4xf32> to tensor<3x1xi32> -> tensor<2x4xf32> by tensor<3xi32>, tensor<2xi32>
  return %s : tensor<2xi32>
}
func.func @plan(%e: tensor<3x1xi32> {moe.name = "e"}, %out: tensor<?xi32> {moe.dims = ["R"]}) -> tensor<3xi32> {
  %0 = tensor.empty() : tensor<3xi32>
  %1:2 = moe.plan ins(%e : tensor<3x1xi32>) outs(%0, %out : tensor<3xi32>, tensor<?xi32>)
      -> tensor<3xi32>, tensor<?xi32>
  return %1#0 : tensor<3xi32>
}

// Operands that do not agree.
// RUN: moe-run %s --entry=tokens --device=reference --optimize --dim T=3 --dim U=3 --check | FileCheck %s --check-prefix=PASSED
// RUN: moe-run %s --entry=tokens --device=cpu --dim T=3 --dim U=3 --check | FileCheck %s --check-prefix=PASSED
// RUN: not moe-run %s --entry=tokens --device=reference --optimize --dim T=3 --dim U=500 2>&1 | FileCheck %s --check-prefix=TOKENS
// RUN: not moe-run %s --entry=tokens --device=cpu --dim T=3 --dim U=500 2>&1 | FileCheck %s --check-prefix=TOKENS
// RUN: not moe-run %s --entry=tokens --device=reference --dim T=3 --dim U=500 2>&1 | FileCheck %s --check-prefix=TOKENS
// TOKENS: assertions.mlir:[[# @LINE + 4]]:16: error: expects input to have as many tokens as experts, found 3 instead of 500
func.func @tokens(%x: tensor<?x4xf32> {moe.dims = ["T"]}, %z: tensor<?x4xf32> {moe.dims = ["U"]})
    -> tensor<?x4xf32> {
  %w, %e = moe.gate %z <softmax, top_k<2>> : tensor<?x4xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %r, %o, %s = moe.dispatch %x to %e weights(%w : tensor<?x2xf32>)
      : tensor<?x4xf32> to tensor<?x2xi32> -> tensor<?x4xf32> by tensor<5xi32>, tensor<?xi32>
  %y = moe.combine %r by %s weights(%w) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// The same where a pass has split the op, or taken it away: one expert, an expert with a matmul, a sum for other tokens.
// RUN: moe-run %s --entry=single --device=reference --optimize --dim T=3 --dim U=3 --check | FileCheck %s --check-prefix=PASSED
// RUN: moe-run %s --entry=single --device=cpu --dim T=3 --dim U=3 --check | FileCheck %s --check-prefix=PASSED
// RUN: not moe-run %s --entry=single --device=reference --optimize --dim T=3 --dim U=500 2>&1 | FileCheck %s --check-prefix=SINGLE
// RUN: not moe-run %s --entry=single --device=cpu --dim T=3 --dim U=500 2>&1 | FileCheck %s --check-prefix=SINGLE
// SINGLE: assertions.mlir:[[# @LINE + 3]]:16: error: expects input to have as many tokens as experts, found 3 instead of 500
func.func @single(%x: tensor<?x4xf32> {moe.dims = ["T"]}, %z: tensor<?x1xf32> {moe.dims = ["U"]}) -> tensor<?x4xf32> {
  %w, %e = moe.gate %z <softmax, top_k<1>> : tensor<?x1xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  %r, %o, %s = moe.dispatch %x to %e : tensor<?x4xf32> to tensor<?x1xi32> -> tensor<?x4xf32> by tensor<2xi32>, tensor<?xi32>
  %h = moe.expert rows(%a = %r : tensor<?x4xf32>) offsets(%o : tensor<2xi32>) {
    %q = arith.addf %a, %a : tensor<?x4xf32>
    moe.yield %q : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %h by %s weights(%w) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// RUN: moe-run %s --entry=fused --device=reference --optimize --dim T=3 --dim U=3 --check | FileCheck %s --check-prefix=PASSED
// RUN: moe-run %s --entry=fused --device=cpu --dim T=3 --dim U=3 --check | FileCheck %s --check-prefix=PASSED
// RUN: not moe-run %s --entry=fused --device=reference --optimize --dim T=300 --dim U=3 2>&1 | FileCheck %s --check-prefix=FUSED
// RUN: not moe-run %s --entry=fused --device=cpu --dim T=300 --dim U=3 2>&1 | FileCheck %s --check-prefix=FUSED
// RUN: not moe-run %s --entry=fused --device=reference --optimize --dim T=3 --dim U=300 2>&1 | FileCheck %s --check-prefix=FUSED
// RUN: not moe-run %s --entry=fused --device=cpu --dim T=3 --dim U=300 2>&1 | FileCheck %s --check-prefix=FUSED
// RUN: not moe-run %s --entry=fused --device=reference --dim T=300 --dim U=3 2>&1 | FileCheck %s --check-prefix=FUSED
// FUSED: assertions.mlir:[[# @LINE + 14]]:8: error: expects weights to have as many tokens as the dispatch, found {{[0-9]+}} instead of
func.func @fused(%x: tensor<?x4xf32> {moe.dims = ["T"]}, %w: tensor<?x1xf32> {moe.dims = ["U"]}, %p: tensor<2x4x4xf32>)
    -> tensor<?x4xf32> {
  %v, %e = moe.gate %x <softmax, top_k<1>> : tensor<?x4xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  %r, %o, %s = moe.dispatch %x to %e : tensor<?x4xf32> to tensor<?x1xi32> -> tensor<?x4xf32> by tensor<3xi32>, tensor<?xi32>
  %h = moe.expert rows(%a = %r : tensor<?x4xf32>) offsets(%o : tensor<3xi32>) params(%q = %p : tensor<2x4x4xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %a, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%n) : tensor<?x4xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x4xf32>) -> tensor<?x4xf32>
    %m = linalg.matmul ins(%a, %q : tensor<?x4xf32>, tensor<4x4xf32>) outs(%f : tensor<?x4xf32>) -> tensor<?x4xf32>
    moe.yield %m : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %h by %s weights(%w) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// An operand of an epilogue that is read at the token of a slot: one size is static, or none.
// RUN: %{npy} %t/o.npy '<i4' 3 0 2 4
// RUN: %{npy} %t/s.npy '<i4' 4 0 3 1 2
// RUN: moe-run %s --entry=of_slot --device=reference --optimize --dim T=2 --dim Q=2 --input o=%t/o.npy --input s=%t/s.npy --check | FileCheck %s --check-prefix=PASSED
// RUN: moe-run %s --entry=of_slot --device=cpu --dim T=2 --dim Q=2 --input o=%t/o.npy --input s=%t/s.npy --check | FileCheck %s --check-prefix=PASSED
// RUN: not moe-run %s --entry=of_slot --device=reference --dim T=2 --dim Q=1 --input o=%t/o.npy --input s=%t/s.npy 2>&1 | FileCheck %s --check-prefix=OF-SLOT
// RUN: not moe-run %s --entry=of_slot --device=reference --optimize --dim T=2 --dim Q=1 --input o=%t/o.npy --input s=%t/s.npy 2>&1 | FileCheck %s --check-prefix=OF-SLOT
// RUN: not moe-run %s --entry=of_slot --device=cpu --dim T=2 --dim Q=1 --input o=%t/o.npy --input s=%t/s.npy 2>&1 | FileCheck %s --check-prefix=OF-SLOT
// RUN: not moe-run %s --entry=of_slot_one --device=reference --dim T=2 --input o=%t/o.npy --input s=%t/s.npy 2>&1 | FileCheck %s --check-prefix=OF-SLOT
// RUN: not moe-run %s --entry=of_slot_one --device=reference --optimize --dim T=2 --input o=%t/o.npy --input s=%t/s.npy 2>&1 | FileCheck %s --check-prefix=OF-SLOT
// RUN: not moe-run %s --entry=of_slot_one --device=cpu --dim T=2 --input o=%t/o.npy --input s=%t/s.npy 2>&1 | FileCheck %s --check-prefix=OF-SLOT
// OF-SLOT: error: expects epilogue operand to have as many tokens as rows, found 1 instead of 2
func.func @of_slot(%x: tensor<?x8xf32> {moe.dims = ["T"]}, %o: tensor<3xi32> {moe.name = "o"}, %s: tensor<4xi32> {moe.name = "s"},
                  %w: tensor<2x8x4xf32>, %q: tensor<?xf32> {moe.dims = ["Q"]}) -> tensor<4x4xf32> {
  %i = tensor.empty() : tensor<4x4xf32>
  %y = moe.grouped_matmul ins(%x : tensor<?x8xf32>) offsets(%o : tensor<3xi32>) weights(%w : tensor<2x8x4xf32>)
      slots(%s : tensor<4xi32>) slots_per_token(2) gather
      operands(%q : tensor<?xf32>) maps [affine_map<(e, r, n, s) -> (s floordiv 2)>]
      outs(%i : tensor<4x4xf32>) epilogue {
  ^bb0(%a: f32, %z: f32):
    %m = arith.mulf %a, %z : f32
    moe.yield %m : f32
  } -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}
func.func @of_slot_one(%x: tensor<?x8xf32> {moe.dims = ["T"]}, %o: tensor<3xi32> {moe.name = "o"}, %s: tensor<4xi32> {moe.name = "s"},
                  %w: tensor<2x8x4xf32>, %q: tensor<1xf32>) -> tensor<4x4xf32> {
  %i = tensor.empty() : tensor<4x4xf32>
  %y = moe.grouped_matmul ins(%x : tensor<?x8xf32>) offsets(%o : tensor<3xi32>) weights(%w : tensor<2x8x4xf32>)
      slots(%s : tensor<4xi32>) slots_per_token(2) gather
      operands(%q : tensor<1xf32>) maps [affine_map<(e, r, n, s) -> (s floordiv 2)>]
      outs(%i : tensor<4x4xf32>) epilogue {
  ^bb0(%a: f32, %z: f32):
    %m = arith.mulf %a, %z : f32
    moe.yield %m : f32
  } -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}

// A gate within an expert.
// RUN: moe-run %s --entry=nested --device=reference --optimize --input e=%t/three.npy --dim L=4 --check | FileCheck %s --check-prefix=PASSED
// RUN: moe-run %s --entry=nested --device=cpu --input e=%t/three.npy --dim L=4 --check | FileCheck %s --check-prefix=PASSED
// RUN: not moe-run %s --entry=nested --device=reference --optimize --input e=%t/three.npy --dim L=1 2>&1 | FileCheck %s --check-prefix=NESTED
// RUN: not moe-run %s --entry=nested --device=cpu --input e=%t/three.npy --dim L=1 2>&1 | FileCheck %s --check-prefix=NESTED
// NESTED: assertions.mlir:[[# @LINE + 15]]:14: error: expects enough logits for top_k<2>, found 1 instead of at least 2
func.func @nested(%x: tensor<3x4xf32>, %e: tensor<3x1xi32> {moe.name = "e"}, %p: tensor<2x4x?xf32> {moe.dims = ["L"]}) -> tensor<3x2xf32> {
  %r, %o, %s = moe.dispatch %x to %e
      : tensor<3x4xf32> to tensor<3x1xi32> -> tensor<3x4xf32> by tensor<3xi32>, tensor<3xi32>
  %h = moe.expert rows(%xe = %r : tensor<3x4xf32>) offsets(%o : tensor<3xi32>)
      params(%pe = %p : tensor<2x4x?xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %n = tensor.dim %xe, %c0 : tensor<?x4xf32>
    %l = tensor.dim %pe, %c1 : tensor<4x?xf32>
    %i = tensor.empty(%n, %l) : tensor<?x?xf32>
    %zero = arith.constant 0.0 : f32
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x?xf32>) -> tensor<?x?xf32>
    %z = linalg.matmul ins(%xe, %pe : tensor<?x4xf32>, tensor<4x?xf32>)
        outs(%f : tensor<?x?xf32>) -> tensor<?x?xf32>
    %v, %g = moe.gate %z <softmax, top_k<2>> : tensor<?x?xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
    moe.yield %v : tensor<?x2xf32>
  } -> tensor<3x2xf32>
  return %h : tensor<3x2xf32>
}

// What a program asserts, within a linalg body too.
// RUN: moe-run %s --entry=asserts --device=reference --optimize --input n=4 | FileCheck %s --check-prefix=HOLDS
// RUN: moe-run %s --entry=asserts --device=cpu --input n=4 | FileCheck %s --check-prefix=HOLDS
// RUN: not moe-run %s --entry=asserts --device=reference --optimize --input n=5 2>&1 | FileCheck %s --check-prefix=FAILS
// RUN: not moe-run %s --entry=asserts --device=cpu --input n=5 2>&1 | FileCheck %s --check-prefix=FAILS
// RUN: not moe-run %s --entry=asserts --device=reference --optimize --input n=-1 2>&1 | FileCheck %s --check-prefix=BODY
// RUN: not moe-run %s --entry=asserts --device=cpu --input n=-1 2>&1 | FileCheck %s --check-prefix=BODY
// HOLDS: result out0 [2] i32: 8 8
// FAILS: moe-run: {{.*}}assertions.mlir:[[# @LINE + 5]]:3: error: at most four, found 5 instead of at most 4
// BODY: error: an element that is not negative
func.func @asserts(%n: i32 {moe.name = "n"}) -> tensor<2xi32> {
  %c4 = arith.constant 4 : i32
  %few = arith.cmpi sle, %n, %c4 : i32
  cf.assert %few, "at most four"
  %0 = tensor.splat %n : tensor<2xi32>
  %1 = tensor.empty() : tensor<2xi32>
  %2 = linalg.map ins(%0 : tensor<2xi32>) outs(%1 : tensor<2xi32>) (%a: i32, %o: i32) {
    %zero = arith.constant 0 : i32
    %sum = arith.addi %a, %a : i32
    %good = arith.cmpi sge, %a, %zero : i32
    %flag = arith.andi %good, %good : i1
    cf.assert %flag, "an element that is not negative"
    linalg.yield %sum : i32
  }
  return %2 : tensor<2xi32>
}

// Two negative sizes make a positive number of bytes, and no tensor.
// RUN: not moe-run %s --entry=negative --device=reference --input n=-3 2>&1 | FileCheck %s --check-prefix=NEGATIVE
// NEGATIVE: assertions.mlir:[[# @LINE + 4]]:8: error: expects a size of a tensor, found -3 instead of at least 0
func.func @negative(%n: index {moe.name = "n"}) -> f32 {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f32
  %0 = tensor.empty(%n, %n) : tensor<?x?xf32>
  %1 = linalg.fill ins(%one : f32) outs(%0 : tensor<?x?xf32>) -> tensor<?x?xf32>
  %2 = tensor.extract %1[%c0, %c0] : tensor<?x?xf32>
  return %2 : f32
}

// Sizes that linalg and elementwise ops take to be equal, within an expert too.
// RUN: moe-run %s --entry=product --device=reference --optimize --dim M=2 --dim K=3 --dim L=3 --check | FileCheck %s --check-prefix=PASSED
// RUN: moe-run %s --entry=product --device=cpu --dim M=2 --dim K=3 --dim L=3 --check | FileCheck %s --check-prefix=PASSED
// RUN: not moe-run %s --entry=product --device=reference --optimize --dim M=2 --dim K=3 --dim L=5000 2>&1 | FileCheck %s --check-prefix=PRODUCT
// RUN: not moe-run %s --entry=product --device=cpu --dim M=2 --dim K=3 --dim L=5000 2>&1 | FileCheck %s --check-prefix=PRODUCT
// PRODUCT: assertions.mlir:[[# @LINE + 7]]:8: error: expects dimension 0 of operand 1 to be dimension 1 of operand 0, found 5000 instead of 3
func.func @product(%a: tensor<?x?xf32> {moe.dims = ["M", "K"]}, %b: tensor<?x4xf32> {moe.dims = ["L"]}) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %m = tensor.dim %a, %c0 : tensor<?x?xf32>
  %0 = tensor.empty(%m) : tensor<?x4xf32>
  %1 = linalg.fill ins(%zero : f32) outs(%0 : tensor<?x4xf32>) -> tensor<?x4xf32>
  %2 = linalg.matmul ins(%a, %b : tensor<?x?xf32>, tensor<?x4xf32>) outs(%1 : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %2 : tensor<?x4xf32>
}
// RUN: moe-run %s --entry=add --device=reference --optimize --dim A=5 --dim B=5 --check | FileCheck %s --check-prefix=PASSED
// RUN: moe-run %s --entry=add --device=cpu --dim A=5 --dim B=5 --check | FileCheck %s --check-prefix=PASSED
// RUN: not moe-run %s --entry=add --device=reference --optimize --dim A=5 --dim B=2 --check 2>&1 | FileCheck %s --check-prefix=ADD
// RUN: not moe-run %s --entry=add --device=cpu --dim A=5 --dim B=2 --check 2>&1 | FileCheck %s --check-prefix=ADD
// ADD: assertions.mlir:[[# @LINE + 2]]:8: error: expects dimension 0 of operand 1 to be dimension 0 of operand 0, found 2 instead of 5
func.func @add(%a: tensor<?xf32> {moe.dims = ["A"]}, %b: tensor<?xf32> {moe.dims = ["B"]}) -> tensor<?xf32> {
  %0 = arith.addf %a, %b : tensor<?xf32>
  return %0 : tensor<?xf32>
}
// RUN: not moe-run %s --entry=inside --device=reference --optimize --dim T=3 --dim D=5 2>&1 | FileCheck %s --check-prefix=INSIDE
// RUN: not moe-run %s --entry=inside --device=cpu --dim T=3 --dim D=5 2>&1 | FileCheck %s --check-prefix=INSIDE
// RUN: not moe-run %s --entry=inside --dim T=3 --dim D=5 --device=reference 2>&1 | FileCheck %s --check-prefix=INSIDE
// RUN: moe-run %s --entry=inside --device=reference --optimize --dim T=3 --dim D=4 --check | FileCheck %s --check-prefix=PASSED
// RUN: moe-run %s --entry=inside --device=cpu --dim T=3 --dim D=4 --check | FileCheck %s --check-prefix=PASSED
// INSIDE: assertions.mlir:{{[0-9]+}}:{{[0-9]+}}: error: expects {{.*}}, found {{[45]}} instead of {{[45]}}
func.func @inside(%x: tensor<?x4xf32> {moe.dims = ["T"]}, %z: tensor<?x2xf32> {moe.dims = ["T"]},
                  %p: tensor<2x?x4xf32> {moe.dims = ["D"]}) -> tensor<?x4xf32> {
  %w, %e = moe.gate %z <softmax, top_k<1>> : tensor<?x2xf32> -> tensor<?x1xf32>, tensor<?x1xi32>
  %r, %o, %s = moe.dispatch %x to %e : tensor<?x4xf32> to tensor<?x1xi32> -> tensor<?x4xf32> by tensor<3xi32>, tensor<?xi32>
  %h = moe.expert rows(%a = %r : tensor<?x4xf32>) offsets(%o : tensor<3xi32>) params(%q = %p : tensor<2x?x4xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %a, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%n) : tensor<?x4xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x4xf32>) -> tensor<?x4xf32>
    %m = linalg.matmul ins(%a, %q : tensor<?x4xf32>, tensor<?x4xf32>) outs(%f : tensor<?x4xf32>) -> tensor<?x4xf32>
    moe.yield %m : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  %y = moe.combine %h by %s weights(%w) : tensor<?x4xf32>, tensor<?xi32>, tensor<?x1xf32> -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// A function without a body cannot run; one that is not reached does not matter.
// RUN: not moe-run %s --entry=reaches --device=reference --optimize 2>&1 | FileCheck %s --check-prefix=BODILESS
// RUN: not moe-run %s --entry=reaches --device=cpu 2>&1 | FileCheck %s --check-prefix=BODILESS
// BODILESS: assertions.mlir:[[# @LINE + 1]]:1: error: expects a body of 'elsewhere', which 'reaches' reaches, found none
func.func private @elsewhere(f32) -> f32
func.func private @between(%a: f32) -> f32 {
  %0 = func.call @elsewhere(%a) : (f32) -> f32
  return %0 : f32
}
func.func @reaches(%a: f32) -> f32 {
  %0 = func.call @between(%a) : (f32) -> f32
  return %0 : f32
}
