//===- CInterface.cpp - A program as C functions --------------------------===//

#include "CInterface.h"

#include "mlir/Interfaces/ValueBoundsOpInterface.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace mlir::moe;

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

/// Words of C and C++ that no parameter may have as its name, macros of their
/// headers in lower case, and types that our headers use.
static bool isReserved(StringRef word) {
  static const llvm::StringSet<> words = {"EOF",
                                          "NULL",
                                          "alignas",
                                          "alignof",
                                          "and",
                                          "and_eq",
                                          "asm",
                                          "assert",
                                          "auto",
                                          "bitand",
                                          "bitor",
                                          "bool",
                                          "break",
                                          "case",
                                          "catch",
                                          "char",
                                          "char16_t",
                                          "char32_t",
                                          "char8_t",
                                          "class",
                                          "co_await",
                                          "co_return",
                                          "co_yield",
                                          "compl",
                                          "complex",
                                          "concept",
                                          "const",
                                          "const_cast",
                                          "consteval",
                                          "constexpr",
                                          "constinit",
                                          "continue",
                                          "contract_assert",
                                          "decltype",
                                          "default",
                                          "delete",
                                          "do",
                                          "double",
                                          "dynamic_cast",
                                          "else",
                                          "enum",
                                          "errno",
                                          "explicit",
                                          "export",
                                          "extern",
                                          "false",
                                          "float",
                                          "for",
                                          "friend",
                                          "goto",
                                          "i386",
                                          "if",
                                          "imaginary",
                                          "inline",
                                          "int",
                                          "int32_t",
                                          "int64_t",
                                          "int8_t",
                                          "linux",
                                          "long",
                                          "mutable",
                                          "namespace",
                                          "new",
                                          "noexcept",
                                          "noreturn",
                                          "not",
                                          "not_eq",
                                          "nullptr",
                                          "offsetof",
                                          "operator",
                                          "or",
                                          "or_eq",
                                          "private",
                                          "protected",
                                          "public",
                                          "register",
                                          "reinterpret_cast",
                                          "requires",
                                          "restrict",
                                          "return",
                                          "short",
                                          "signed",
                                          "sizeof",
                                          "static",
                                          "static_assert",
                                          "static_cast",
                                          "stderr",
                                          "stdin",
                                          "stdout",
                                          "struct",
                                          "switch",
                                          "template",
                                          "this",
                                          "thread_local",
                                          "throw",
                                          "true",
                                          "try",
                                          "typedef",
                                          "typeid",
                                          "typename",
                                          "typeof",
                                          "typeof_unqual",
                                          "uint16_t",
                                          "union",
                                          "unix",
                                          "unsigned",
                                          "using",
                                          "virtual",
                                          "void",
                                          "volatile",
                                          "wchar_t",
                                          "while",
                                          "xor",
                                          "xor_eq"};
  return words.contains(word);
}

/// INT_MAX, M_PI, BUFSIZ, the I of complex.h: whatever header came before.
static bool mayBeMacro(StringRef identifier) {
  return identifier == "I" ||
         (identifier.size() > 1 && !identifier.ends_with("_") &&
          identifier.upper() == identifier);
}

std::string moe::makeIdentifier(StringRef name) {
  std::string text;
  for (char c : name)
    text += llvm::isAlnum(c) || c == '_' ? c : '_';
  if (text.empty() || llvm::isDigit(text[0]))
    text = "_" + text;
  // _Bool, __LINE__: all such names belong to C.
  if (text.size() > 1 && text[0] == '_' &&
      (text[1] == '_' || llvm::isUpper(text[1])))
    text = "x" + text;
  return isReserved(text) ? text + "_" : text;
}

StringRef moe::getCType(ElementKind kind) {
  switch (kind) {
  case ElementKind::F16:
  case ElementKind::BF16:
    return "uint16_t";
  case ElementKind::F32:
    return "float";
  case ElementKind::F64:
    return "double";
  case ElementKind::I1:
    return "bool";
  case ElementKind::I8:
    return "int8_t";
  case ElementKind::I32:
    return "int32_t";
  case ElementKind::I64:
    return "int64_t";
  }
  llvm_unreachable("every kind is handled");
}

namespace {
/// Identifiers that are there, and what they were made of.
class Identifiers {
public:
  Identifiers(func::FuncOp entry, StringRef function)
      : entry(entry), type((function + "_prepared").str()) {}

  FailureOr<std::string> add(StringRef name) {
    std::string identifier = makeIdentifier(name);
    if (identifier == type || mayBeMacro(identifier))
      identifier += "_";
    for (StringRef fixed : {"prepared", "threads"})
      if (identifier == fixed) {
        entry.emitError("expects sizes, arguments and results that have other "
                        "names in C than prepared and threads, found '")
            << name << "'";
        return failure();
      }
    auto [known, isNew] = names.try_emplace(identifier, name.str());
    if (isNew)
      return identifier;
    entry.emitError("expects sizes, arguments and results that have different "
                    "names in C, found '")
        << known->second << "' and '" << name << "', which are both '"
        << identifier << "'";
    return failure();
  }

private:
  func::FuncOp entry;
  /// That of prepared parameters, which a parameter would hide.
  std::string type;
  llvm::StringMap<std::string> names;
};
} // namespace

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

void moe::findResultSizes(func::FuncOp entry, ArrayRef<ValueInfo> arguments,
                          std::vector<ValueInfo> &results) {
  llvm::StringSet<> known;
  for (const ValueInfo &info : arguments)
    known.insert(info.dims.begin(), info.dims.end());
  if (!entry.getBody().hasOneBlock())
    return;
  Operation *end = entry.front().getTerminator();
  auto areEqual = [](Value a, int64_t dimA, Value b, int64_t dimB) {
    auto equal = ValueBoundsConstraintSet::areEqual({a, dimA}, {b, dimB});
    return succeeded(equal) && *equal;
  };
  auto find = [&](Value result, int64_t dim) -> StringRef {
    for (auto [argument, info] : llvm::zip(entry.getArguments(), arguments))
      for (auto [i, name] : llvm::enumerate(info.dims))
        if (!name.empty() && areEqual(result, dim, argument, i))
          return name;
    return "";
  };
  for (auto [result, info] : llvm::zip(end->getOperands(), results))
    for (auto [i, name] : llvm::enumerate(info.dims))
      if (!name.empty() && !known.contains(name))
        if (StringRef found = find(result, i); !found.empty())
          name = found.str();
}

/// The shape of `value` in the numbers of `interface.sizes`.
static void resolveSizes(const CInterface &interface, CValue &value) {
  for (auto [i, size] : llvm::enumerate(value.info.shape)) {
    StringRef name = value.info.dims[i];
    if (name.empty()) {
      value.sizes.push_back(size);
      continue;
    }
    auto found = llvm::find_if(
        interface.sizes, [&](const CSize &size) { return size.name == name; });
    bool isKnown = found != interface.sizes.end();
    value.isOwned |= !isKnown;
    value.sizes.push_back(isKnown ? ~(found - interface.sizes.begin())
                                  : kNoSize);
  }
}

/// The sizes of all arguments, each once.
static LogicalResult addSizes(ArrayRef<ValueInfo> arguments,
                              Identifiers &identifiers, CInterface &interface) {
  for (const ValueInfo &info : arguments)
    for (const std::string &name : info.dims) {
      if (name.empty())
        continue;
      auto found = llvm::find_if(interface.sizes, [&](const CSize &size) {
        return size.name == name;
      });
      if (found == interface.sizes.end()) {
        auto identifier = identifiers.add(name);
        if (failed(identifier))
          return failure();
        interface.sizes.push_back({name, *identifier});
        found = std::prev(interface.sizes.end());
      }
      (info.isParameter ? found->ofParameters : found->ofInputs) = true;
    }
  return success();
}

FailureOr<CInterface> moe::buildCInterface(func::FuncOp entry,
                                           const Lowered &lowered,
                                           StringRef name) {
  CInterface interface;
  interface.entry = lowered.entry;
  interface.name = name.empty() ? makeIdentifier(lowered.entry) : name.str();
  if (makeIdentifier(interface.name) != interface.name) {
    entry.emitError("expects a name that C allows, found '") << name << "'";
    return failure();
  }
  Identifiers identifiers(entry, interface.name);
  if (failed(addSizes(lowered.arguments, identifiers, interface)))
    return failure();
  auto addValue = [&](const ValueInfo &info,
                      std::vector<CValue> &values) -> LogicalResult {
    auto identifier = identifiers.add(info.name);
    if (failed(identifier))
      return failure();
    CValue value{info, *identifier, {}, false, ""};
    resolveSizes(interface, value);
    if (value.isOwned) {
      auto shape = identifiers.add(info.name + "_shape");
      if (failed(shape))
        return failure();
      value.shapeIdentifier = *shape;
    }
    values.push_back(value);
    return success();
  };
  for (const ValueInfo &info : lowered.arguments) {
    std::vector<CValue> &values =
        info.isParameter ? interface.parameters : interface.inputs;
    interface.arguments.push_back(
        {info.isParameter ? ObjectSource::Parameter : ObjectSource::Input,
         static_cast<int64_t>(values.size())});
    if (failed(addValue(info, values)))
      return failure();
  }
  for (const ValueInfo &info : lowered.results)
    if (failed(addValue(info, interface.results)))
      return failure();
  return interface;
}
