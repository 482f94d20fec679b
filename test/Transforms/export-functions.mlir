// RUN: moe-opt %s --moe-attach-target=target=znver4 --moe-export-functions | FileCheck %s --implicit-check-not=moe.

// A public function gets a C interface; its tensors are never written; the moe
// attributes, which describe tensors, go, and others stay. So do those of the
// module and of the function.
// CHECK: func.func @public(%{{.*}}: tensor<4xf32> {bufferization.writable = false, llvm.noalias}, %{{.*}}: index)
// CHECK-SAME: -> tensor<4xf32> attributes {llvm.emit_c_interface}
func.func @public(%x: tensor<4xf32> {moe.name = "x", moe.param, llvm.noalias},
                  %n: index {moe.name = "n"}) -> (tensor<4xf32> {moe.name = "y"})
    attributes {moe.prepare = #moe.prepare<function = @private, arguments = [1], parameters = [0]>} {
  return %x : tensor<4xf32>
}

// A private function only loses the moe attributes.
// CHECK: func.func private @private(%{{.*}}: tensor<4xf32>) -> tensor<4xf32> {
func.func private @private(%x: tensor<4xf32> {moe.name = "x"}) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
