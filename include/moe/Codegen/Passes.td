//===- Passes.td - Buffers to code, on every route ------------*- tablegen -*-===//

#ifndef MOE_CODEGEN_PASSES_TD
#define MOE_CODEGEN_PASSES_TD

include "mlir/Pass/PassBase.td"

def CallLibmPass : Pass<"moe-call-libm", "::mlir::ModuleOp"> {
  let summary = "Functions of numbers to calls of the C library";
  let description = [{
    Each op of math that is a function of the C library becomes a call of it,
    vectors lane by lane. Others (`copysign`, `fpowi`, counts of bits) stay.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
    "::mlir::vector::VectorDialect"
  ];
}

def DropUnusedArgumentsPass
    : Pass<"moe-drop-unused-arguments", "::mlir::ModuleOp"> {
  let summary = "Arguments that a private function does not read";
  let description = [{
    Arguments of private functions of the llvm dialect, all of whose uses are plain
    calls, are dropped where nobody reads them, or where all calls pass the same
    constant. A memref is passed as five numbers and more, of which a kernel reads
    two. What only served an argument that is dropped stays: LLVM drops it. What is
    left of many arguments is passed by the fast convention.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // MOE_CODEGEN_PASSES_TD
