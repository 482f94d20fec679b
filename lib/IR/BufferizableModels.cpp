//===- BufferizableModels.cpp - Bufferization of level 2 ------------------===//
//
// Results live in their destinations. Level 1 has no destinations and does not
// bufferize: it is lowered to level 2 or to upstream ops before.
//
//===----------------------------------------------------------------------===//

#include "moe/IR/Extensions.h"
#include "moe/IR/Moe.h"

#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"

using namespace mlir;
using namespace mlir::bufferization;
using namespace mlir::moe;

namespace {
template <typename OpTy>
struct BufferizableModel
    : DstBufferizableOpInterfaceExternalModel<BufferizableModel<OpTy>, OpTy> {
  /// A destination that is written as a whole needs no copy of its old value.
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const AnalysisState &) const {
    return !cast<OpTy>(op).isDpsInit(&operand) || OpTy::readsDestinations();
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    auto dps = cast<DestinationStyleOpInterface>(op);
    if (dps.hasPureBufferSemantics())
      return success();
    if (!dps.hasPureTensorSemantics())
      return op->emitOpError("expects operands that are all tensors or all "
                             "memrefs to bufferize");
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      if (!isa<TensorType>(operand.getType())) {
        operands.push_back(operand);
        continue;
      }
      FailureOr<Value> buffer = getBuffer(rewriter, operand, options, state);
      if (failed(buffer))
        return failure();
      operands.push_back(*buffer);
    }
    SmallVector<Value> results;
    for (OpOperand &init : dps.getDpsInitsMutable())
      results.push_back(operands[init.getOperandNumber()]);
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(op);
    Operation *buffered = cloneWithoutRegions(
        rewriter, op, /*newResultTypes=*/TypeRange(), operands);
    for (auto [from, to] :
         llvm::zip_equal(op->getRegions(), buffered->getRegions()))
      rewriter.inlineRegionBefore(from, to, to.end());
    replaceOpWithBufferizedValues(rewriter, op, results);
    return success();
  }
};

template <typename... Ops> void attachTo(MLIRContext &context) {
  (Ops::template attachInterface<BufferizableModel<Ops>>(context), ...);
}
} // namespace

void mlir::moe::registerMoeBufferizableModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, MoeDialect *) {
    attachTo<PlanOp, RouteOp, GroupedMatmulOp, GatherRowsOp, CombineRowsOp>(
        *context);
  });
}
