//===- Signature.cpp - What a function takes and gives --------------------===//

#include "Compiled.h"
#include "Context.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "moe/IR/Moe.h"

using namespace mlir;
using namespace mlir::moe;

llvm::Expected<func::FuncOp> moe::findEntry(ModuleOp module, StringRef name) {
  std::string names;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isDeclaration())
      continue;
    if (name.empty() ? function.isPublic() : function.getName() == name)
      return function;
    names += (names.empty() ? "" : ", ") + function.getName().str();
  }
  if (names.empty())
    names = module.getOps<LLVM::LLVMFuncOp>().empty()
                ? "no function"
                : "a program of the llvm dialect, which is lowered already";
  return llvm::createStringError(
      "expects a " +
      (name.empty() ? Twine("public function") : "function '" + name + "'") +
      ", found " + names);
}

static std::optional<ElementKind> getKind(Type type) {
  if (type.isF16())
    return ElementKind::F16;
  if (type.isBF16())
    return ElementKind::BF16;
  if (type.isF32())
    return ElementKind::F32;
  if (type.isF64())
    return ElementKind::F64;
  if (type.isSignlessInteger(1))
    return ElementKind::I1;
  if (type.isSignlessInteger(8))
    return ElementKind::I8;
  if (type.isSignlessInteger(32))
    return ElementKind::I32;
  if (type.isSignlessInteger(64) || type.isIndex())
    return ElementKind::I64;
  return std::nullopt;
}

/// Fills in what `attributes`, verified by the dialect, say.
static void readAttributes(DictionaryAttr attributes, ValueInfo &info) {
  if (!attributes)
    return;
  if (auto name = attributes.getAs<StringAttr>("moe.name"))
    info.name = name.str();
  info.isParameter = attributes.contains("moe.param");
  if (auto dims = attributes.getAs<ArrayAttr>("moe.dims")) {
    auto names = dims.getAsRange<StringAttr>();
    auto next = names.begin();
    for (std::string &dim : info.dims)
      if (!dim.empty() && next != names.end())
        dim = (*next++).str();
  }
  if (auto init = attributes.getAs<InitAttr>("moe.init")) {
    if (init.getKind() == InitKind::Zeros)
      info.initStd = 0;
    else if (init.getKind() == InitKind::FanIn)
      info.initFanIn = init.getDim();
    else
      info.initStd = init.getStd() ? init.getStd().getValueAsDouble() : 1;
  }
}

static FailureOr<ValueInfo> getInfo(func::FuncOp entry, Type type,
                                    const Twine &position,
                                    DictionaryAttr attributes) {
  ValueInfo info;
  info.name = info.position = position.str();
  auto tensor = dyn_cast<RankedTensorType>(type);
  std::optional<ElementKind> kind =
      getKind(tensor ? tensor.getElementType() : type);
  if (!kind) {
    entry.emitError("expects ")
        << info.position
        << " to be a ranked tensor or scalar of f16, bf16, f32, f64, i1, i8, "
           "i32, i64 or index, found "
        << type;
    return failure();
  }
  info.kind = *kind;
  info.isScalar = !tensor;
  if (tensor)
    info.shape.assign(tensor.getShape().begin(), tensor.getShape().end());
  for (auto [i, size] : llvm::enumerate(info.shape))
    info.dims.push_back(ShapedType::isDynamic(size)
                            ? info.position + "." + std::to_string(i)
                            : std::string());
  readAttributes(attributes, info);
  return info;
}

FailureOr<std::vector<ValueInfo>> moe::getArgumentInfos(func::FuncOp entry) {
  std::vector<ValueInfo> infos;
  for (auto [i, type] : llvm::enumerate(entry.getArgumentTypes())) {
    auto info = getInfo(entry, type, "arg" + Twine(i), entry.getArgAttrDict(i));
    if (failed(info))
      return failure();
    infos.push_back(*info);
  }
  return infos;
}

FailureOr<std::vector<ValueInfo>> moe::getResultInfos(func::FuncOp entry) {
  std::vector<ValueInfo> infos;
  for (auto [i, type] : llvm::enumerate(entry.getResultTypes())) {
    auto info =
        getInfo(entry, type, "out" + Twine(i), entry.getResultAttrDict(i));
    if (failed(info))
      return failure();
    infos.push_back(*info);
  }
  return infos;
}
