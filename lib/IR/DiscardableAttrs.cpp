//===- DiscardableAttrs.cpp - Checks of moe attributes on other ops -------===//
//
// `moe.target` on modules, names and roles of function arguments and results,
// and what instrumentation leaves on ops. Each check cites its constraint in
// docs/Semantics.md.
//
//===----------------------------------------------------------------------===//

#include "moe/IR/Moe.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::moe;

//===----------------------------------------------------------------------===//
// On ops
//===----------------------------------------------------------------------===//

LogicalResult MoeDialect::verifyOperationAttribute(Operation *op,
                                                   NamedAttribute attr) {
  StringRef name = attr.getName();
  if (name == "moe.target") {
    if (!isa<TargetAttr>(attr.getValue()) || !isa<ModuleOp>(op))
      // attribute_c1
      return op->emitError("expects moe.target to be a #moe.target on a "
                           "module, found ")
             << attr.getValue() << " on " << op->getName();
    return success();
  }
  if (name == "moe.layer") {
    auto layer = dyn_cast<IntegerAttr>(attr.getValue());
    if (!layer || !layer.getType().isSignlessInteger(64)) // attribute_c2
      return op->emitError("expects moe.layer to be an i64, found ")
             << attr.getValue();
    return success();
  }
  if (name == "moe.gate_projection") {
    if (!isa<UnitAttr>(attr.getValue())) // attribute_c3
      return op->emitError("expects moe.gate_projection without a value, "
                           "found ")
             << attr.getValue();
    return success();
  }
  if (name == "moe.prepare") {
    auto prepare = dyn_cast<PrepareAttr>(attr.getValue());
    if (!prepare || !isa<FunctionOpInterface>(op)) // attribute_c5
      return op->emitError("expects moe.prepare to be a #moe.prepare on a "
                           "function, found ")
             << attr.getValue() << " on " << op->getName();
    return success();
  }
  // attribute_c4
  return op->emitError("expects moe.target, moe.layer, moe.gate_projection or "
                       "moe.prepare as moe attribute of an op, found ")
         << name;
}

//===----------------------------------------------------------------------===//
// On arguments and results of functions
//===----------------------------------------------------------------------===//

namespace {
/// One argument or result of a function.
struct Place {
  FunctionOpInterface function;
  StringRef kind; ///< argument or result
  unsigned index;
  Type type;

  InFlightDiagnostic error(StringRef attr) const {
    return function->emitError()
           << "expects " << attr << " of " << kind << ' ' << index << ' ';
  }
};
} // namespace

/// A word that can be written in a flag: `x`, `w_gate`, `layer.0-up`.
static bool isName(StringRef text) {
  return !text.empty() &&
         (llvm::isAlpha(text.front()) || text.front() == '_') &&
         llvm::all_of(text, [](char c) {
           return llvm::isAlnum(c) || c == '_' || c == '.' || c == '-';
         });
}

static LogicalResult checkName(const Place &place, Attribute value) {
  auto name = dyn_cast<StringAttr>(value);
  if (!name || !isName(name)) // argument_c1
    return place.error("moe.name")
           << "to be a string of letters, digits, '_', '.' and '-' that starts "
              "with a letter or '_', found "
           << value;
  // `arg0`, `out0`, ... always name the places themselves.
  StringRef number = name;
  unsigned index;
  if (number.consume_front(place.kind == "argument" ? "arg" : "out") &&
      !number.getAsInteger(10, index) && index != place.index) // argument_c2
    return place.error("moe.name")
           << "not to be the name of another place, found " << name;
  FunctionOpInterface function = place.function;
  auto clashes = [&](StringRef kind, unsigned other, Attribute otherName) {
    if (otherName != name)
      return false;
    place.error("moe.name") << "to be unique, found " << name << " of " << kind
                            << ' ' << other << " too"; // argument_c2
    return true;
  };
  bool isArgument = place.kind == "argument";
  unsigned arguments = isArgument ? place.index : function.getNumArguments();
  unsigned results = isArgument ? 0 : place.index;
  for (unsigned i = 0; i < arguments; ++i)
    if (clashes("argument", i, function.getArgAttr(i, "moe.name")))
      return failure();
  for (unsigned i = 0; i < results; ++i)
    if (clashes("result", i, function.getResultAttr(i, "moe.name")))
      return failure();
  return success();
}

static LogicalResult checkDims(const Place &place, Attribute value) {
  auto names = dyn_cast<ArrayAttr>(value);
  if (!names || !llvm::all_of(names, [](Attribute name) {
        auto text = dyn_cast<StringAttr>(name);
        return text && isName(text);
      })) // argument_c3
    return place.error("moe.dims")
           << "to be an array of names, found " << value;
  auto shaped = dyn_cast<ShapedType>(place.type);
  int64_t dynamic = shaped && shaped.hasRank() ? shaped.getNumDynamicDims() : 0;
  if (int64_t(names.size()) != dynamic) // argument_c4
    return place.error("moe.dims")
           << "to name the " << dynamic << " dynamic dimensions of "
           << place.type << ", found " << names.size() << " names";
  return success();
}

static LogicalResult checkInit(const Place &place, Attribute value) {
  auto init = dyn_cast<InitAttr>(value);
  if (!init) // argument_c6
    return place.error("moe.init") << "to be a #moe.init, found " << value;
  auto shaped = dyn_cast<ShapedType>(place.type);
  int64_t rank = shaped && shaped.hasRank() ? shaped.getRank() : 0;
  if (init.getKind() == InitKind::FanIn && init.getDim() >= rank)
    // argument_c7
    return place.error("moe.init")
           << "to name one of the " << rank << " dimensions of " << place.type
           << ", found " << init.getDim();
  if (init.getKind() != InitKind::Zeros &&
      !isa<FloatType>(getElementTypeOrSelf(place.type))) // argument_c8
    return place.error("moe.init")
           << "to be zeros where elements are not floats, found "
           << stringifyInitKind(init.getKind()) << " for " << place.type;
  return success();
}

static LogicalResult checkPlace(const Place &place, NamedAttribute attr) {
  // Lowered functions pass one argument as several and carry its attributes
  // along.
  if (place.function->getName().getDialectNamespace() == "llvm")
    return success();
  StringRef name = attr.getName();
  if (name == "moe.name")
    return checkName(place, attr.getValue());
  if (name == "moe.dims")
    return checkDims(place, attr.getValue());
  bool isArgument = place.kind == "argument";
  if (name == "moe.param" && isArgument) {
    if (!isa<UnitAttr>(attr.getValue())) // argument_c5
      return place.error("moe.param")
             << "without a value, found " << attr.getValue();
    return success();
  }
  if (name == "moe.init" && isArgument)
    return checkInit(place, attr.getValue());
  // argument_c9
  return place.function->emitError("expects moe.name")
         << (isArgument ? ", moe.dims, moe.param or moe.init" : " or moe.dims")
         << " as moe attribute of " << place.kind << ' ' << place.index
         << ", found " << name;
}

LogicalResult MoeDialect::verifyRegionArgAttribute(Operation *op, unsigned,
                                                   unsigned argIndex,
                                                   NamedAttribute attr) {
  auto function = dyn_cast<FunctionOpInterface>(op);
  if (!function || argIndex >= function.getNumArguments()) // argument_c9
    return op->emitError("expects moe attributes of arguments on functions "
                         "only, found ")
           << attr.getName() << " on " << op->getName();
  return checkPlace(
      {function, "argument", argIndex, function.getArgumentTypes()[argIndex]},
      attr);
}

LogicalResult MoeDialect::verifyRegionResultAttribute(Operation *op, unsigned,
                                                      unsigned resultIndex,
                                                      NamedAttribute attr) {
  auto function = dyn_cast<FunctionOpInterface>(op);
  if (!function || resultIndex >= function.getNumResults()) // argument_c9
    return op->emitError("expects moe attributes of results on functions only, "
                         "found ")
           << attr.getName() << " on " << op->getName();
  return checkPlace(
      {function, "result", resultIndex, function.getResultTypes()[resultIndex]},
      attr);
}
