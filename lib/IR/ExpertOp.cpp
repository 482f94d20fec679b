//===- ExpertOp.cpp - Syntax and block arguments of moe.expert ------------===//

#include "moe/IR/Moe.h"

using namespace mlir;
using namespace mlir::moe;

RankedTensorType ExpertOp::getRowArgumentType(RankedTensorType rows) {
  SmallVector<int64_t> shape(rows.getShape());
  shape[0] = ShapedType::kDynamic;
  return RankedTensorType::get(shape, rows.getElementType());
}

RankedTensorType ExpertOp::getParamArgumentType(RankedTensorType stacked) {
  return RankedTensorType::get(stacked.getShape().drop_front(),
                               stacked.getElementType());
}

Block::BlockArgListType ExpertOp::getRowArguments() {
  return getBody().getArguments().take_front(getInputs().size());
}
Block::BlockArgListType ExpertOp::getParamArguments() {
  return getBody().getArguments().slice(getInputs().size(), getParams().size());
}
Block::BlockArgListType ExpertOp::getSharedArguments() {
  return getBody().getArguments().take_back(getShared().size());
}

//===----------------------------------------------------------------------===//
// rows(%xe = %rows : tensor<?x2048xf32>) offsets(%o : tensor<65xi32>)
// params(%w = %weights : tensor<64x...>) shared(%s = %scale : f32)
// [cross_row] [attributes] { body } -> result types
//===----------------------------------------------------------------------===//

namespace {
/// The bindings of one clause, `%argument = %operand : type`.
struct Bindings {
  SmallVector<OpAsmParser::Argument> arguments;
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  SmallVector<Type> types;
};
} // namespace

/// Parses `keyword(%argument = %operand : type, ...)` if the keyword is there.
static ParseResult
parseBindings(OpAsmParser &parser, StringRef keyword, Bindings &bindings,
              function_ref<FailureOr<Type>(Type, SMLoc)> argumentType) {
  if (failed(parser.parseOptionalKeyword(keyword)))
    return success();
  return parser.parseCommaSeparatedList(
      OpAsmParser::Delimiter::Paren, [&]() -> ParseResult {
        OpAsmParser::Argument &argument = bindings.arguments.emplace_back();
        if (parser.parseArgument(argument) || parser.parseEqual() ||
            parser.parseOperand(bindings.operands.emplace_back()) ||
            parser.parseColon())
          return failure();
        SMLoc loc = parser.getCurrentLocation();
        Type &type = bindings.types.emplace_back();
        if (parser.parseType(type))
          return failure();
        FailureOr<Type> converted = argumentType(type, loc);
        if (failed(converted))
          return failure();
        argument.type = *converted;
        return success();
      });
}

/// `-> t, t` as level 2 has it; parentheses around may be.
static ParseResult parseResultTypes(OpAsmParser &parser,
                                    SmallVectorImpl<Type> &types) {
  if (failed(parser.parseOptionalArrow()))
    return success();
  if (failed(parser.parseOptionalLParen()))
    return parser.parseTypeList(types);
  return failure(parser.parseTypeList(types) || parser.parseRParen());
}

ParseResult ExpertOp::parse(OpAsmParser &parser, OperationState &result) {
  Bindings rows, params, shared;
  OpAsmParser::UnresolvedOperand offsets;
  Type offsetsType;
  auto ranked = [&](Type type, SMLoc loc) -> FailureOr<RankedTensorType> {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || tensor.getRank() == 0) {
      parser.emitError(loc)
          << "expects a tensor with a leading dimension, found " << type;
      return failure();
    }
    return tensor;
  };
  auto rowType = [&](Type type, SMLoc loc) -> FailureOr<Type> {
    auto tensor = ranked(type, loc);
    if (failed(tensor))
      return failure();
    return Type(getRowArgumentType(*tensor));
  };
  auto paramType = [&](Type type, SMLoc loc) -> FailureOr<Type> {
    auto tensor = ranked(type, loc);
    if (failed(tensor))
      return failure();
    return Type(getParamArgumentType(*tensor));
  };
  auto sameType = [](Type type, SMLoc) { return FailureOr<Type>(type); };
  if (parseBindings(parser, "rows", rows, rowType) ||
      parser.parseKeyword("offsets") || parser.parseLParen() ||
      parser.parseOperand(offsets) || parser.parseColonType(offsetsType) ||
      parser.parseRParen() ||
      parseBindings(parser, "params", params, paramType) ||
      parseBindings(parser, "shared", shared, sameType))
    return failure();

  auto &properties = result.getOrAddProperties<ExpertOp::Properties>();
  if (succeeded(parser.parseOptionalKeyword("cross_row")))
    properties.cross_row = parser.getBuilder().getUnitAttr();
  SmallVector<OpAsmParser::Argument> arguments;
  for (Bindings *bindings : {&rows, &params, &shared})
    llvm::append_range(arguments, bindings->arguments);
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      parser.parseRegion(*result.addRegion(), arguments,
                         /*enableNameShadowing=*/true) ||
      parseResultTypes(parser, result.types) ||
      parser.resolveOperands(rows.operands, rows.types, loc, result.operands) ||
      parser.resolveOperand(offsets, offsetsType, result.operands) ||
      parser.resolveOperands(params.operands, params.types, loc,
                             result.operands) ||
      parser.resolveOperands(shared.operands, shared.types, loc,
                             result.operands))
    return failure();
  llvm::copy(ArrayRef<int32_t>({static_cast<int32_t>(rows.operands.size()), 1,
                                static_cast<int32_t>(params.operands.size()),
                                static_cast<int32_t>(shared.operands.size())}),
             properties.operandSegmentSizes.begin());
  return success();
}

static void printBindings(OpAsmPrinter &printer, StringRef keyword,
                          OperandRange operands,
                          Block::BlockArgListType arguments) {
  if (operands.empty())
    return;
  printer << ' ' << keyword << '(';
  llvm::interleaveComma(
      llvm::zip_equal(arguments, operands), printer, [&](auto pair) {
        auto [argument, operand] = pair;
        printer << argument << " = " << operand << " : " << operand.getType();
      });
  printer << ')';
}

void ExpertOp::print(OpAsmPrinter &printer) {
  printBindings(printer, "rows", getInputs(), getRowArguments());
  printer << " offsets(" << getOffsets() << " : " << getOffsets().getType()
          << ')';
  printBindings(printer, "params", getParams(), getParamArguments());
  printBindings(printer, "shared", getShared(), getSharedArguments());
  if (getCrossRow())
    printer << " cross_row";
  printer.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(), {getOperandSegmentSizesAttrName().strref(),
                            getCrossRowAttrName().strref()});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
  if (getNumResults() > 0)
    printer << " -> " << getResultTypes();
}
