//===- SimplifyRouting.cpp - The legal algebra of routing -----------------===//

#include "moe/Transforms/Passes.h"

#include "RouterAlgebra.h"
#include "SharedExpert.h"
#include "StaticExperts.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Remarks.h"

namespace mlir::moe {
#define GEN_PASS_DEF_SIMPLIFYROUTINGPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

static constexpr auto kRemark =
    remark::RemarkOpts::name("SimplifyRouting").category("moe");

namespace {
template <typename Op> struct Rule {
  StringLiteral name;
  bool (*apply)(Op, RewriterBase &, std::string &);
};
} // namespace

// In this order: each leaves the forms that the later ones are about.
static constexpr Rule<GateOp> kGateRules[] = {
    {"scale", foldScale},
    {"normalize-selected", normalizeSelected},
    {"unit-weight", useUnitWeight},
    {"select-all", selectAll},
    {"unread-weights", dropWeights},
    {"constant-gate", evaluateGate},
};
static constexpr Rule<CombineOp> kCombineRules[] = {
    {"weights-of-one", dropCombineWeights},
};
static constexpr Rule<DispatchOp> kDispatchRules[] = {
    {"nonzero-weights", dropDispatchWeights},
    {"static-experts", inlineStaticExperts},
};
// Last: it hides the gate from the others.
static constexpr Rule<CombineOp> kJoinRules[] = {
    {"shared-expert", joinSharedExpert},
};

/// The first rule that rewrites `op` says so in a remark, which may erase `op`.
/// Where none does and this is the `last` time, those that nearly did say why.
template <typename Op>
static bool simplify(Op op, ArrayRef<Rule<Op>> rules, RewriterBase &rewriter,
                     bool isLast) {
  Location loc = op.getLoc();
  for (const Rule<Op> &rule : rules) {
    std::string why;
    if (rule.apply(op, rewriter, why)) {
      remark::passed(loc, kRemark) << remark::metric("rule", rule.name);
      return true;
    }
    if (isLast && !why.empty())
      remark::missed(loc, kRemark)
          << remark::metric("rule", rule.name) << remark::reason("{0}", why);
  }
  return false;
}

/// One visit to each op of a kind, the last one first: a dispatch may take the
/// experts behind it away, and with them what is nested in their regions.
template <typename Op>
static bool simplifyAll(Operation *root, ArrayRef<Rule<Op>> rules,
                        RewriterBase &rewriter, bool isLast) {
  SmallVector<Op> ops;
  root->walk([&](Op op) { ops.push_back(op); });
  bool changed = false;
  for (Op op : llvm::reverse(ops))
    changed |= simplify(op, rules, rewriter, isLast);
  return changed;
}

namespace {
struct SimplifyRoutingPass
    : moe::impl::SimplifyRoutingPassBase<SimplifyRoutingPass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    auto visit = [&](bool isLast) {
      Operation *root = getOperation();
      bool changed = simplifyAll<GateOp>(root, kGateRules, rewriter, isLast);
      changed |= simplifyAll<CombineOp>(root, kCombineRules, rewriter, isLast);
      changed |=
          simplifyAll<DispatchOp>(root, kDispatchRules, rewriter, isLast);
      return changed;
    };
    while (visit(/*isLast=*/false)) {
    }
    visit(/*isLast=*/true);
    simplifyAll<CombineOp>(getOperation(), kJoinRules, rewriter,
                           /*isLast=*/true);
  }
};
} // namespace
