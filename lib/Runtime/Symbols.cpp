//===- Symbols.cpp - All that compiled programs may call ------------------===//

#include "ProgramRun.h"

using namespace mlir::moe;

const RuntimeSymbol *mlir::moe::getRuntimeSymbols() {
#define MOE_SYMBOL(name, function)                                             \
  {                                                                            \
    name, reinterpret_cast<void *>(function), #function                        \
  }
  static const RuntimeSymbol symbols[] = {
      MOE_SYMBOL("_mlir_ciface_moeRecordGate", moeRecordGate),
      MOE_SYMBOL("_mlir_ciface_moeRecordKeys", moeRecordKeys),
      MOE_SYMBOL("_mlir_ciface_moeRecordDispatch", moeRecordDispatch),
      MOE_SYMBOL("_mlir_ciface_moeRecordKernel", moeRecordKernel),
      MOE_SYMBOL("_mlir_ciface_moeRecordMacs", moeRecordMacs),
      MOE_SYMBOL("_mlir_ciface_moeCheckOffsets", moeCheckOffsets),
      MOE_SYMBOL("_mlir_ciface_moeCheckSlots", moeCheckSlots),
      MOE_SYMBOL("_mlir_ciface_moeCheckTokenRows", moeCheckTokenRows),
      MOE_SYMBOL("_mlir_ciface_moeFail", moeFail),
      MOE_SYMBOL("moeParallelFor", moeParallelFor),
      MOE_SYMBOL("_mlir_memref_to_llvm_alloc", moeAllocate),
      MOE_SYMBOL("_mlir_memref_to_llvm_aligned_alloc", moeAllocateAligned),
      MOE_SYMBOL("_mlir_memref_to_llvm_free", moeFree),
      MOE_SYMBOL("memrefCopy", moeCopyStrided),
      MOE_SYMBOL("__truncdfhf2", __truncdfhf2),
      MOE_SYMBOL("__truncdfbf2", __truncdfbf2),
      MOE_SYMBOL("__truncsfhf2", __truncsfhf2),
      MOE_SYMBOL("__truncsfbf2", __truncsfbf2),
      MOE_SYMBOL("__extendhfsf2", __extendhfsf2),
      {nullptr, nullptr, nullptr}};
#undef MOE_SYMBOL
  return symbols;
}
