// RUN: moe-opt %s --moe-use-fast-calls --split-input-file | FileCheck %s

// More arguments than C passes in registers: by the fast convention.
// CHECK-LABEL: llvm.func @calls_many
// CHECK: llvm.call fastcc @many
llvm.func @calls_many(%n: i64, %p: !llvm.ptr) {
  llvm.call @many(%p, %n, %n, %n, %n, %n, %n) : (!llvm.ptr, i64, i64, i64, i64, i64, i64) -> ()
  llvm.call @few(%p, %n, %n, %n, %n, %n) : (!llvm.ptr, i64, i64, i64, i64, i64) -> ()
  llvm.return
}
// CHECK: llvm.func fastcc @many
llvm.func @many(%p: !llvm.ptr, %a: i64, %b: i64, %c: i64, %d: i64, %e: i64, %f: i64) attributes {sym_visibility = "private"} {
  llvm.inline_asm has_side_effects "", "r,r,r,r,r,r,r" %p, %a, %b, %c, %d, %e, %f : (!llvm.ptr, i64, i64, i64, i64, i64, i64) -> ()
  llvm.return
}
// CHECK: llvm.func @few
llvm.func @few(%p: !llvm.ptr, %a: i64, %b: i64, %c: i64, %d: i64, %e: i64) attributes {sym_visibility = "private"} {
  llvm.inline_asm has_side_effects "", "r,r,r,r,r,r" %p, %a, %b, %c, %d, %e : (!llvm.ptr, i64, i64, i64, i64, i64) -> ()
  llvm.return
}

// -----

// Not from a frame that grows: in the first block by a size that only calls know, in others, and between saves of the stack.
// CHECK: llvm.func @of_sized(
llvm.func @of_sized(%p: !llvm.ptr, %a: i64, %b: i64, %c: i64, %d: i64, %e: i64, %f: i64) attributes {sym_visibility = "private"} {
  llvm.inline_asm has_side_effects "", "r,r,r,r,r,r,r" %p, %a, %b, %c, %d, %e, %f : (!llvm.ptr, i64, i64, i64, i64, i64, i64) -> ()
  llvm.return
}
llvm.func @sized(%n: i64) {
  %p = llvm.alloca %n x i64 : (i64) -> !llvm.ptr
  llvm.call @of_sized(%p, %n, %n, %n, %n, %n, %n) : (!llvm.ptr, i64, i64, i64, i64, i64, i64) -> ()
  llvm.return
}
// CHECK: llvm.func @of_later(
llvm.func @of_later(%p: !llvm.ptr, %a: i64, %b: i64, %c: i64, %d: i64, %e: i64, %f: i64) attributes {sym_visibility = "private"} {
  llvm.inline_asm has_side_effects "", "r,r,r,r,r,r,r" %p, %a, %b, %c, %d, %e, %f : (!llvm.ptr, i64, i64, i64, i64, i64, i64) -> ()
  llvm.return
}
llvm.func @later(%n: i64) {
  llvm.br ^bb1
^bb1:
  %one = llvm.mlir.constant(1 : i64) : i64
  %p = llvm.alloca %one x i64 : (i64) -> !llvm.ptr
  llvm.call @of_later(%p, %n, %n, %n, %n, %n, %n) : (!llvm.ptr, i64, i64, i64, i64, i64, i64) -> ()
  llvm.return
}
// CHECK: llvm.func @of_saved(
llvm.func @of_saved(%p: !llvm.ptr, %a: i64, %b: i64, %c: i64, %d: i64, %e: i64, %f: i64) attributes {sym_visibility = "private"} {
  llvm.inline_asm has_side_effects "", "r,r,r,r,r,r,r" %p, %a, %b, %c, %d, %e, %f : (!llvm.ptr, i64, i64, i64, i64, i64, i64) -> ()
  llvm.return
}
llvm.func @saved(%n: i64) {
  %one = llvm.mlir.constant(1 : i64) : i64
  %p = llvm.alloca %one x i64 : (i64) -> !llvm.ptr
  %s = llvm.intr.stacksave : !llvm.ptr
  llvm.intr.stackrestore %s : !llvm.ptr
  llvm.call @of_saved(%p, %n, %n, %n, %n, %n, %n) : (!llvm.ptr, i64, i64, i64, i64, i64, i64) -> ()
  llvm.return
}

// -----

// A frame of one size is none of these.
// CHECK: llvm.func fastcc @of_fixed(
llvm.func @of_fixed(%p: !llvm.ptr, %a: i64, %b: i64, %c: i64, %d: i64, %e: i64, %f: i64) attributes {sym_visibility = "private"} {
  llvm.inline_asm has_side_effects "", "r,r,r,r,r,r,r" %p, %a, %b, %c, %d, %e, %f : (!llvm.ptr, i64, i64, i64, i64, i64, i64) -> ()
  llvm.return
}
llvm.func @fixed(%n: i64) {
  %one = llvm.mlir.constant(1 : i64) : i64
  %p = llvm.alloca %one x i64 : (i64) -> !llvm.ptr
  llvm.call @of_fixed(%p, %n, %n, %n, %n, %n, %n) : (!llvm.ptr, i64, i64, i64, i64, i64, i64) -> ()
  llvm.return
}

// -----

// Nor where something else refers to it, or calls of it say more.
// CHECK: llvm.func @referred(
llvm.func @referred(%p: !llvm.ptr, %a: i64, %b: i64, %c: i64, %d: i64, %e: i64, %f: i64) attributes {sym_visibility = "private"} {
  llvm.return
}
llvm.func @refers(%n: i64) -> !llvm.ptr {
  %p = llvm.mlir.addressof @referred : !llvm.ptr
  llvm.call @referred(%p, %n, %n, %n, %n, %n, %n) : (!llvm.ptr, i64, i64, i64, i64, i64, i64) -> ()
  llvm.return %p : !llvm.ptr
}
// CHECK: llvm.func @says(
llvm.func @says(%p: !llvm.ptr {llvm.noundef}, %a: i64, %b: i64, %c: i64, %d: i64, %e: i64, %f: i64) attributes {sym_visibility = "private"} {
  llvm.return
}
llvm.func @says_more(%p: !llvm.ptr, %n: i64) {
  llvm.call @says(%p, %n, %n, %n, %n, %n, %n) : (!llvm.ptr {llvm.noundef}, i64, i64, i64, i64, i64, i64) -> ()
  llvm.return
}

// -----

// Whoever has the address calls as C does.
// CHECK: llvm.func @in_table(
llvm.func @in_table(%p: !llvm.ptr, %a: i64, %b: i64, %c: i64, %d: i64, %e: i64, %f: i64) attributes {sym_visibility = "private"} {
  llvm.inline_asm has_side_effects "", "r,r,r,r,r,r,r" %p, %a, %b, %c, %d, %e, %f : (!llvm.ptr, i64, i64, i64, i64, i64, i64) -> ()
  llvm.return
}
llvm.mlir.global constant @table(@in_table) : !llvm.ptr
// CHECK-LABEL: llvm.func @calls
// CHECK: llvm.call @in_table
llvm.func @calls(%n: i64, %p: !llvm.ptr) {
  llvm.call @in_table(%p, %n, %n, %n, %n, %n, %n) : (!llvm.ptr, i64, i64, i64, i64, i64, i64) -> ()
  llvm.return
}
