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
  let options = [
    Option<"onlyLossy", "only-lossy", "bool", /*default=*/"false",
           "Only functions of which LLVM's form loses small numbers: expm1 and "
           "log1p">
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
    "::mlir::vector::VectorDialect"
  ];
}

def ExpandFunctionsPass : Pass<"moe-expand-functions"> {
  let summary = "Functions of numbers as others that LLVM or the C library has";
  let description = [{
    `math.fpowi` becomes `math.powf` in f64, but for a single number to the power
    of a constant of 32 bits, which LLVM multiplies; `math.isinf` and
    `math.isnormal` become comparisons. Numbers of more than 64 bits, and of types
    without infinities, stay.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::math::MathDialect"
  ];
}

def ExpandShapesPass : Pass<"moe-expand-shapes"> {
  let summary = "Dimensions that become several, as other sizes and strides";
  let description = [{
    `memref.expand_shape` becomes `memref.reinterpret_cast` where a dimension
    becomes several of which more than one is dynamic. Its sizes are given, so
    strides are products of them.
  }];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::memref::MemRefDialect"
  ];
}

def MoveAsIntegersPass : Pass<"moe-move-as-integers", "::mlir::LLVM::LLVMFuncOp"> {
  let summary = "bf16 in memory and between blocks as its bits";
  let description = [{
    Loads, stores and arguments of blocks of the llvm dialect that are bf16, or
    vectors of it, become those of i16, but for arguments of functions and of
    blocks that catch exceptions. What computes with them has been made of their
    bits already. Where a target has no registers of bf16, LLVM would make every
    element that a block takes from another one an f32 and round it back, by a
    call; f16 has registers. Selects, calls and what else has bf16 stay: they are
    few.

    ```mlir
    %0 = llvm.load %p : !llvm.ptr -> vector<8xbf16>
    %1 = llvm.bitcast %0 : vector<8xbf16> to vector<8xi16>
    // becomes
    %1 = llvm.load %p : !llvm.ptr -> vector<8xi16>
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def DropUnusedArgumentsPass
    : Pass<"moe-drop-unused-arguments", "::mlir::ModuleOp"> {
  let summary = "Arguments that a private function does not read";
  let description = [{
    Arguments of private functions of the llvm dialect, all of whose uses are plain
    calls, are dropped where nobody reads them, or where all calls pass the same
    constant. A memref is passed as five numbers and more, of which a kernel reads
    two. What only served an argument that is dropped stays: LLVM drops it.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def UseFastCallsPass : Pass<"moe-use-fast-calls", "::mlir::ModuleOp"> {
  let summary = "Calls that pass many arguments in registers";
  let description = [{
    Private functions of the llvm dialect with more than six arguments, all of whose
    uses are plain calls, get the fast convention, by which whoever makes machine code
    may pass arguments as it likes. Not those called from functions whose stack frame
    grows while they run: LLVM needs a register of its own there.

    ```mlir
    llvm.call @f(%0, %1, %2, %3, %4, %5, %6) : ...
    // ==>
    llvm.call fastcc @f(%0, %1, %2, %3, %4, %5, %6) : ...
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // MOE_CODEGEN_PASSES_TD
