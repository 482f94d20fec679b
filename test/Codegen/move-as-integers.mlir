// RUN: moe-opt %s --pass-pipeline='builtin.module(llvm.func(moe-move-as-integers))' --split-input-file | FileCheck %s

// Bits that are made a float to be stored stay bits, and so do those of a load: nothing is left of the casts.
// CHECK-LABEL: llvm.func @move
// CHECK: %[[X:.+]] = llvm.load %{{.+}} {alignment = 2 : i64} : !llvm.ptr -> vector<8xi16>
// CHECK-NEXT: %[[Y:.+]] = llvm.add %[[X]], %[[X]] : vector<8xi16>
// CHECK-NEXT: llvm.store %[[Y]], %{{.+}} {alignment = 2 : i64} : vector<8xi16>, !llvm.ptr
// CHECK-NEXT: llvm.return
llvm.func @move(%p: !llvm.ptr) {
  %0 = llvm.load %p {alignment = 2 : i64} : !llvm.ptr -> vector<8xbf16>
  %1 = llvm.bitcast %0 : vector<8xbf16> to vector<8xi16>
  %2 = llvm.add %1, %1 : vector<8xi16>
  %3 = llvm.bitcast %2 : vector<8xi16> to vector<8xbf16>
  llvm.store %3, %p {alignment = 2 : i64} : vector<8xbf16>, !llvm.ptr
  llvm.return
}

// -----

// Between blocks too, from any of them, and around loops; whoever wants a float makes one.
// CHECK-LABEL: llvm.func @blocks
// CHECK: %[[A:.+]] = llvm.load %{{.+}} : !llvm.ptr -> i16
// CHECK: llvm.cond_br %{{.+}}, ^[[NEXT:.+]](%[[A]] : i16), ^[[OTHER:.+]]
// CHECK: ^[[OTHER]]:
// CHECK: %[[GIVEN:.+]] = llvm.bitcast %{{.+}} : bf16 to i16
// CHECK: llvm.br ^[[NEXT]](%[[GIVEN]] : i16)
// CHECK: ^[[NEXT]](%[[B:.+]]: i16):
// CHECK-NEXT: %[[FLOAT:.+]] = llvm.bitcast %[[B]] : i16 to bf16
// CHECK-NEXT: llvm.call @use(%[[FLOAT]]) : (bf16)
// CHECK: llvm.cond_br %{{.+}}, ^[[NEXT]](%[[B]] : i16), ^
llvm.func @use(bf16)
llvm.func @blocks(%p: !llvm.ptr, %c: i1, %given: bf16) {
  %0 = llvm.load %p : !llvm.ptr -> bf16
  llvm.cond_br %c, ^next(%0 : bf16), ^other
^other:
  llvm.br ^next(%given : bf16)
^next(%1: bf16):
  llvm.call @use(%1) : (bf16) -> ()
  llvm.cond_br %c, ^next(%1 : bf16), ^end
^end:
  llvm.return
}

// -----

// Several arguments and uses: casts that leave, first in their block or right behind a load, are nobody's place.
// CHECK-LABEL: llvm.func @several
// CHECK: %[[L:.+]] = llvm.load %{{.+}} : !llvm.ptr -> i16
// CHECK-NEXT: %[[LF:.+]] = llvm.bitcast %[[L]] : i16 to bf16
// CHECK-NEXT: llvm.call @bits(%[[L]])
// CHECK-NEXT: llvm.call @take(%[[LF]])
// CHECK: ^{{.+}}(%[[X:.+]]: i16, %[[Y:.+]]: i16):
// CHECK-NEXT: %[[YF:.+]] = llvm.bitcast %[[Y]] : i16 to bf16
// CHECK-NEXT: llvm.call @bits(%[[X]])
// CHECK-NEXT: llvm.call @take(%[[YF]])
// CHECK-NEXT: llvm.return
llvm.func @take(bf16)
llvm.func @bits(i16)
llvm.func @several(%p: !llvm.ptr) {
  %0 = llvm.load %p : !llvm.ptr -> bf16
  %1 = llvm.bitcast %0 : bf16 to i16
  llvm.call @bits(%1) : (i16) -> ()
  llvm.call @take(%0) : (bf16) -> ()
  llvm.br ^next(%0, %0 : bf16, bf16)
^next(%x: bf16, %y: bf16):
  %2 = llvm.bitcast %x : bf16 to i16
  llvm.call @bits(%2) : (i16) -> ()
  llvm.call @take(%y) : (bf16) -> ()
  llvm.return
}

// -----

// What catches an exception stays first in its block.
// CHECK-LABEL: llvm.func @catch
// CHECK: ^{{.+}}(%{{.+}}: bf16):
// CHECK-NEXT: llvm.landingpad
llvm.func @may_throw()
llvm.func @personality(...) -> i32
llvm.func @catch(%x: bf16) -> bf16 attributes {personality = @personality} {
  llvm.invoke @may_throw() to ^fine unwind ^caught(%x : bf16) : () -> ()
^fine:
  llvm.return %x : bf16
^caught(%y: bf16):
  %0 = llvm.landingpad cleanup : !llvm.struct<(ptr, i32)>
  llvm.return %y : bf16
}

// -----

// With masks.
// CHECK-LABEL: llvm.func @masks
// CHECK: llvm.intr.masked.load %{{.+}}, %{{.+}}, %{{.+}} {{.*}} : (!llvm.ptr, vector<8xi1>, vector<8xi16>) -> vector<8xi16>
// CHECK: llvm.intr.masked.store {{.*}} : vector<8xi16>, vector<8xi1> into !llvm.ptr
llvm.func @masks(%p: !llvm.ptr, %m: vector<8xi1>, %x: vector<8xbf16>) {
  %0 = llvm.intr.masked.load %p, %m, %x {alignment = 2 : i32} : (!llvm.ptr, vector<8xi1>, vector<8xbf16>) -> vector<8xbf16>
  llvm.intr.masked.store %0, %p, %m {alignment = 2 : i32} : vector<8xbf16>, vector<8xi1> into !llvm.ptr
  llvm.return
}

// -----

// Other types are left alone.
// CHECK-LABEL: llvm.func @others
// CHECK-NEXT: llvm.load %{{.+}} : !llvm.ptr -> f16
// CHECK-NEXT: llvm.store %{{.+}} : f16, !llvm.ptr
// CHECK-NEXT: llvm.load %{{.+}} : !llvm.ptr -> !llvm.array<2 x vector<8xbf16>>
// CHECK-NEXT: llvm.store %{{.+}} : !llvm.array<2 x vector<8xbf16>>, !llvm.ptr
llvm.func @others(%p: !llvm.ptr) {
  %0 = llvm.load %p : !llvm.ptr -> f16
  llvm.store %0, %p : f16, !llvm.ptr
  %1 = llvm.load %p : !llvm.ptr -> !llvm.array<2 x vector<8xbf16>>
  llvm.store %1, %p : !llvm.array<2 x vector<8xbf16>>, !llvm.ptr
  llvm.return
}

// A declaration has no blocks.
llvm.func @declared(bf16) -> bf16
