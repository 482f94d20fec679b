//===- MoeOps.cpp - Definitions that TableGen generates -------------------===//

#include "moe/IR/Moe.h"

using namespace mlir;
using namespace mlir::moe;

/// The bare keyword: a printed enum attribute would start with a space.
static ParseResult parsePriority(OpAsmParser &parser, PriorityAttr &attr) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef keyword;
  if (parser.parseKeyword(&keyword))
    return failure();
  auto priority = symbolizePriority(keyword);
  if (!priority)
    return parser.emitError(loc)
           << "expects token_major or choice_major, found " << keyword;
  attr = PriorityAttr::get(parser.getContext(), *priority);
  return success();
}

static void printPriority(OpAsmPrinter &printer, Operation *,
                          PriorityAttr attr) {
  printer << stringifyPriority(attr.getValue());
}

#define GET_OP_CLASSES
#include "moe/IR/MoeOps.cpp.inc"
