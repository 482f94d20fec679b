// Offsets and slots that a moe op has made, used with rows and tokens that are
// not its own, under --check: the run fails at the op that reads them.

// RUN: rm -rf %t && mkdir %t
// DEFINE: %{npy} = %python %moe_src/test/Tools/Inputs/write_npy.py
// DEFINE: %{check} = not moe-run %s --check

// Offsets that end at 8 and 2 rows, static and dynamic, on both routes.
// RUN: %{check} --entry=offsets --device=reference --optimize 2>&1 | FileCheck %s --check-prefix=OFFSETS
// RUN: %{check} --entry=offsets --device=cpu 2>&1 | FileCheck %s --check-prefix=OFFSETS
// RUN: %{check} --entry=offsets --device=reference 2>&1 | FileCheck %s --check-prefix=OFFSETS
// RUN: %{check} --entry=offsets_dynamic --device=reference --optimize --dim R=2 2>&1 | FileCheck %s --check-prefix=OFFSETS
// RUN: %{check} --entry=offsets_dynamic --device=cpu --dim R=2 2>&1 | FileCheck %s --check-prefix=OFFSETS
// RUN: moe-run %s --check --device=reference --optimize --entry=offsets_dynamic --dim R=8 | FileCheck %s --check-prefix=PASSED
// RUN: moe-run %s --check --device=cpu --entry=offsets_dynamic --dim R=8 | FileCheck %s --check-prefix=PASSED
// OFFSETS: check-mixed-indices.mlir:[[#]]:8: error: expects offsets[E] of at most the number of rows 2, found 8
// PASSED: check: passed
func.func @offsets(%x: tensor<8x4xf32>, %z: tensor<8x3xf32>, %other: tensor<2x4xf32>,
                   %p: tensor<3x4x4xf32>) -> tensor<2x4xf32> {
  %w, %e = moe.gate %z <softmax, top_k<1>> : tensor<8x3xf32> -> tensor<8x1xf32>, tensor<8x1xi32>
  %r, %o, %s = moe.dispatch %x to %e : tensor<8x4xf32> to tensor<8x1xi32> -> tensor<8x4xf32> by tensor<4xi32>, tensor<8xi32>
  %y = moe.expert rows(%a = %other : tensor<2x4xf32>) offsets(%o : tensor<4xi32>) params(%q = %p : tensor<3x4x4xf32>) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %a, %c0 : tensor<?x4xf32>
    %i = tensor.empty(%m) : tensor<?x4xf32>
    %f = linalg.fill ins(%zero : f32) outs(%i : tensor<?x4xf32>) -> tensor<?x4xf32>
    %h = linalg.matmul ins(%a, %q : tensor<?x4xf32>, tensor<4x4xf32>) outs(%f : tensor<?x4xf32>) -> tensor<?x4xf32>
    moe.yield %h : tensor<?x4xf32>
  } -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}
func.func @offsets_dynamic(%x: tensor<8x4xf32>, %z: tensor<8x3xf32>, %other: tensor<?x4xf32> {moe.dims = ["R"]})
    -> tensor<?x4xf32> {
  %w, %e = moe.gate %z <softmax, top_k<1>> : tensor<8x3xf32> -> tensor<8x1xf32>, tensor<8x1xi32>
  %r, %o, %s = moe.dispatch %x to %e : tensor<8x4xf32> to tensor<8x1xi32> -> tensor<8x4xf32> by tensor<4xi32>, tensor<8xi32>
  %y = moe.expert rows(%a = %other : tensor<?x4xf32>) offsets(%o : tensor<4xi32>) {
    %q = arith.negf %a : tensor<?x4xf32>
    moe.yield %q : tensor<?x4xf32>
  } -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// Offsets of a plan and rows of a matmul.
// RUN: %{check} --entry=matmul --device=reference --optimize 2>&1 | FileCheck %s --check-prefix=MATMUL
// RUN: %{check} --entry=matmul --device=cpu 2>&1 | FileCheck %s --check-prefix=MATMUL
// MATMUL: error: expects offsets[E] of at most the number of rows 2, found 80
func.func @matmul(%x: tensor<2x4xf32>, %z: tensor<80x3xf32>, %p: tensor<3x4x4xf32>) -> tensor<2x4xf32> {
  %w, %e = moe.gate %z <softmax, top_k<1>> : tensor<80x3xf32> -> tensor<80x1xf32>, tensor<80x1xi32>
  %oi = tensor.empty() : tensor<4xi32>
  %si = tensor.empty() : tensor<80xi32>
  %o, %s = moe.plan ins(%e : tensor<80x1xi32>) outs(%oi, %si : tensor<4xi32>, tensor<80xi32>) -> tensor<4xi32>, tensor<80xi32>
  %i = tensor.empty() : tensor<2x4xf32>
  %y = moe.grouped_matmul ins(%x : tensor<2x4xf32>) offsets(%o : tensor<4xi32>) weights(%p : tensor<3x4x4xf32>)
      outs(%i : tensor<2x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// Slots of 80 tokens and 2 tokens.
// RUN: %{check} --entry=gather --device=reference --optimize 2>&1 | FileCheck %s --check-prefix=GATHER
// RUN: %{check} --entry=gather --device=cpu 2>&1 | FileCheck %s --check-prefix=GATHER
// GATHER: error: expects slots below T*K = 2, found slots[{{[0-9]+}}] =
func.func @gather(%x: tensor<2x4xf32>, %z: tensor<80x3xf32>) -> tensor<80x4xf32> {
  %w, %e = moe.gate %z <softmax, top_k<1>> : tensor<80x3xf32> -> tensor<80x1xf32>, tensor<80x1xi32>
  %oi = tensor.empty() : tensor<4xi32>
  %si = tensor.empty() : tensor<80xi32>
  %o, %s = moe.plan ins(%e : tensor<80x1xi32>) outs(%oi, %si : tensor<4xi32>, tensor<80xi32>) -> tensor<4xi32>, tensor<80xi32>
  %i = tensor.empty() : tensor<80x4xf32>
  %y = moe.gather_rows ins(%x, %s : tensor<2x4xf32>, tensor<80xi32>) slots_per_token(1) outs(%i : tensor<80x4xf32>) -> tensor<80x4xf32>
  return %y : tensor<80x4xf32>
}

// An operand read at the token of a slot.
// RUN: %{check} --entry=operand --device=reference --optimize 2>&1 | FileCheck %s --check-prefix=GATHER
// RUN: %{check} --entry=operand --device=cpu 2>&1 | FileCheck %s --check-prefix=GATHER
func.func @operand(%x: tensor<80x4xf32>, %z: tensor<80x3xf32>, %p: tensor<3x4x4xf32>, %few: tensor<2xf32>) -> tensor<80x4xf32> {
  %w, %e = moe.gate %z <softmax, top_k<1>> : tensor<80x3xf32> -> tensor<80x1xf32>, tensor<80x1xi32>
  %r, %o, %s = moe.dispatch %x to %e : tensor<80x4xf32> to tensor<80x1xi32> -> tensor<80x4xf32> by tensor<4xi32>, tensor<80xi32>
  %i = tensor.empty() : tensor<80x4xf32>
  %y = moe.grouped_matmul ins(%r : tensor<80x4xf32>) offsets(%o : tensor<4xi32>) weights(%p : tensor<3x4x4xf32>)
      slots(%s : tensor<80xi32>) slots_per_token(1)
      operands(%few : tensor<2xf32>) maps [affine_map<(e, r, n, s) -> (s floordiv 1)>]
      outs(%i : tensor<80x4xf32>) epilogue {
  ^bb0(%acc: f32, %b: f32):
    %0 = arith.addf %acc, %b : f32
    moe.yield %0 : f32
  } -> tensor<80x4xf32>
  return %y : tensor<80x4xf32>
}

// An operand with an element for each of 2 slots, and slots of 80.
// RUN: %{check} --entry=slots --device=reference --optimize 2>&1 | FileCheck %s --check-prefix=GATHER-TWO
// RUN: %{check} --entry=slots --device=cpu 2>&1 | FileCheck %s --check-prefix=GATHER-TWO
// GATHER-TWO: error: expects slots below T*K = 2, found slots[{{[0-9]+}}] =
func.func @slots(%x: tensor<40x4xf32>, %z: tensor<40x3xf32>, %p: tensor<3x4x4xf32>, %few: tensor<2xf32>) -> tensor<80x4xf32> {
  %w, %e = moe.gate %z <softmax, top_k<2>> : tensor<40x3xf32> -> tensor<40x2xf32>, tensor<40x2xi32>
  %r, %o, %s = moe.dispatch %x to %e : tensor<40x4xf32> to tensor<40x2xi32> -> tensor<80x4xf32> by tensor<4xi32>, tensor<80xi32>
  %i = tensor.empty() : tensor<80x4xf32>
  %y = moe.grouped_matmul ins(%r : tensor<80x4xf32>) offsets(%o : tensor<4xi32>) weights(%p : tensor<3x4x4xf32>)
      slots(%s : tensor<80xi32>) slots_per_token(2)
      operands(%few : tensor<2xf32>) maps [affine_map<(e, r, n, s) -> (s)>]
      outs(%i : tensor<80x4xf32>) epilogue {
  ^bb0(%acc: f32, %b: f32):
    %0 = arith.addf %acc, %b : f32
    moe.yield %0 : f32
  } -> tensor<80x4xf32>
  return %y : tensor<80x4xf32>
}

// Rows of a plan's tokens and slots of something else.
// RUN: %{npy} %t/slots.npy '<i4' 2 0 1
// RUN: %{check} --entry=token_rows --device=reference --optimize --input slots=%t/slots.npy 2>&1 | FileCheck %s --check-prefix=TOKEN-ROWS
// RUN: %{check} --entry=token_rows --device=cpu --input slots=%t/slots.npy 2>&1 | FileCheck %s --check-prefix=TOKEN-ROWS
// TOKEN-ROWS: error: expects a row or -1, found token_rows[
func.func @token_rows(%x: tensor<2x4xf32>, %slots: tensor<2xi32> {moe.name = "slots"}, %z: tensor<80x3xf32>) -> tensor<80x4xf32> {
  %w, %e = moe.gate %z <softmax, top_k<1>> : tensor<80x3xf32> -> tensor<80x1xf32>, tensor<80x1xi32>
  %oi = tensor.empty() : tensor<4xi32>
  %si = tensor.empty() : tensor<80xi32>
  %ti = tensor.empty() : tensor<80x1xi32>
  %o, %s, %t = moe.plan ins(%e : tensor<80x1xi32>) outs(%oi, %si, %ti : tensor<4xi32>, tensor<80xi32>, tensor<80x1xi32>)
      -> tensor<4xi32>, tensor<80xi32>, tensor<80x1xi32>
  %i = tensor.empty() : tensor<80x4xf32>
  %y = moe.combine_rows ins(%x, %slots, %t : tensor<2x4xf32>, tensor<2xi32>, tensor<80x1xi32>) weights(%w : tensor<80x1xf32>)
      outs(%i : tensor<80x4xf32>) -> tensor<80x4xf32>
  return %y : tensor<80x4xf32>
}

// Offsets that an expert's region is handed: each expert has its own number of rows.
// RUN: %{npy} %t/outer.npy '<i4' 3 0 2 4
// RUN: %{npy} %t/inner.npy '<i4' 3 0 1 2
// RUN: %{npy} %t/far.npy '<i4' 3 0 4 900000
// RUN: moe-run %s --check --device=reference --optimize --entry=region --input outer=%t/outer.npy --input inner=%t/inner.npy | FileCheck %s --check-prefix=PASSED
// RUN: moe-run %s --check --device=cpu --entry=region --input outer=%t/outer.npy --input inner=%t/inner.npy | FileCheck %s --check-prefix=PASSED
// RUN: %{check} --entry=region --device=reference --optimize --input outer=%t/outer.npy --input inner=%t/far.npy 2>&1 | FileCheck %s --check-prefix=REGION
// RUN: %{check} --entry=region --device=cpu --input outer=%t/outer.npy --input inner=%t/far.npy 2>&1 | FileCheck %s --check-prefix=REGION
// RUN: %{check} --entry=region --device=reference --input outer=%t/outer.npy --input inner=%t/far.npy 2>&1 | FileCheck %s --check-prefix=REGION
// REGION: check-mixed-indices.mlir:[[# @LINE + 5]]:10: error: expects offsets[E] of at most the number of rows 2, found 900000
func.func @region(%x: tensor<4x4xf32>, %outer: tensor<3xi32> {moe.name = "outer"},
                  %inner: tensor<3xi32> {moe.name = "inner"}) -> tensor<4x4xf32> {
  %y = moe.expert rows(%a = %x : tensor<4x4xf32>) offsets(%outer : tensor<3xi32>)
      shared(%o = %inner : tensor<3xi32>) cross_row {
    %n = moe.expert rows(%b = %a : tensor<?x4xf32>) offsets(%o : tensor<3xi32>) {
      %q = arith.negf %b : tensor<?x4xf32>
      moe.yield %q : tensor<?x4xf32>
    } -> tensor<?x4xf32>
    moe.yield %n : tensor<?x4xf32>
  } -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}
