//===- Explain.cpp - What the kernels of a run cost -----------------------===//

#include "moe/Execution/Explain.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace mlir::moe;
namespace json = llvm::json;

Explanation moe::explain(const CompiledFunction &function,
                         const RunRecord &record, const Roof &roof) {
  Explanation result;
  result.roof = roof;
  for (const KernelInfo &info : function.getKernels())
    result.kernels.emplace_back().info = info;
  for (const KernelRecord &execution : record.kernels) {
    KernelReport &kernel = result.kernels[execution.kernel];
    kernel.info.shape.depth = execution.depth;
    kernel.info.shape.columns = execution.columns;
    ++kernel.executions;
    for (int64_t rows : execution.rows) {
      kernel.rows += rows;
      kernel.experts += rows > 0;
    }
    KernelCost cost = estimateKernel(kernel.info.shape, execution.rows, roof);
    kernel.cost.arithmetic += cost.arithmetic;
    kernel.cost.memory += cost.memory;
    kernel.cost.expected += cost.expected;
    result.roofSeconds += cost.getRoof();
    result.expectedSeconds += cost.expected;
  }
  return result;
}

/// Executions of a loop may be bound differently: the kernel's roof is that of
/// all of them together.
static StringRef getBound(const KernelReport &kernel) {
  if (kernel.rows == 0)
    return "nothing";
  return kernel.cost.isMemoryBound() ? "memory" : "arithmetic";
}

static StringRef stringify(KernelMath math) {
  switch (math) {
  case KernelMath::F32:
    return "f32";
  case KernelMath::Dot:
    return "dot";
  case KernelMath::F64:
    return "f64";
  case KernelMath::Pairs:
    return "pairs";
  }
  llvm_unreachable("all have a name");
}

json::Value moe::toJson(const Explanation &explanation) {
  json::Array kernels;
  for (const KernelReport &kernel : explanation.kernels) {
    const KernelInfo &info = kernel.info;
    kernels.push_back(
        json::Object{{"location", json::fixUTF8(info.location)},
                     {"experts", info.experts},
                     {"depth", info.shape.depth},
                     {"columns", info.shape.columns},
                     {"weights", info.shape.weights},
                     {"rows_type", info.rowsType},
                     {"weight_types", json::Array(info.weightTypes)},
                     {"math", stringify(info.shape.math)},
                     {"gate_projection", info.isGateProjection},
                     {"schedule", info.schedule},
                     {"executions", kernel.executions},
                     {"rows", kernel.rows},
                     {"experts_with_rows", kernel.experts},
                     {"bound", getBound(kernel)},
                     {"roof_seconds", kernel.cost.getRoof()},
                     {"expected_seconds", kernel.cost.expected}});
  }
  const Roof &roof = explanation.roof;
  return json::Object{
      {"roof",
       json::Object{{"f32_macs", roof.f32Macs},
                    {"dot_macs", roof.dotMacs > 0 ? json::Value(roof.dotMacs)
                                                  : json::Value(nullptr)},
                    {"read_bytes", roof.readBytes}}},
      {"kernels", std::move(kernels)},
      {"roof_seconds", explanation.roofSeconds},
      {"expected_seconds", explanation.expectedSeconds},
      {"run_seconds", explanation.runSeconds}};
}

static void printKernel(llvm::raw_ostream &os, const KernelReport &kernel) {
  const KernelInfo &info = kernel.info;
  os << "  kernel at " << info.location << ": " << info.experts
     << (info.experts == 1 ? " expert" : " experts");
  if (kernel.executions == 0) {
    os << ", not run\n    " << info.schedule << "\n";
    return;
  }
  os << " x [" << info.shape.depth << ", " << info.shape.columns << "]";
  if (info.shape.weights > 1)
    os << " x " << info.shape.weights << " weights";
  std::vector<std::string> types = info.weightTypes;
  types.erase(llvm::unique(types), types.end()); // of all, where all are equal
  if (types.size() > 1)
    types = info.weightTypes;
  os << ", " << info.rowsType << " x " << llvm::join(types, " and ");
  if (info.isGateProjection)
    os << ", gate projection";
  os << "; " << kernel.rows << (kernel.rows == 1 ? " row on " : " rows on ")
     << kernel.experts << (kernel.experts == 1 ? " expert" : " experts");
  if (kernel.executions > 1)
    os << " in " << kernel.executions << " executions";
  os << "\n    " << info.schedule << "\n";
  if (kernel.rows == 0) {
    os << "    nothing to compute\n";
    return;
  }
  os << "    bound by " << getBound(kernel)
     << llvm::format(": roof %.3g ms, expected %.3g ms\n",
                     kernel.cost.getRoof() * 1e3, kernel.cost.expected * 1e3);
}

void moe::print(llvm::raw_ostream &os, const Explanation &explanation) {
  const Roof &roof = explanation.roof;
  os << llvm::format("roof: %.4g G multiply-adds/s of f32", roof.f32Macs / 1e9);
  if (roof.dotMacs > 0)
    os << llvm::format(", %.4g G of bf16 dots", roof.dotMacs / 1e9);
  os << llvm::format(", %.3g GB/s from memory\n", roof.readBytes / 1e9);
  for (const KernelReport &kernel : explanation.kernels)
    printKernel(os, kernel);
  os << llvm::format("kernels: roof %.3g ms, expected %.3g ms; a run takes "
                     "%.3g ms, the roof is %.1f %% of it\n",
                     explanation.roofSeconds * 1e3,
                     explanation.expectedSeconds * 1e3,
                     explanation.runSeconds * 1e3,
                     100 * explanation.roofSeconds / explanation.runSeconds);
}
