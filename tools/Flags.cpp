//===- Flags.cpp - The command line of a tool -----------------------------===//

#include "Flags.h"

#include "llvm/ADT/STLExtras.h"

#include <set>

using namespace mlir;
using namespace mlir::moe;

std::string moe::spellFlag(StringRef name) {
  return ((name.size() == 1 ? "-" : "--") + name).str();
}

llvm::Error moe::parseFlags(ArrayRef<const char *> arguments,
                            const FlagTable &table, std::string &file) {
  bool onlyFiles = false;
  std::set<StringRef> given;
  for (size_t i = 0; i < arguments.size(); ++i) {
    StringRef argument = arguments[i], name = argument;
    if (argument == "--" && !onlyFiles) {
      onlyFiles = true;
      continue;
    }
    if (onlyFiles || (!name.consume_front("--") &&
                      !(name.size() > 1 && name.consume_front("-")))) {
      if (!file.empty())
        return llvm::createStringError("expects one file, found '" + file +
                                       "' and '" + argument + "'");
      file = argument.str();
      continue;
    }
    bool hasValue = name.contains('=');
    StringRef value;
    std::tie(name, value) = name.split('=');
    if (!given.insert(name).second && !llvm::is_contained(table.repeated, name))
      return llvm::createStringError("expects one " + spellFlag(name) +
                                     ", found two");
    if (auto toggle = table.toggles.find(name); toggle != table.toggles.end()) {
      if (hasValue)
        return llvm::createStringError("expects no value for " +
                                       spellFlag(name) + ", found '" + value +
                                       "'");
      *toggle->second = true;
      continue;
    }
    if (!llvm::is_contained(table.valued, name))
      return llvm::createStringError(
          "expects a flag that --help lists, found '" + argument + "'");
    if (!hasValue) {
      if (++i == arguments.size())
        return llvm::createStringError("expects a value for " +
                                       spellFlag(name) + ", found none");
      value = arguments[i];
    }
    if (llvm::Error error = table.setValue(name, value))
      return error;
  }
  return llvm::Error::success();
}
