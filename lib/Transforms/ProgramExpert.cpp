//===- ProgramExpert.cpp - A slot program as a moe.expert -----------------===//

#include "ProgramExpert.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace mlir::moe;

bool moe::hasFiniteMath(linalg::LinalgOp op) {
  auto flags = arith::FastMathFlags::nnan | arith::FastMathFlags::ninf;
  bool any = false;
  for (Operation &inner : op.getBlock()->without_terminator()) {
    auto math = dyn_cast<arith::ArithFastMathInterface>(inner);
    if (!math)
      continue;
    any = true;
    if (!arith::bitEnumContainsAll(math.getFastMathFlagsAttr().getValue(),
                                   flags))
      return false;
  }
  return any;
}

Value moe::buildExpert(RewriterBase &rewriter, Location loc,
                       SlotProgram &program, DispatchOp dispatch,
                       Type element) {
  SmallVector<Value> params;
  llvm::SmallVector<Value> readAs; // what the program calls them
  for (Value param : program.getSlotParams()) {
    params.push_back(param);
    readAs.push_back(param);
  }
  for (const Lookup &lookup : program.getLookups()) {
    params.push_back(lookup.param);
    readAs.push_back(lookup.op->getResult(0));
  }
  SmallVector<Value> shared(program.getShared());
  auto outType = RankedTensorType::get(
      {cast<RankedTensorType>(dispatch.getSlots().getType()).getDimSize(0),
       ShapedType::kDynamic},
      element);
  auto expert = ExpertOp::create(rewriter, loc, TypeRange{outType},
                                 dispatch.getRows(), dispatch.getOffsets(),
                                 params, shared, /*cross_row=*/false);
  Block &block = expert.getBody().emplaceBlock();
  IRMapping mapping;
  for (auto [token, rows] :
       llvm::zip_equal(program.getTokenRows(), dispatch.getRows()))
    mapping.map(token,
                block.addArgument(ExpertOp::getRowArgumentType(
                                      cast<RankedTensorType>(rows.getType())),
                                  loc));
  for (auto [param, name] : llvm::zip_equal(params, readAs))
    mapping.map(name,
                block.addArgument(ExpertOp::getParamArgumentType(
                                      cast<RankedTensorType>(param.getType())),
                                  loc));
  for (Value value : shared)
    mapping.map(value, block.addArgument(value.getType(), loc));
  OpBuilder inside = OpBuilder::atBlockBegin(&block);
  Value zero = arith::ConstantIndexOp::create(inside, loc, 0);
  Value rows = tensor::DimOp::create(inside, loc, block.getArgument(0), zero);
  Value result = program.build(inside, rows, mapping);
  auto type = result ? dyn_cast<RankedTensorType>(result.getType()) : nullptr;
  if (!type || type.getRank() != 2) {
    rewriter.eraseOp(expert);
    return nullptr;
  }
  YieldOp::create(inside, loc, result);
  expert->getResult(0).setType(RankedTensorType::get(
      {outType.getDimSize(0), type.getDimSize(1)}, type.getElementType()));
  return expert->getResult(0);
}
