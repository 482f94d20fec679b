//===- Instrument.cpp - Number layers and declare what they record --------===//

#include "moe/Transforms/Passes.h"

#include "GateProjections.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "moe/IR/Moe.h"
#include "moe/IR/ReferenceBuilder.h"
#include "moe/IR/TensorCasts.h"

namespace mlir::moe {
#define GEN_PASS_DEF_INSTRUMENTPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// The first gate that `value` is computed from by reshapes, more columns and
/// elementwise ops and that no other layer has.
static Operation *findGate(Value value) {
  Operation *op = value ? value.getDefiningOp() : nullptr;
  if (isa_and_nonnull<GateOp, RouteOp>(op))
    return op->hasAttr("moe.layer") ? nullptr : op;
  if (!isa_and_nonnull<tensor::CastOp, tensor::CollapseShapeOp,
                       tensor::ExpandShapeOp, tensor::InsertSliceOp,
                       linalg::LinalgOp>(op))
    return nullptr;
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
      linalgOp && linalgOp.getNumLoops() != linalgOp.getNumParallelLoops())
    return nullptr;
  for (Value operand : op->getOperands())
    if (Operation *gate = findGate(operand))
      return gate;
  return nullptr;
}

namespace {
class Numbering {
public:
  explicit Numbering(ModuleOp module) : module(module) {}

  void run() {
    module.walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (auto dispatch = dyn_cast<DispatchOp>(op))
        number(op, dispatch.getOffsets(),
               {dispatch.getExperts(), dispatch.getWeights()});
      else if (auto plan = dyn_cast<PlanOp>(op))
        number(op,
               plan.getResults().empty() ? plan.getOffsetsOut()
                                         : plan.getResults()[0],
               {plan.getExperts(), plan.getWeights()});
      else if (auto route = dyn_cast<RouteOp>(op); route && route.hasPlan())
        number(op, getRouteOffsets(route), {});
    });
    module.walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (isa<GateOp, RouteOp>(op) && !op->hasAttr("moe.layer"))
        number(op, Value(), {});
      else if (auto expert = dyn_cast<ExpertOp>(op))
        attach(op, expert.getOffsets());
      else if (auto matmul = dyn_cast<GroupedMatmulOp>(op))
        attach(op, matmul.getOffsets());
    });
    module.walk<WalkOrder::PreOrder>([&](Operation *op) {
      auto expert = op->getParentOfType<ExpertOp>();
      if (expert && isContraction(op))
        op->setAttr("moe.layer", expert->getAttr("moe.layer"));
    });
    module.walk([&](GateOp gate) { markProjections(gate); });
  }

private:
  static Value getRouteOffsets(RouteOp route) {
    return route.getResults().empty() ? route.getOuts()[2]
                                      : route.getResults()[2];
  }

  /// Makes `op` the head of a new layer whose rows `offsets` delimits. Its gate
  /// is that of `chosen`: of the experts or, where they are constant, of the
  /// weights.
  void number(Operation *op, Value offsets, ArrayRef<Value> chosen) {
    auto attribute =
        IntegerAttr::get(IntegerType::get(op->getContext(), 64), next++);
    op->setAttr("moe.layer", attribute);
    if (offsets)
      layers[stripCasts(offsets)] = attribute;
    for (Value value : chosen)
      if (Operation *gate = findGate(value)) {
        gate->setAttr("moe.layer", attribute);
        return;
      }
  }

  void attach(Operation *op, Value offsets) {
    auto known = layers.find(stripCasts(offsets));
    if (known != layers.end()) {
      op->setAttr("moe.layer", known->second);
      return;
    }
    number(op, offsets, {});
    if (!op->getParentOfType<ExpertOp>())
      recordOffsets(op, offsets);
  }

  /// No op that lowers to a record has made `offsets`.
  static void recordOffsets(Operation *op, Value offsets) {
    if (!isa<RankedTensorType>(offsets.getType()))
      return;
    OpBuilder builder(op);
    ReferenceBuilder reference(op->getLoc(), builder);
    Value layer = reference.integer(
        64, op->getAttrOfType<IntegerAttr>("moe.layer").getInt());
    Value argument = reference.castTo(
        offsets,
        RankedTensorType::get({ShapedType::kDynamic}, reference.getI32Type()));
    func::CallOp::create(reference, "moeRecordDispatch", TypeRange(),
                         ValueRange{layer, argument});
  }

  static void markProjections(GateOp gate) {
    for (Operation *projection : getGateProjections(gate)) {
      projection->setAttr("moe.layer", gate->getAttr("moe.layer"));
      projection->setAttr("moe.gate_projection",
                          UnitAttr::get(gate.getContext()));
    }
  }

  ModuleOp module;
  int64_t next = 0;
  DenseMap<Value, IntegerAttr> layers;
};
} // namespace

/// Records what `gate` selects on, in the order that Semantics gives.
static void recordKeys(GateOp gate) {
  OpBuilder builder(gate);
  ReferenceBuilder reference(gate.getLoc(), builder);
  Type element = cast<ShapedType>(gate.getWeights().getType()).getElementType();
  Value keys = reference.convertElements(gate.getLogits(), element);
  auto sizes = reference.sizes(keys);
  auto add = [&](Value other, SmallVector<unsigned> loops) {
    Value wide = reference.convertElements(other, element);
    keys = reference.map(sizes, element, {{keys, {0, 1}}, {wide, loops}},
                         [&](ValueRange values) -> Value {
                           return arith::AddFOp::create(reference, values[0],
                                                        values[1]);
                         });
  };
  if (gate.getNoise())
    add(gate.getNoise(), {0, 1});
  if (!gate.getRouter().selectsOnLogits(static_cast<bool>(gate.getBias()))) {
    keys = gate.getRouter().getScore().buildReference(reference, gate.getLoc(),
                                                      keys, &gate.getScore());
    if (gate.getBias())
      add(gate.getBias(), {1});
  }
  Type f64 = reference.getF64Type();
  Value argument = reference.castTo(
      reference.convertElements(keys, f64),
      RankedTensorType::get({ShapedType::kDynamic, ShapedType::kDynamic}, f64));
  Value layer = reference.integer(
      64, gate->getAttrOfType<IntegerAttr>("moe.layer").getInt());
  func::CallOp::create(reference, "moeRecordKeys", TypeRange(),
                       ValueRange{layer, argument});
}

static void declare(ModuleOp module, StringRef name, TypeRange arguments) {
  if (module.lookupSymbol(name))
    return;
  auto builder = OpBuilder::atBlockBegin(module.getBody());
  auto function =
      func::FuncOp::create(builder, module.getLoc(), name,
                           builder.getFunctionType(arguments, TypeRange()));
  function.setPrivate();
  function->setAttr(LLVM::LLVMDialect::getEmitCWrapperAttrName(),
                    builder.getUnitAttr());
}

namespace {
struct InstrumentPass : moe::impl::InstrumentPassBase<InstrumentPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    Numbering(module).run();
    module.walk([](GateOp gate) {
      if (!gate->getParentOfType<ExpertOp>())
        recordKeys(gate);
    });

    Builder builder(&getContext());
    Type i64 = builder.getI64Type();
    auto dynamic = [](Type element, int64_t rank) -> Type {
      return RankedTensorType::get(
          SmallVector<int64_t>(rank, ShapedType::kDynamic), element);
    };
    Type i32 = builder.getI32Type(), f64 = builder.getF64Type();
    declare(module, "moeRecordGate", {i64, dynamic(f64, 2), dynamic(i32, 2)});
    declare(module, "moeRecordKeys", {i64, dynamic(f64, 2)});
    declare(module, "moeRecordDispatch", {i64, dynamic(i32, 1)});
    declare(module, "moeRecordMacs", {i64, i64, i64});
  }
};
} // namespace
