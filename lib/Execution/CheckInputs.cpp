//===- CheckInputs.cpp - Whether inputs fit a function --------------------===//

#include "CheckInputs.h"

#include "mlir/IR/BuiltinTypeInterfaces.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::moe;

llvm::Error moe::checkArray(const ValueInfo &info, const Array &array) {
  bool fits = info.kind == array.getKind() &&
              info.shape.size() == array.getShape().size();
  for (unsigned i = 0; fits && i < info.shape.size(); ++i)
    fits = ShapedType::isDynamic(info.shape[i]) ||
           info.shape[i] == array.getShape()[i];
  if (fits)
    return llvm::Error::success();
  return llvm::createStringError(
      "expects shape " + formatShape(info.shape) + " of " + getName(info.kind) +
      " for '" + info.name + "', found " + formatShape(array.getShape()) +
      " of " + getName(array.getKind()));
}

llvm::Error moe::bindSizes(const ValueInfo &info, const Array &array,
                           llvm::StringMap<int64_t> &dims) {
  for (auto [size, name] : llvm::zip(array.getShape(), info.dims)) {
    if (name.empty())
      continue;
    auto [entry, isNew] = dims.try_emplace(name, size);
    if (!isNew && entry->second != size)
      return llvm::createStringError("expects dimension '" + name +
                                     "' to have one size, found " +
                                     Twine(entry->second) + " and " +
                                     Twine(size) + " in '" + info.name + "'");
  }
  return llvm::Error::success();
}

static bool isGiven(const ValueInfo &info, Given given) {
  return given == Given::All ||
         info.isParameter == (given == Given::Parameters);
}

/// Each argument that is `given` is an array, and no other is.
static llvm::Error checkPresence(ArrayRef<ValueInfo> infos,
                                 ArrayRef<Array> inputs, Given given) {
  SmallVector<StringRef> missing;
  for (auto [info, array] : llvm::zip_equal(infos, inputs)) {
    bool isWanted = isGiven(info, given);
    if (isWanted && array.isNone())
      missing.push_back(info.name);
    if (isWanted || array.isNone())
      continue;
    return given == Given::Parameters
               ? llvm::createStringError("expects parameters, found an array "
                                         "for the argument '" +
                                         info.name + "'")
               : llvm::createStringError("expects no array for the parameter "
                                         "'" +
                                         info.name +
                                         "', which is prepared, found one");
  }
  if (missing.empty())
    return llvm::Error::success();
  return llvm::createStringError(
      Twine("expects an array for each ") +
      (given == Given::Parameters ? "parameter" : "argument") +
      ", found none for " + llvm::join(missing, ", "));
}

llvm::Error moe::checkInputs(ArrayRef<ValueInfo> infos, ArrayRef<Array> inputs,
                             Given given, llvm::StringMap<int64_t> &dims) {
  if (infos.size() != inputs.size())
    return llvm::createStringError("expects " + Twine(infos.size()) +
                                   " inputs, found " + Twine(inputs.size()));
  if (llvm::Error error = checkPresence(infos, inputs, given))
    return error;
  for (auto [info, array] : llvm::zip_equal(infos, inputs)) {
    if (!isGiven(info, given))
      continue;
    if (llvm::Error error = checkArray(info, array))
      return error;
    if (llvm::Error error = bindSizes(info, array, dims))
      return error;
  }
  return llvm::Error::success();
}

llvm::Error moe::bindPrepared(const llvm::StringMap<int64_t> &prepared,
                              llvm::StringMap<int64_t> &dims) {
  for (const auto &size : prepared) {
    auto [entry, isNew] = dims.try_emplace(size.first(), size.second);
    if (!isNew && entry->second != size.second)
      return llvm::createStringError(
          "expects '" + size.first() + "' to be " + Twine(size.second) +
          ", as it was prepared, found " + Twine(entry->second));
  }
  return llvm::Error::success();
}
