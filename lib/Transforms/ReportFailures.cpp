//===- ReportFailures.cpp - What a program asserts fails its run ----------===//

#include "moe/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"
#include "moe/Transforms/Instrumentation.h"

namespace mlir::moe {
#define GEN_PASS_DEF_REPORTFAILURESPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

using arith::CmpIPredicate;

/// How the expected number of a comparison is said.
static StringRef describe(CmpIPredicate relation) {
  switch (relation) {
  case CmpIPredicate::eq:
    return "";
  case CmpIPredicate::ne:
    return "anything but ";
  case CmpIPredicate::slt:
  case CmpIPredicate::ult:
    return "less than ";
  case CmpIPredicate::sle:
  case CmpIPredicate::ule:
    return "at most ";
  case CmpIPredicate::sgt:
  case CmpIPredicate::ugt:
    return "more than ";
  case CmpIPredicate::sge:
  case CmpIPredicate::uge:
    return "at least ";
  }
  llvm_unreachable("a comparison without words");
}

static bool isUnsigned(CmpIPredicate relation) {
  return relation == CmpIPredicate::ult || relation == CmpIPredicate::ule ||
         relation == CmpIPredicate::ugt || relation == CmpIPredicate::uge;
}

/// `value` as an i64; null where it has more bits.
static Value toI64(ImplicitLocOpBuilder &builder, Value value,
                   bool isUnsigned) {
  Type i64 = builder.getI64Type();
  if (value.getType().isIndex())
    return arith::IndexCastOp::create(builder, i64, value);
  auto type = dyn_cast<IntegerType>(value.getType());
  if (!type || type.getWidth() > 64)
    return {};
  if (type.getWidth() == 64)
    return value;
  if (isUnsigned || type.getWidth() == 1)
    return arith::ExtUIOp::create(builder, i64, value);
  return arith::ExtSIOp::create(builder, i64, value);
}

/// Asserts that the sizes of a new tensor are not negative.
static void assertSizes(Operation *op, ValueRange sizes) {
  ImplicitLocOpBuilder builder(op->getLoc(), op);
  for (Value size : sizes) {
    if (size.getDefiningOp<tensor::DimOp>() || matchPattern(size, m_Constant()))
      continue;
    Value zero = arith::ConstantIndexOp::create(builder, 0);
    Value holds =
        arith::CmpIOp::create(builder, CmpIPredicate::sge, size, zero);
    cf::AssertOp::create(builder, holds, "expects a size of a tensor");
  }
}

namespace {
struct ReportFailuresPass
    : moe::impl::ReportFailuresPassBase<ReportFailuresPass> {
  void runOnOperation() override {
    sites = collectCheckSites(getOperation()).size();
    getOperation().walk([](Operation *op) {
      if (isa<tensor::EmptyOp, tensor::GenerateOp, tensor::SplatOp>(op))
        assertSizes(
            op, op->getOperands().drop_front(isa<tensor::SplatOp>(op) ? 1 : 0));
    });
    SmallVector<cf::AssertOp> asserts;
    getOperation().walk([&](cf::AssertOp op) { asserts.push_back(op); });
    for (cf::AssertOp op : asserts)
      report(op);
  }

  /// Calls the runtime where `op` fails.
  void report(cf::AssertOp op) {
    ImplicitLocOpBuilder builder(op.getLoc(), op);
    Value holds = op.getArg();
    Value yes = arith::ConstantIntOp::create(builder, 1, 1);
    Value fails = arith::XOrIOp::create(builder, holds, yes);
    auto branch = scf::IfOp::create(builder, fails, /*withElseRegion=*/false);
    builder.setInsertionPointToStart(branch.thenBlock());

    Value site = arith::ConstantIntOp::create(builder, sites++, 64);
    Value found, expected;
    auto comparison = holds.getDefiningOp<arith::CmpIOp>();
    if (comparison && !isa<ShapedType>(comparison.getLhs().getType())) {
      bool wide = isUnsigned(comparison.getPredicate());
      found = toI64(builder, comparison.getLhs(), wide);
      expected = toI64(builder, comparison.getRhs(), wide);
    }
    StringAttr relation;
    if (found && expected)
      relation = builder.getStringAttr(describe(comparison.getPredicate()));
    else
      found = expected = arith::ConstantIntOp::create(builder, 0, 64);
    auto call = func::CallOp::create(builder, declare(), TypeRange(),
                                     {site, found, expected});
    call->setAttr(kFailureMessage, op.getMsgAttr());
    if (relation)
      call->setAttr(kFailureRelation, relation);
    op.erase();
  }

  StringRef declare() {
    if (getOperation().lookupSymbol(kFailCallee))
      return kFailCallee;
    auto top = OpBuilder::atBlockBegin(getOperation().getBody());
    Type i64 = top.getI64Type();
    auto declaration =
        func::FuncOp::create(top, getOperation().getLoc(), kFailCallee,
                             top.getFunctionType({i64, i64, i64}, TypeRange()));
    declaration.setPrivate();
    declaration->setAttr(LLVM::LLVMDialect::getEmitCWrapperAttrName(),
                         top.getUnitAttr());
    return kFailCallee;
  }

  int64_t sites = 0;
};
} // namespace
