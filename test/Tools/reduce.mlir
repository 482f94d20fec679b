// moe-reduce finds the smallest program that its test still accepts.

// One gate of a whole layer is left: no other function, no scale, no noise, no
// argument attributes. Nothing it tried was invalid IR.
// RUN: rm -f %t.log && touch %t.log
// RUN: moe-reduce %s --test=%S/Inputs/has-op.sh --test-arg=moe.gate \
// RUN:   --test-arg=%moe_obj/bin/moe-opt --test-arg=%t.log -o %t.gate
// RUN: FileCheck %s --check-prefix=GATE --input-file=%t.gate
// RUN: count 0 < %t.log
// GATE:      module {
// GATE-NEXT:   func.func @layer(%[[Z:.*]]: tensor<?x8xf32>) {
// GATE-NEXT:     moe.gate %[[Z]] <identity, top_k<2>> : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
// GATE-NEXT:     return
// GATE-NEXT:   }
// GATE-NEXT: }

// What is inside a region can be what is looked for.
// RUN: moe-reduce %s --test=%S/Inputs/has-op.sh --test-arg=linalg.matmul \
// RUN:   --test-arg=%moe_obj/bin/moe-opt --test-arg=%t.log \
// RUN:   | FileCheck %s --check-prefix=MATMUL
// RUN: count 0 < %t.log
// MATMUL-NOT: moe.
// MATMUL:     linalg.matmul
// MATMUL-NOT: moe.

// Operands that an op cannot do without stay, on the way to a program that has the op.
// RUN: moe-reduce %moe_src/test/Docs/tour.mlir --test=%S/Inputs/has-op.sh --test-arg=moe.dispatch \
// RUN:   --test-arg=%moe_obj/bin/moe-opt --test-arg=%t.log | FileCheck %s --check-prefix=DISPATCH
// RUN: moe-reduce %moe_src/test/Docs/tour.mlir --test=%S/Inputs/has-op.sh --test-arg=moe.expert \
// RUN:   --test-arg=%moe_obj/bin/moe-opt --test-arg=%t.log | FileCheck %s --check-prefix=EXPERT
// RUN: count 0 < %t.log
// DISPATCH: moe.dispatch %{{.*}} to %
// EXPERT:   moe.expert rows(%{{.*}}) offsets(%

// The best program so far is there, whatever stops the search.
// RUN: rm -f %t.sh.accepted && cp %S/Inputs/twice.sh %t.sh
// RUN: not moe-reduce %s --test=%t.sh -o %t.best 2>&1 | FileCheck %s --check-prefix=GONE
// RUN: FileCheck %s --check-prefix=BEST --input-file=%t.best
// BEST: moe.gate
// GONE: moe-reduce: cannot run

// An input that is not interesting, a test that does not run, a missing file.
// RUN: not moe-reduce %s --test=%S/Inputs/has-op.sh --test-arg=moe.plan \
// RUN:   --test-arg=%moe_obj/bin/moe-opt --test-arg=%t.log 2>&1 \
// RUN:   | FileCheck %s --check-prefix=BORING
// BORING: moe-reduce: expects the test to exit with 1 on the input
// RUN: not moe-reduce %s --test=%S/Inputs/nowhere 2>&1 | FileCheck %s --check-prefix=NOTEST
// NOTEST: moe-reduce: cannot run '{{.*}}nowhere'
// RUN: not moe-reduce %t.nowhere --test=%S/Inputs/has-op.sh 2>&1 | FileCheck %s --check-prefix=NOFILE
// NOFILE: moe-reduce: cannot open input file

func.func @other(%x: tensor<?x16xf32> {moe.name = "x"}) -> tensor<?x16xf32> {
  %0 = math.exp %x : tensor<?x16xf32>
  return %0 : tensor<?x16xf32>
}

func.func @layer(%x: tensor<?x16xf32> {moe.name = "x", moe.dims = ["T"]},
                 %wg: tensor<16x8xf32> {moe.param}, %w: tensor<8x16x16xf32> {moe.param},
                 %n: tensor<?x8xf32>) -> tensor<?x16xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x16xf32>
  %ze = tensor.empty(%t) : tensor<?x8xf32>
  %zf = linalg.fill ins(%zero : f32) outs(%ze : tensor<?x8xf32>) -> tensor<?x8xf32>
  %z = linalg.matmul ins(%x, %wg : tensor<?x16xf32>, tensor<16x8xf32>)
                     outs(%zf : tensor<?x8xf32>) -> tensor<?x8xf32>
  %weights, %experts = moe.gate %z <softmax, top_k<2>, sum, scale = 2.5> noise(%n : tensor<?x8xf32>)
      {note = "discardable"} : tensor<?x8xf32> -> tensor<?x2xf32>, tensor<?x2xi32>
  %rows, %offsets, %slots = moe.dispatch %x to %experts weights(%weights : tensor<?x2xf32>)
      : tensor<?x16xf32> to tensor<?x2xi32> -> tensor<?x16xf32> by tensor<9xi32>, tensor<?xi32>
  %y = moe.expert rows(%xe = %rows : tensor<?x16xf32>) offsets(%offsets : tensor<9xi32>)
                  params(%we = %w : tensor<8x16x16xf32>) {
    %d0 = arith.constant 0 : index
    %f0 = arith.constant 0.0 : f32
    %m = tensor.dim %xe, %d0 : tensor<?x16xf32>
    %e = tensor.empty(%m) : tensor<?x16xf32>
    %f = linalg.fill ins(%f0 : f32) outs(%e : tensor<?x16xf32>) -> tensor<?x16xf32>
    %r = linalg.matmul ins(%xe, %we : tensor<?x16xf32>, tensor<16x16xf32>)
                       outs(%f : tensor<?x16xf32>) -> tensor<?x16xf32>
    moe.yield %r : tensor<?x16xf32>
  } -> tensor<?x16xf32>
  %out = moe.combine %y by %slots weights(%weights)
      : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %out : tensor<?x16xf32>
}
