//===- ValueBoundsModels.cpp - Sizes of results, as constraints -----------===//

#include "moe/IR/Extensions.h"
#include "moe/IR/Moe.h"

#include "mlir/Interfaces/ValueBoundsOpInterface.h"

using namespace mlir;
using namespace mlir::moe;

namespace {
struct GateBounds : ValueBoundsOpInterface::ExternalModel<GateBounds, GateOp> {
  void populateBoundsForShapedValueDim(Operation *op, Value value, int64_t dim,
                                       ValueBoundsConstraintSet &set) const {
    // K is static, or L.
    set.bound(value)[dim] == set.getExpr(cast<GateOp>(op).getLogits(), dim);
  }
};

template <typename OpTy>
struct RandomBounds
    : ValueBoundsOpInterface::ExternalModel<RandomBounds<OpTy>, OpTy> {
  void populateBoundsForShapedValueDim(Operation *op, Value value, int64_t dim,
                                       ValueBoundsConstraintSet &set) const {
    auto random = cast<OpTy>(op);
    unsigned index = random.getResult().getType().getDynamicDimIndex(dim);
    if (index < random.getDynamicSizes().size())
      set.bound(value)[dim] == set.getExpr(random.getDynamicSizes()[index]);
  }
};

struct DispatchBounds
    : ValueBoundsOpInterface::ExternalModel<DispatchBounds, DispatchOp> {
  void populateBoundsForShapedValueDim(Operation *op, Value value, int64_t dim,
                                       ValueBoundsConstraintSet &set) const {
    auto dispatch = cast<DispatchOp>(op);
    if (dim == 1) {
      unsigned index = cast<OpResult>(value).getResultNumber();
      set.bound(value)[1] == set.getExpr(dispatch.getInputs()[index], 1);
      return;
    }
    // T*K is linear, and so can be said, where one factor is static.
    auto experts = cast<RankedTensorType>(dispatch.getExperts().getType());
    for (int64_t factor : {0, 1})
      if (!experts.isDynamicDim(factor)) {
        set.bound(value)[0] == set.getExpr(dispatch.getExperts(), 1 - factor) *
                                   experts.getDimSize(factor);
        return;
      }
  }
};

struct ExpertBounds
    : ValueBoundsOpInterface::ExternalModel<ExpertBounds, ExpertOp> {
  void populateBoundsForShapedValueDim(Operation *op, Value value, int64_t dim,
                                       ValueBoundsConstraintSet &set) const {
    auto expert = cast<ExpertOp>(op);
    if (dim != 0 || expert.getInputs().empty())
      return;
    if (isa<OpResult>(value)) {
      set.bound(value)[0] == set.getExpr(expert.getInputs().front(), 0);
      return;
    }
    // One expert has at most all rows. Values outside must not be named inside
    // the isolated region, so only a static R is a bound there.
    auto argument = cast<BlockArgument>(value);
    if (argument.getArgNumber() >= expert.getInputs().size())
      return;
    auto rows = cast<RankedTensorType>(
        expert.getInputs()[argument.getArgNumber()].getType());
    if (!rows.isDynamicDim(0))
      set.bound(value)[0] <= rows.getDimSize(0);
  }
};

struct CombineBounds
    : ValueBoundsOpInterface::ExternalModel<CombineBounds, CombineOp> {
  void populateBoundsForShapedValueDim(Operation *op, Value value, int64_t dim,
                                       ValueBoundsConstraintSet &set) const {
    auto combine = cast<CombineOp>(op);
    set.bound(value)[dim] ==
        set.getExpr(dim == 0 ? combine.getWeights() : combine.getRows(), dim);
  }
};

/// A result has the sizes of its destination.
template <typename OpTy>
struct DestinationBounds
    : ValueBoundsOpInterface::ExternalModel<DestinationBounds<OpTy>, OpTy> {
  void populateBoundsForShapedValueDim(Operation *op, Value value, int64_t dim,
                                       ValueBoundsConstraintSet &set) const {
    auto result = dyn_cast<OpResult>(value);
    if (!result)
      return;
    OpOperand *init =
        cast<DestinationStyleOpInterface>(op).getTiedOpOperand(result);
    set.bound(value)[dim] == set.getExpr(init->get(), dim);
  }
};

template <typename... Ops> void attachDestinations(MLIRContext &context) {
  (Ops::template attachInterface<DestinationBounds<Ops>>(context), ...);
}
} // namespace

void mlir::moe::registerMoeValueBoundsModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, MoeDialect *) {
    GateOp::attachInterface<GateBounds>(*context);
    RandomNormalOp::attachInterface<RandomBounds<RandomNormalOp>>(*context);
    RandomUniformOp::attachInterface<RandomBounds<RandomUniformOp>>(*context);
    DispatchOp::attachInterface<DispatchBounds>(*context);
    ExpertOp::attachInterface<ExpertBounds>(*context);
    CombineOp::attachInterface<CombineBounds>(*context);
    attachDestinations<PlanOp, RouteOp, GroupedMatmulOp, GatherRowsOp,
                       CombineRowsOp>(*context);
  });
}
