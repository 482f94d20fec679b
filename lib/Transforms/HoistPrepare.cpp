//===- HoistPrepare.cpp - What depends on parameters alone ----------------===//

#include "moe/Transforms/Passes.h"

#include "ParameterValues.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Remarks.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Transforms/RegionUtils.h"
#include "moe/IR/Moe.h"

#include "llvm/ADT/SetVector.h"

namespace mlir::moe {
#define GEN_PASS_DEF_HOISTPREPAREPASS
#include "moe/Transforms/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

static constexpr auto kRemark =
    remark::RemarkOpts::name("HoistPrepare").category("moe");

namespace {
/// The ops of one function that depend on its parameters alone.
class Preparation {
public:
  explicit Preparation(func::FuncOp function)
      : function(function), values(function) {}

  /// False: there is nothing to prepare.
  bool find();
  func::FuncOp outline(StringRef name);
  void rewrite(func::FuncOp prepare);

private:
  void need(Value value);

  func::FuncOp function;
  ParameterValues values;
  llvm::SetVector<Value> results;   ///< of copies, read by what stays
  llvm::SetVector<Operation *> ops; ///< that the results need
  llvm::SetVector<unsigned> parameters;
};
} // namespace

void Preparation::need(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    parameters.insert(argument.getArgNumber());
    return;
  }
  Operation *op = value.getDefiningOp();
  if (ops.insert(op))
    for (Value read : getReads(op))
      need(read);
}

bool Preparation::find() {
  llvm::DenseSet<Operation *> packs; // what copies, and what is made of it
  for (Operation *op : values.getOps())
    if (isa<linalg::PackOp, tensor::InsertSliceOp>(op) ||
        llvm::any_of(getReads(op), [&](Value v) {
          return packs.contains(v.getDefiningOp());
        }))
      packs.insert(op);
  for (Operation *op : values.getOps()) {
    if (!packs.contains(op))
      continue;
    for (Value result : op->getResults())
      if (isa<RankedTensorType>(result.getType()) &&
          llvm::any_of(result.getUsers(), [&](Operation *user) {
            return !values.getOps().contains(user);
          }))
        results.insert(result);
  }
  for (Value result : results)
    need(result);
  return !results.empty() && !parameters.empty();
}

func::FuncOp Preparation::outline(StringRef name) {
  OpBuilder builder(function.getContext());
  builder.setInsertionPointAfter(function); // the layer stays the first one
  SmallVector<unsigned> sorted(parameters.begin(), parameters.end());
  llvm::sort(sorted);
  SmallVector<Type> types;
  for (unsigned i : sorted)
    types.push_back(function.getArgumentTypes()[i]);
  auto prepare = func::FuncOp::create(
      builder, function.getLoc(), name,
      builder.getFunctionType(types,
                              ValueRange(results.getArrayRef()).getTypes()));
  builder.setInsertionPointToStart(prepare.addEntryBlock());
  IRMapping map;
  for (auto [position, i] : llvm::enumerate(sorted)) {
    map.map(function.getArgument(i), prepare.getArgument(position));
    prepare.setArgAttrs(position, function.getArgAttrDict(i));
  }
  for (Operation *op : values.getOps())
    if (ops.contains(op))
      builder.clone(*op, map);
  SmallVector<Value> returned;
  for (Value result : results)
    returned.push_back(map.lookup(result));
  func::ReturnOp::create(builder, function.getLoc(), returned);

  SmallVector<int64_t> numbers(sorted.begin(), sorted.end());
  SmallVector<int64_t> all =
      llvm::to_vector(llvm::seq<int64_t>(0, function.getNumArguments()));
  function->setAttr("moe.prepare",
                    PrepareAttr::get(function.getContext(),
                                     FlatSymbolRefAttr::get(prepare),
                                     builder.getDenseI64ArrayAttr(all),
                                     builder.getDenseI64ArrayAttr(numbers)));
  return prepare;
}

void Preparation::rewrite(func::FuncOp prepare) {
  for (Value result : results) {
    unsigned number = function.getNumArguments();
    static_cast<void>(function.insertArgument(
        number, result.getType(), DictionaryAttr(), result.getLoc()));
    result.replaceAllUsesWith(function.getArgument(number));
  }
  for (Operation *op : llvm::reverse(values.getOps()))
    if (op->use_empty())
      op->erase();
  auto before = function->getAttrOfType<PrepareAttr>("moe.prepare");
  llvm::BitVector dead(function.getNumArguments());
  SmallVector<int64_t> left;
  for (int64_t i : before.getArguments().asArrayRef()) {
    bool isGone = parameters.contains(i) && function.getArgument(i).use_empty();
    if (isGone)
      dead.set(i);
    else
      left.push_back(i);
  }
  static_cast<void>(function.eraseArguments(dead));
  function->setAttr(
      "moe.prepare",
      PrepareAttr::get(function.getContext(), before.getFunction(),
                       DenseI64ArrayAttr::get(function.getContext(), left),
                       before.getParameters()));
}

namespace {
struct HoistPreparePass : moe::impl::HoistPreparePassBase<HoistPreparePass> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    for (auto function :
         llvm::to_vector(getOperation().getOps<func::FuncOp>())) {
      Preparation preparation(function);
      if (!preparation.find())
        continue;
      std::string name = (function.getName() + "_prepare").str();
      for (unsigned i = 0; symbols.lookup(name); ++i)
        name = (function.getName() + "_prepare_" + Twine(i)).str();
      func::FuncOp prepare = preparation.outline(name);
      remark::analysis(function.getLoc(), kRemark)
          << remark::metric("parameters", prepare.getNumArguments())
          << remark::metric("packed", prepare.getNumResults());
      symbols.insert(prepare, std::next(function->getIterator()));
      preparation.rewrite(prepare);
    }
  }
};
} // namespace
