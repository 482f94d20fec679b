//===- DialectInterfaces.cpp - Inlining and versions of the dialect -------===//

#include "moe/IR/Moe.h"

#include "mlir/Bytecode/BytecodeImplementation.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Transforms/InliningUtils.h"

using namespace mlir;
using namespace mlir::moe;

//===----------------------------------------------------------------------===//
// Inlining
//===----------------------------------------------------------------------===//

namespace {
struct MoeInliner : DialectInlinerInterface {
  using DialectInlinerInterface::DialectInlinerInterface;

  /// A moe op may be inlined anywhere: it sees its operands only.
  bool isLegalToInline(Operation *, Region *, bool, IRMapping &) const final {
    return true;
  }
  /// Into the region of a moe op goes what is one block, as that region is.
  bool isLegalToInline(Region *, Region *src, bool, IRMapping &) const final {
    return src->hasOneBlock();
  }
  /// Isolated regions move as they are.
  bool shouldAnalyzeRecursively(Operation *) const final { return false; }
};
} // namespace

//===----------------------------------------------------------------------===//
// Versions
//
// 0.1  The argument attribute `moe.param` was spelled `moe.constant`.
// 1.0  The first released version.
// 1.1  Sums of rows may say `keep_zeros`, which is the last of their
// properties.
//
// Files of every older version are read; files of a newer one are refused.
//===----------------------------------------------------------------------===//

namespace {
struct MoeVersion : DialectVersion {
  MoeVersion(uint64_t major, uint64_t minor) : major(major), minor(minor) {}
  bool operator<(const MoeVersion &other) const {
    return std::tie(major, minor) < std::tie(other.major, other.minor);
  }
  uint64_t major, minor;
};
} // namespace

static MoeVersion currentVersion() { return {1, 1}; }

/// `moe.constant` to `moe.param` on every function argument below `root`.
static void renameConstantArguments(Operation *root) {
  root->walk([](FunctionOpInterface function) {
    for (unsigned i = 0, e = function.getNumArguments(); i < e; ++i)
      if (Attribute attr = function.removeArgAttr(i, "moe.constant"))
        function.setArgAttr(i, "moe.param", attr);
  });
}

namespace {
struct MoeBytecode : BytecodeDialectInterface {
  MoeBytecode(Dialect *dialect) : BytecodeDialectInterface(dialect) {}

  void writeVersion(DialectBytecodeWriter &writer) const final {
    writer.writeVarInt(currentVersion().major);
    writer.writeVarInt(currentVersion().minor);
  }

  std::unique_ptr<DialectVersion>
  readVersion(DialectBytecodeReader &reader) const final {
    uint64_t major, minor;
    if (failed(reader.readVarInt(major)) || failed(reader.readVarInt(minor)))
      return nullptr;
    MoeVersion version(major, minor), current = currentVersion();
    if (current < version) {
      reader.emitError() << "expects version " << current.major << '.'
                         << current.minor
                         << " or older of the moe dialect, found " << major
                         << '.' << minor;
      return nullptr;
    }
    return std::make_unique<MoeVersion>(version);
  }

  LogicalResult upgradeFromVersion(Operation *root,
                                   const DialectVersion &version) const final {
    if (static_cast<const MoeVersion &>(version) < MoeVersion(1, 0))
      renameConstantArguments(root);
    return success();
  }
};
} // namespace

/// An older file says nothing of `keep_zeros`.
static LogicalResult readKeepZeros(DialectBytecodeReader &reader,
                                   UnitAttr &keepZeros) {
  FailureOr<const DialectVersion *> version =
      reader.getDialectVersion<MoeDialect>();
  if (failed(version) ||
      static_cast<const MoeVersion &>(**version) < MoeVersion(1, 1))
    return success();
  return reader.readOptionalAttribute(keepZeros);
}

LogicalResult CombineOp::readProperties(DialectBytecodeReader &reader,
                                        OperationState &state) {
  auto &properties = state.getOrAddProperties<Properties>();
  if (failed(reader.readOptionalAttribute(properties.unweighted)))
    return failure();
  return readKeepZeros(reader, properties.keep_zeros);
}

void CombineOp::writeProperties(DialectBytecodeWriter &writer) {
  writer.writeOptionalAttribute(getProperties().unweighted);
  writer.writeOptionalAttribute(getProperties().keep_zeros);
}

LogicalResult CombineRowsOp::readProperties(DialectBytecodeReader &reader,
                                            OperationState &state) {
  auto &properties = state.getOrAddProperties<Properties>();
  if (failed(reader.readOptionalAttribute(properties.schedule)) ||
      failed(reader.readSparseArray(
          MutableArrayRef<int32_t>(properties.operandSegmentSizes))))
    return failure();
  return readKeepZeros(reader, properties.keep_zeros);
}

void CombineRowsOp::writeProperties(DialectBytecodeWriter &writer) {
  writer.writeOptionalAttribute(getProperties().schedule);
  writer.writeSparseArray(
      ArrayRef<int32_t>(getProperties().operandSegmentSizes));
  writer.writeOptionalAttribute(getProperties().keep_zeros);
}

void MoeDialect::registerDialectInterfaces() {
  addInterfaces<MoeInliner, MoeBytecode>();
}
