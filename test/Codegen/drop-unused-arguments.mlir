// RUN: moe-opt %s --moe-drop-unused-arguments --split-input-file --allow-unregistered-dialect | FileCheck %s
// Who calls whom is asked again where calls were erased.
// RUN: moe-opt %s --moe-use-fast-calls --moe-drop-unused-arguments --split-input-file --allow-unregistered-dialect | FileCheck %s

// Of a memref that comes in parts what is read stays; a constant of all calls is
// in the function.
// CHECK-LABEL: llvm.func @reads(
// CHECK-SAME: %[[POINTER:.*]]: !llvm.ptr, %[[COUNT:.*]]: i64) -> f32
// CHECK-NEXT: %[[FOUR:.*]] = llvm.mlir.constant(4 : i64) : i64
// CHECK-NEXT: %[[PRODUCT:.*]] = llvm.mul %[[COUNT]], %[[FOUR]]
// CHECK-NEXT: llvm.getelementptr %[[POINTER]][%[[PRODUCT]]]
llvm.func @reads(%allocated: !llvm.ptr, %aligned: !llvm.ptr, %offset: i64, %count: i64, %stride: i64) -> f32
    attributes {sym_visibility = "private"} {
  %0 = llvm.mlir.poison : !llvm.struct<(ptr, ptr, i64)>
  %1 = llvm.insertvalue %allocated, %0[0] : !llvm.struct<(ptr, ptr, i64)>
  %2 = llvm.insertvalue %aligned, %1[1] : !llvm.struct<(ptr, ptr, i64)>
  %3 = llvm.insertvalue %offset, %2[2] : !llvm.struct<(ptr, ptr, i64)>
  %4 = llvm.extractvalue %3[1] : !llvm.struct<(ptr, ptr, i64)>
  %5 = llvm.mul %count, %stride : i64
  %6 = llvm.getelementptr %4[%5] : (!llvm.ptr, i64) -> !llvm.ptr, f32
  %7 = llvm.load %6 : !llvm.ptr -> f32
  llvm.return %7 : f32
}
// CHECK-LABEL: llvm.func @calls
// CHECK: llvm.call @reads(%arg0, %arg2) : (!llvm.ptr, i64) -> f32
// CHECK: llvm.call @reads(%arg0, %arg1) : (!llvm.ptr, i64) -> f32
llvm.func @calls(%p: !llvm.ptr, %m: i64, %n: i64) -> f32 {
  %four = llvm.mlir.constant(4 : i64) : i64
  %other = llvm.mlir.constant(4 : i64) : i64
  %0 = llvm.call @reads(%p, %p, %m, %n, %four) : (!llvm.ptr, !llvm.ptr, i64, i64, i64) -> f32
  %1 = llvm.call @reads(%p, %p, %n, %m, %other) : (!llvm.ptr, !llvm.ptr, i64, i64, i64) -> f32
  %2 = llvm.fadd %0, %1 : f32
  llvm.return %2 : f32
}

// -----

// Constants that differ, nobody's result, a struct of which a part is replaced.
// CHECK-LABEL: llvm.func @differs(%arg0: i64, %arg1: !llvm.struct<(array<2 x i64>)>, %arg2: !llvm.ptr)
// CHECK: llvm.extractvalue %{{.*}}[0]
llvm.func @differs(%n: i64, %s: !llvm.struct<(array<2 x i64>)>, %unread: f32, %p: !llvm.ptr)
    attributes {sym_visibility = "private"} {
  %0 = llvm.insertvalue %n, %s[0, 1] : !llvm.struct<(array<2 x i64>)>
  %1 = llvm.extractvalue %0[0] : !llvm.struct<(array<2 x i64>)>
  llvm.store %1, %p : !llvm.array<2 x i64>, !llvm.ptr
  llvm.return
}
// CHECK-LABEL: llvm.func @calls
// CHECK: llvm.call @differs(%{{.*}}, %arg0, %arg1) : (i64, !llvm.struct<(array<2 x i64>)>, !llvm.ptr) -> ()
llvm.func @calls(%s: !llvm.struct<(array<2 x i64>)>, %p: !llvm.ptr) {
  %one = llvm.mlir.constant(1 : i64) : i64
  %two = llvm.mlir.constant(2 : i64) : i64
  %x = llvm.mlir.constant(0.0 : f32) : f32
  llvm.call @differs(%one, %s, %x, %p) : (i64, !llvm.struct<(array<2 x i64>)>, f32, !llvm.ptr) -> ()
  llvm.call @differs(%two, %s, %x, %p) : (i64, !llvm.struct<(array<2 x i64>)>, f32, !llvm.ptr) -> ()
  llvm.return
}

// -----

// Others may call what is public, or what is passed on by its address. A call of
// itself reads.
// CHECK-LABEL: llvm.func @public(%arg0: i64)
// CHECK-LABEL: llvm.func @passed(%arg0: i64)
// CHECK-LABEL: llvm.func @recursive(%arg0: i64)
// CHECK: llvm.call @recursive(%arg0)
llvm.func @public(%n: i64) {
  llvm.return
}
llvm.func @passed(%n: i64) attributes {sym_visibility = "private"} {
  llvm.return
}
llvm.func @recursive(%n: i64) attributes {sym_visibility = "private"} {
  llvm.call @recursive(%n) : (i64) -> ()
  llvm.return
}
llvm.func @external(%n: i64) attributes {sym_visibility = "private"}
// CHECK-LABEL: llvm.func @calls
llvm.func @calls(%n: i64) -> !llvm.ptr {
  // CHECK: llvm.call @public(%arg0)
  llvm.call @public(%n) : (i64) -> ()
  // CHECK: llvm.call @passed(%arg0)
  llvm.call @passed(%n) : (i64) -> ()
  // CHECK: llvm.call @external(%arg0)
  llvm.call @external(%n) : (i64) -> ()
  %0 = llvm.mlir.addressof @passed : !llvm.ptr
  llvm.return %0 : !llvm.ptr
}

// -----

// Attributes of what a call passes belong to places; an invoke, a global and a
// personality are no plain calls; a tail call has the arguments of its caller.
// CHECK: llvm.func @attributed(%arg0: i64, %arg1: i64)
llvm.func @attributed(%n: i64, %m: i64) attributes {sym_visibility = "private"} {
  llvm.return
}
// CHECK: llvm.func @personality(%arg0: i64)
llvm.func @personality(%n: i64) -> i32 attributes {sym_visibility = "private"} {
  %0 = llvm.mlir.constant(0 : i32) : i32
  llvm.return %0 : i32
}
// CHECK: llvm.func @invoked(%arg0: i64)
llvm.func @invoked(%n: i64) attributes {sym_visibility = "private"} {
  llvm.return
}
// CHECK: llvm.func @at_start(%arg0: i64)
llvm.func @at_start(%n: i64) attributes {sym_visibility = "private"} {
  llvm.return
}
// CHECK: llvm.func @in_table(%arg0: i64)
llvm.func @in_table(%n: i64) attributes {sym_visibility = "private"} {
  llvm.return
}
llvm.mlir.global constant @table(@in_table) : !llvm.ptr
// CHECK: llvm.func @of_others(%arg0: i64)
llvm.func @of_others(%n: i64) attributes {sym_visibility = "private"} {
  llvm.return
}
llvm.mlir.global_ctors ctors = [@at_start], priorities = [0 : i32], data = [#llvm.zero]
// CHECK: llvm.func @last(%arg0: i64)
llvm.func @last(%n: i64) attributes {sym_visibility = "private"} {
  llvm.return
}
// CHECK: llvm.func @tail(%arg0: i64)
llvm.func @tail(%n: i64) attributes {sym_visibility = "private"} {
  llvm.call musttail @last(%n) : (i64) -> ()
  llvm.return
}
// CHECK-LABEL: llvm.func @calls
llvm.func @calls(%n: i64) attributes {personality = @personality} {
  // CHECK: llvm.call @attributed(%arg0, %arg0) : (i64 {llvm.noundef}, i64 {llvm.signext})
  llvm.call @attributed(%n, %n) : (i64 {llvm.noundef}, i64 {llvm.signext}) -> ()
  %0 = llvm.call @personality(%n) : (i64) -> i32
  llvm.call @at_start(%n) : (i64) -> ()
  llvm.call @in_table(%n) : (i64) -> ()
  llvm.call @of_others(%n) : (i64) -> ()
  "unregistered.op"() {function = @of_others} : () -> ()
  llvm.call @tail(%n) : (i64) -> ()
  llvm.invoke @invoked(%n) to ^done unwind ^failed : (i64) -> ()
^done:
  llvm.return
^failed:
  %1 = llvm.landingpad cleanup : !llvm.struct<(ptr, i32)>
  llvm.return
}

// -----

// A module within has names of its own. In a block that nobody reaches a struct may
// be made of itself.
// CHECK-LABEL: llvm.func @inner_and_outer()
llvm.func @inner_and_outer(%n: i64) attributes {sym_visibility = "private"} {
  llvm.return
^unreachable:
  %one = llvm.mlir.constant(1 : i64) : i64
  %0 = llvm.insertvalue %one, %0[1] : !llvm.struct<(i64, i64)>
  %1 = llvm.extractvalue %0[0] : !llvm.struct<(i64, i64)>
  llvm.br ^unreachable
}
// CHECK-LABEL: llvm.func @outer
llvm.func @outer(%n: i64) {
  // CHECK: llvm.call @inner_and_outer() : () -> ()
  llvm.call @inner_and_outer(%n) : (i64) -> ()
  llvm.return
}
// CHECK: module @inner
module @inner {
  llvm.func @inner_and_outer(%n: i64, %p: !llvm.ptr) attributes {sym_visibility = "private"} {
    llvm.store %n, %p : i64, !llvm.ptr
    llvm.return
  }
  // CHECK: llvm.call @inner_and_outer(%arg0, %arg1)
  llvm.func @other(%n: i64, %p: !llvm.ptr) {
    llvm.call @inner_and_outer(%n, %p) : (i64, !llvm.ptr) -> ()
    llvm.return
  }
}

// -----

// What a function only passes on counts where it arrives: a constant goes down, what nobody reads there is not passed here.
// CHECK-LABEL: llvm.func @passes
// CHECK: llvm.call @between(%arg0) : (i64) -> ()
llvm.func @passes(%n: i64, %p: !llvm.ptr) {
  %one = llvm.mlir.constant(1 : i64) : i64
  llvm.call @between(%p, %n, %one) : (!llvm.ptr, i64, i64) -> ()
  llvm.return
}
// CHECK: llvm.func @below(%[[N:.+]]: i64) attributes
// CHECK: %[[ONE:.+]] = llvm.mlir.constant(1 : i64)
// CHECK: llvm.add %[[N]], %[[ONE]]
llvm.func @below(%p: !llvm.ptr, %n: i64, %m: i64) attributes {sym_visibility = "private"} {
  %0 = llvm.add %n, %m : i64
  llvm.inline_asm has_side_effects "", "r" %0 : (i64) -> ()
  llvm.return
}
// CHECK: llvm.func @between(%[[N:.+]]: i64) attributes
// CHECK: llvm.call @below(%[[N]]) : (i64) -> ()
llvm.func @between(%p: !llvm.ptr, %n: i64, %m: i64) attributes {sym_visibility = "private"} {
  llvm.call @below(%p, %n, %m) : (!llvm.ptr, i64, i64) -> ()
  llvm.return
}

// -----

// An attribute of the module is no call either.
// CHECK: llvm.func @of_module(%arg0: i64)
module attributes {test.table = [@of_module]} {
  llvm.func @of_module(%n: i64) attributes {sym_visibility = "private"} {
    llvm.return
  }
  llvm.func @calls(%n: i64) {
    llvm.call @of_module(%n) : (i64) -> ()
    llvm.return
  }
}

// -----

// Calls that nobody reaches are none.
// CHECK-LABEL: llvm.func @reaches
// CHECK: llvm.call @reached(%arg0) : (i64) -> ()
llvm.func @reaches(%n: i64, %p: !llvm.ptr) {
  llvm.call @unreachable(%p, %n) : (!llvm.ptr, i64) -> ()
  llvm.call @reached(%p, %n) : (!llvm.ptr, i64) -> ()
  llvm.return
}
// CHECK: llvm.func @unreachable()
llvm.func @unreachable(%p: !llvm.ptr, %n: i64) attributes {sym_visibility = "private"} {
  llvm.return
^bb1:
  llvm.call @reached(%p, %n) : (!llvm.ptr, i64) -> ()
  llvm.return
}
llvm.func @reached(%p: !llvm.ptr, %n: i64) attributes {sym_visibility = "private"} {
  llvm.inline_asm has_side_effects "", "r" %n : (i64) -> ()
  llvm.return
}
