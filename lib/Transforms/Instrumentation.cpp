//===- Instrumentation.cpp - What an instrumented program records ---------===//

#include "moe/Transforms/Instrumentation.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/MapVector.h"

#include <map>

using namespace mlir;
using namespace mlir::moe;

/// Multiply-adds of `op` for one row, where its only dynamic size is the
/// number of rows.
static std::optional<int64_t> countPerRow(linalg::LinalgOp op) {
  int64_t points = 1, dynamic = 0;
  for (int64_t range : op.getStaticLoopRanges()) {
    if (ShapedType::isDynamic(range))
      ++dynamic;
    else if (llvm::MulOverflow(points, range, points))
      return std::nullopt;
  }
  return dynamic == 1 ? std::optional<int64_t>(points) : std::nullopt;
}

static std::optional<int64_t> countPerRow(GroupedMatmulOp op) {
  auto shape = cast<ShapedType>(op.getWeights()[0].getType()).getShape();
  if (ShapedType::isDynamicShape(shape.drop_front()))
    return std::nullopt;
  return shape[1] * shape[2] * static_cast<int64_t>(op.getWeights().size());
}

static int64_t getNumber(Operation *op) {
  auto layer = op->getAttrOfType<IntegerAttr>("moe.layer");
  return layer ? layer.getInt() : -1;
}

/// E, where `op` says it.
static int64_t getNumExperts(Operation *op) {
  int64_t experts = 0;
  if (auto dispatch = dyn_cast<DispatchOp>(op))
    experts = dispatch.getNumExperts();
  else if (auto plan = dyn_cast<PlanOp>(op))
    experts = plan.getNumExperts();
  else if (auto expert = dyn_cast<ExpertOp>(op))
    experts = expert.getNumExperts();
  else if (auto matmul = dyn_cast<GroupedMatmulOp>(op))
    experts = matmul.getNumExperts();
  else if (auto route = dyn_cast<RouteOp>(op))
    experts =
        route.hasPlan()
            ? cast<ShapedType>(route.getOuts()[2].getType()).getDimSize(0) - 1
            : 0;
  return std::max<int64_t>(experts, 0);
}

/// A size of `shaped`, 0 where it is not static.
static int64_t getStaticSize(Value shaped, int64_t dim) {
  int64_t size = cast<ShapedType>(shaped.getType()).getDimSize(dim);
  return ShapedType::isDynamic(size) ? 0 : size;
}

/// The slots of a token that a gate has chosen: not those of columns that were
/// put beside them.
static int64_t getChosenSlots(Value experts) {
  if (auto more = experts.getDefiningOp<tensor::InsertSliceOp>())
    experts = more.getSource();
  return getStaticSize(experts, 1);
}

std::vector<Layer> moe::collectLayers(ModuleOp module) {
  std::map<int64_t, Layer> layers;
  module.walk<WalkOrder::PreOrder>([&](Operation *op) {
    int64_t number = getNumber(op);
    if (number < 0)
      return;
    auto outer = op->getParentOfType<ExpertOp>();
    auto [entry, isNew] = layers.try_emplace(
        number, Layer{number, op->getLoc(), -1, 0, 0, 0, {}});
    Layer &layer = entry->second;
    if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op)) {
      if (op->hasAttr("moe.gate_projection"))
        return;
      std::optional<int64_t> count = countPerRow(linalgOp);
      layer.macsPerRow =
          layer.macsPerRow && count
              ? std::optional<int64_t>(*layer.macsPerRow + *count)
              : std::nullopt;
      return;
    }
    if (auto matmul = dyn_cast<GroupedMatmulOp>(op)) {
      if (op->hasAttr("moe.gate_projection"))
        return;
      std::optional<int64_t> count = countPerRow(matmul);
      layer.macsPerRow =
          layer.macsPerRow && count
              ? std::optional<int64_t>(*layer.macsPerRow + *count)
              : std::nullopt;
    }
    if (auto gate = dyn_cast<GateOp>(op)) {
      layer.router = gate.getRouter();
      layer.logits = getStaticSize(gate.getLogits(), 1);
    }
    if (auto route = dyn_cast<RouteOp>(op)) {
      layer.router = route.getRouter();
      layer.logits =
          getStaticSize(route.getProjection(), route.getTransposed() ? 0 : 1);
    }
    if (isa<GateOp, RouteOp>(op))
      layer.gate = op->getLoc();
    if (isa<DispatchOp, PlanOp>(op))
      layer.location = op->getLoc();
    if (auto dispatch = dyn_cast<DispatchOp>(op))
      layer.slots = getChosenSlots(dispatch.getExperts());
    if (auto plan = dyn_cast<PlanOp>(op))
      layer.slots = getChosenSlots(plan.getExperts());
    // A route says where its gate was, then where its plan was.
    if (auto fused = dyn_cast<FusedLoc>(op->getLoc());
        fused && isa<RouteOp>(op)) {
      layer.gate = fused.getLocations().front();
      layer.location = fused.getLocations().back();
    }
    layer.experts = std::max(layer.experts, getNumExperts(op));
    layer.parent = outer ? getNumber(outer) : -1;
  });
  std::vector<Layer> result;
  for (auto &entry : layers)
    result.push_back(entry.second);
  return result;
}

std::vector<CheckSite> moe::collectCheckSites(ModuleOp module) {
  std::map<int64_t, CheckSite> sites;
  module.walk([&](func::CallOp call) {
    if (!llvm::is_contained(
            {StringRef("moeCheckOffsets"), StringRef("moeCheckSlots"),
             StringRef("moeCheckTokenRows"), StringRef(kFailCallee)},
            call.getCallee()) ||
        call.getNumOperands() == 0)
      return;
    std::optional<int64_t> number = getConstantIntValue(call.getOperand(0));
    if (!number)
      return;
    CheckSite site{call.getLoc(), "", std::nullopt};
    if (auto message = call->getAttrOfType<StringAttr>(kFailureMessage))
      site.message = message.str();
    if (auto relation = call->getAttrOfType<StringAttr>(kFailureRelation))
      site.relation = relation.str();
    sites.try_emplace(*number, std::move(site));
  });
  std::vector<CheckSite> result;
  for (auto &entry : sites) {
    // Numbers of checks that are gone leave no hole.
    while (static_cast<int64_t>(result.size()) < entry.first)
      result.push_back(
          {UnknownLoc::get(module.getContext()), "", std::nullopt});
    result.push_back(std::move(entry.second));
  }
  return result;
}

std::string moe::formatLocation(Location location) {
  std::string text = "unknown";
  location->walk([&](Location part) {
    auto file = dyn_cast<FileLineColLoc>(part);
    if (!file)
      return WalkResult::advance();
    text = (file.getFilename().getValue() + ":" + Twine(file.getLine()) + ":" +
            Twine(file.getColumn()))
               .str();
    return WalkResult::interrupt();
  });
  return text;
}
