// RUN: moe-opt %s --split-input-file --moe-report-failures | FileCheck %s

// An assertion about a comparison hands over both numbers.
// CHECK: func.func private @moeFail(i64, i64, i64) attributes {llvm.emit_c_interface}
// CHECK-LABEL: func.func @compare(
// CHECK: %[[FOUND:.*]] = arith.index_cast %arg0 : index to i64
// CHECK: %[[EXPECTED:.*]] = arith.index_cast %arg1 : index to i64
// CHECK: call @moeFail(%{{.*}}, %[[FOUND]], %[[EXPECTED]]) {message = "few", relation = "at most "}
// CHECK-NOT: cf.assert
func.func @compare(%a: index, %b: index) {
  %holds = arith.cmpi sle, %a, %b : index
  cf.assert %holds, "few"
  return
}

// -----

// Any other hands over its message.
// CHECK-LABEL: func.func @flag(
// CHECK: scf.if
// CHECK: call @moeFail(%{{.*}}, %{{.*}}, %{{.*}}) {message = "flag"} :
func.func @flag(%holds: i1) {
  cf.assert %holds, "flag"
  return
}

// -----

// Sites are numbered after those of the index checks.
// CHECK-LABEL: func.func @after(
// CHECK: %[[SITE:.*]] = arith.constant 3 : i64
// CHECK: call @moeFail(%[[SITE]],
func.func private @moeCheckOffsets(i64, tensor<?xi32>, i64)
func.func @after(%holds: i1, %offsets: tensor<?xi32>) {
  %site = arith.constant 2 : i64
  func.call @moeCheckOffsets(%site, %offsets, %site) : (i64, tensor<?xi32>, i64) -> ()
  cf.assert %holds, "after"
  return
}

// -----

// Sizes of new tensors are not negative; those of other tensors never are.
// CHECK-LABEL: func.func @sizes(
// CHECK-COUNT-1: message = "expects a size of a tensor", relation = "at least "
// CHECK-NOT: @moeFail
func.func @sizes(%n: index, %t: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
  %c0 = arith.constant 0 : index
  %m = tensor.dim %t, %c0 : tensor<?xf32>
  %0 = tensor.empty(%n) : tensor<?xf32>
  %1 = tensor.empty(%m) : tensor<?xf32>
  return %0, %1 : tensor<?xf32>, tensor<?xf32>
}
