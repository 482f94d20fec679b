//===- RaiseUnrolled.cpp - Experts written one by one to moe --------------===//

#include "RaiseUnrolled.h"

#include "RaiseExperts.h"
#include "StackPrograms.h"
#include "SumTerms.h"

#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace mlir::moe;

namespace {
/// Terms that are the same program.
struct Like {
  SmallVector<unsigned> terms;
  SmallVector<std::optional<int64_t>> numbers; ///< of the experts

  /// Orders the terms by the numbers of their experts where all are known and
  /// differ; false if they were in another order.
  bool sort();
};

/// Raises the sum that ends in one op.
class UnrolledSum {
public:
  UnrolledSum(Operation *root, SumTree tree, bool assumeFinite,
              RewriterBase &rewriter)
      : root(root), tree(std::move(tree)), assumeFinite(assumeFinite),
        rewriter(rewriter), loc(root->getLoc()) {}
  bool raise();

private:
  Like findLargest();
  bool isUsedElsewhere(const ProgramStack &programs, ArrayRef<Value> terms);
  linalg::GenericOp buildSum(const StackedValue &terms, Value like);
  Value add(Value a, Value b);
  void missed(StringRef why);

  Operation *root;
  SumTree tree;
  bool assumeFinite;
  RewriterBase &rewriter;
  Location loc;
  SmallVector<Value> values; ///< of the terms
  std::string difference;    ///< between terms that are nearly alike
};
} // namespace

bool Like::sort() {
  if (llvm::any_of(numbers, [](auto number) { return !number; }))
    return true;
  llvm::SmallDenseSet<int64_t> distinct;
  for (std::optional<int64_t> number : numbers)
    if (!distinct.insert(*number).second)
      return true;
  auto places = llvm::to_vector(llvm::seq<unsigned>(0, terms.size()));
  llvm::sort(places,
             [&](unsigned a, unsigned b) { return numbers[a] < numbers[b]; });
  bool inOrder = llvm::is_sorted(places);
  terms = llvm::map_to_vector(places, [&](unsigned i) { return terms[i]; });
  return inOrder;
}

void UnrolledSum::missed(StringRef why) {
  remark::missed(loc, remark::RemarkOpts::name("RaiseExperts").category("moe"))
      << remark::reason("{0}", why);
}

Like UnrolledSum::findLargest() {
  SmallVector<Like> classes;
  for (auto [i, value] : llvm::enumerate(values)) {
    bool found = false;
    for (Like &like : classes) {
      ProgramComparison comparison;
      bool same = comparison.compare(values[like.terms.front()], value);
      auto numbers = comparison.getNumbers();
      if (!same) {
        if (numbers && !comparison.getDifference().empty())
          difference = comparison.getDifference();
        continue;
      }
      if (numbers)
        like.numbers.front() = numbers->first;
      like.terms.push_back(i);
      like.numbers.push_back(numbers ? std::optional(numbers->second)
                                     : std::nullopt);
      found = true;
      break;
    }
    if (!found)
      classes.push_back({{static_cast<unsigned>(i)}, {std::nullopt}});
  }
  return *llvm::max_element(classes, [](const Like &a, const Like &b) {
    return a.terms.size() < b.terms.size();
  });
}

/// Somebody else reads a term, or a sum of products behind it, which is then
/// computed anyway.
bool UnrolledSum::isUsedElsewhere(const ProgramStack &programs,
                                  ArrayRef<Value> terms) {
  llvm::SmallPtrSet<Operation *, 32> inside(tree.additions.begin(),
                                            tree.additions.end());
  for (Value value : programs.getReplaced())
    if (Operation *def = value.getDefiningOp())
      inside.insert(def);
  return llvm::any_of(programs.getReplaced(), [&](Value value) {
    auto op = value.getDefiningOp<linalg::LinalgOp>();
    if (!(op && op.getNumReductionLoops() != 0) &&
        !llvm::is_contained(terms, value))
      return false;
    return llvm::any_of(value.getUsers(), [&](Operation *user) {
      return !inside.contains(user) && !isa<tensor::DimOp>(user);
    });
  });
}

linalg::GenericOp UnrolledSum::buildSum(const StackedValue &terms, Value like) {
  auto type = cast<RankedTensorType>(like.getType());
  unsigned rank = type.getRank() + 1;
  Value empty = tensor::EmptyOp::create(
      rewriter, loc, tensor::getMixedSizes(rewriter, loc, like),
      type.getElementType());
  Value zero = arith::ConstantOp::create(
      rewriter, loc, rewriter.getZeroAttr(type.getElementType()));
  Value init = linalg::FillOp::create(rewriter, loc, zero, empty).getResult(0);
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  iterators[0] = utils::IteratorType::reduction;
  AffineMap out = rewriter.getMultiDimIdentityMap(rank).dropResult(0);
  return linalg::GenericOp::create(
      rewriter, loc, init.getType(), terms.value, init,
      ArrayRef<AffineMap>{terms.map, out}, iterators,
      [&](OpBuilder &b, Location l, ValueRange args) {
        linalg::YieldOp::create(
            b, l,
            arith::AddFOp::create(b, l, args[1], args[0], tree.flags)
                .getResult());
      });
}

/// `a + b`, elementwise.
Value UnrolledSum::add(Value a, Value b) {
  auto type = cast<RankedTensorType>(b.getType());
  Value empty = tensor::EmptyOp::create(rewriter, loc,
                                        tensor::getMixedSizes(rewriter, loc, b),
                                        type.getElementType());
  AffineMap identity = rewriter.getMultiDimIdentityMap(type.getRank());
  return linalg::GenericOp::create(
             rewriter, loc, type, ValueRange{a, b}, empty,
             SmallVector<AffineMap>(3, identity),
             SmallVector<utils::IteratorType>(type.getRank(),
                                              utils::IteratorType::parallel),
             [&](OpBuilder &bb, Location l, ValueRange args) {
               linalg::YieldOp::create(
                   bb, l,
                   arith::AddFOp::create(bb, l, args[0], args[1], tree.flags)
                       .getResult());
             })
      .getResult(0);
}

bool UnrolledSum::raise() {
  if (tree.terms.size() < 2)
    return false;
  rewriter.setInsertionPoint(root);
  for (const SumTerm &term : tree.terms)
    values.push_back(buildTerm(rewriter, term));
  Like like = findLargest();
  if (like.terms.size() < 2) {
    if (!difference.empty())
      missed("the experts are not the same program: " + difference);
    return false;
  }
  // Residuals and shared experts keep their order among each other.
  Value rest;
  for (auto [i, value] : llvm::enumerate(values))
    if (!llvm::is_contained(like.terms, i))
      rest = rest ? add(rest, value) : value;
  bool inOrder =
      tree.inOrder && (!rest || like.terms.back() + 1 == like.terms.size());
  inOrder &= like.sort();
  SmallVector<Value> terms = llvm::map_to_vector(
      like.terms, [&](unsigned i) -> Value { return values[i]; });
  ProgramStack programs(rewriter, loc, terms.size());
  auto stacked = programs.stack(terms);
  if (failed(stacked) || !stacked->map.isFunctionOfDim(0))
    return false;
  linalg::GenericOp sum = buildSum(*stacked, terms[0]);
  if (sum->getResultTypes() != root->getResultTypes())
    return false;
  if (isUsedElsewhere(programs, terms)) {
    missed("an expert's value is used elsewhere");
    return false;
  }
  std::string why;
  Value result = raiseSum(sum, /*needsGate=*/true, assumeFinite, rewriter, why);
  if (!result) {
    if (!why.empty())
      missed(why);
    return false;
  }
  rewriter.setInsertionPoint(root);
  rewriter.replaceOp(root, rest ? add(rest, result) : result);
  if (!inOrder)
    remark::analysis(loc,
                     remark::RemarkOpts::name("ReorderSum").category("moe"))
        << remark::reason("{0}", "the sum over experts is in their order");
  if (int64_t bytes = programs.getCopiedBytes())
    remark::analysis(loc,
                     remark::RemarkOpts::name("StackParams").category("moe"))
        << remark::metric("bytes", bytes)
        << remark::reason("{0}", "each call copies the experts' parameters, "
                                 "unless they are prepared");
  return true;
}

unsigned moe::raiseUnrolled(Operation *root, bool assumeFinite,
                            RewriterBase &rewriter) {
  SmallVector<Operation *> sums;
  root->walk([&](Operation *op) {
    if (!op->getParentOfType<ExpertOp>() && matchSumTree(op))
      sums.push_back(op);
  });
  unsigned raised = 0;
  for (Operation *op : sums) // a term may be a sum that was raised before
    if (auto tree = matchSumTree(op))
      raised += UnrolledSum(op, *tree, assumeFinite, rewriter).raise();
  return raised;
}
