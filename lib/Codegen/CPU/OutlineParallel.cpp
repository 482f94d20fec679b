//===- OutlineParallel.cpp - Parallel loops to calls of the runtime -------===//
//
//   scf.parallel (%i, %j) ...     ==>   moeParallelFor(tasks, grain, threads,
//                                                      @f, context)
//                                       @f(context, first, last): its share
//
// The context is a struct on the stack of what the loop reads from outside.
//
//===----------------------------------------------------------------------===//

#include "moe/Codegen/CPU/Passes.h"

#include "TaskLoop.h"

#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

namespace mlir::moe {
#define GEN_PASS_DEF_OUTLINEPARALLELPASS
#include "moe/Codegen/CPU/Passes.h.inc"
} // namespace mlir::moe

using namespace mlir;
using namespace mlir::moe;

/// What is in `op` may run on any thread: what it calls is known, and has no
/// loops that will call the runtime. `seen` are functions that were looked at.
static bool isForAnyThread(Operation *op, SymbolTableCollection &symbols,
                           SmallPtrSetImpl<Operation *> &seen) {
  return !op->walk([&](Operation *inner) {
              if (inner == op)
                return WalkResult::advance();
              if (auto call = dyn_cast<func::CallOp>(inner)) {
                auto callee = symbols.lookupNearestSymbolFrom<func::FuncOp>(
                    call, call.getCalleeAttr());
                if (callee && !callee.isExternal() &&
                    (!seen.insert(callee).second ||
                     isForAnyThread(callee, symbols, seen)))
                  return WalkResult::advance();
              }
              bool isBound =
                  isa<CallOpInterface, cf::AssertOp, memref::AllocOp,
                      memref::DeallocOp>(inner) ||
                  (isa<scf::ParallelOp>(inner) && isa<FunctionOpInterface>(op));
              return isBound ? WalkResult::interrupt() : WalkResult::advance();
            }).wasInterrupted();
}

/// The iterations of a loop, as an index: none where it ends before it starts,
/// also in a product with those of another such loop.
static Value buildTripCount(ImplicitLocOpBuilder &b, Value from, Value to,
                            Value step) {
  Value length = arith::SubIOp::create(b, to, from);
  Value zero = arith::ConstantIndexOp::create(b, 0);
  length = arith::MaxSIOp::create(b, length, zero);
  if (isOneInteger(getAsOpFoldResult(step)))
    return length;
  return arith::CeilDivSIOp::create(b, length, step);
}

/// What `loop` reads from outside, constants apart.
static SmallVector<Value> getCaptures(scf::ParallelOp loop) {
  SetVector<Value> captured;
  getUsedValuesDefinedAbove(loop.getRegion(), captured);
  for (ValueRange bounds :
       {loop.getLowerBound(), loop.getUpperBound(), loop.getStep()})
    captured.insert(bounds.begin(), bounds.end());
  captured.remove_if([](Value value) {
    Operation *op = value.getDefiningOp();
    return op && op->hasTrait<OpTrait::ConstantLike>();
  });
  return captured.takeVector();
}

/// Buffers of a task, out of loops, in which the stack would grow: to the frame
/// of its function, or of the task around it.
static void hoistBuffers(Operation *loop) {
  auto task = loop->getParentOfType<scf::ParallelOp>();
  Block &entry = task ? *task.getBody()
                      : loop->getParentOfType<FunctionOpInterface>().front();
  loop->walk([&](memref::AllocaOp op) {
    if (op->getNumOperands() == 0)
      op->moveBefore(&entry, entry.begin());
  });
}

namespace {
class Outliner {
public:
  Outliner(ModuleOp module, const LLVMTypeConverter &types)
      : module(module), types(types),
        pointer(LLVM::LLVMPointerType::get(module.getContext())) {}

  LogicalResult outline(scf::ParallelOp loop);

private:
  func::FuncOp createBody(scf::ParallelOp loop, ArrayRef<Value> captured,
                          Type contextType);
  func::FuncOp getRuntime(Type bodyType);

  ModuleOp module;
  const LLVMTypeConverter &types;
  Type pointer;
  unsigned number = 0;
};
} // namespace

static Value castTo(ImplicitLocOpBuilder &b, Value value, Type type) {
  return value.getType() == type
             ? value
             : UnrealizedConversionCastOp::create(b, type, value).getResult(0);
}

/// The function of tasks [first, last).
func::FuncOp Outliner::createBody(scf::ParallelOp loop,
                                  ArrayRef<Value> captured, Type contextType) {
  auto parent = loop->getParentOfType<FunctionOpInterface>();
  auto top = OpBuilder(module.getContext());
  top.setInsertionPoint(parent);
  Type index = top.getIndexType();
  std::string name;
  SymbolTable symbols(module);
  do
    name = (parent.getName() + "_tasks_" + Twine(number++)).str();
  while (symbols.lookup(name));
  auto body =
      func::FuncOp::create(top, loop.getLoc(), name,
                           top.getFunctionType({pointer, index, index}, {}));
  body.setPrivate();
  ImplicitLocOpBuilder b(loop.getLoc(), top);
  b.setInsertionPointToStart(body.addEntryBlock());

  IRMapping map;
  Value context = LLVM::LoadOp::create(b, contextType, body.getArgument(0));
  for (auto [i, value] : llvm::enumerate(captured)) {
    Value field = LLVM::ExtractValueOp::create(b, context, i);
    map.map(value, castTo(b, field, value.getType()));
  }
  SetVector<Value> above;
  getUsedValuesDefinedAbove(loop.getRegion(), above);
  for (ValueRange bounds :
       {loop.getLowerBound(), loop.getUpperBound(), loop.getStep()})
    above.insert(bounds.begin(), bounds.end());
  for (Value value : above)
    if (!map.contains(value))
      map.map(value, b.clone(*value.getDefiningOp())->getResult(0));

  // The trip counts of the task loops, then the loops of a task.
  auto get = [&](ValueRange bounds, unsigned i) {
    return map.lookup(bounds[i]);
  };
  unsigned numTaskLoops = getNumTaskLoops(loop);
  SmallVector<Value> counts;
  for (unsigned i = 0; i < numTaskLoops; ++i)
    counts.push_back(buildTripCount(b, get(loop.getLowerBound(), i),
                                    get(loop.getUpperBound(), i),
                                    get(loop.getStep(), i)));
  Value one = arith::ConstantIndexOp::create(b, 1);
  auto tasks =
      scf::ForOp::create(b, body.getArgument(1), body.getArgument(2), one);
  b.setInsertionPointToStart(tasks.getBody());
  Value rest = tasks.getInductionVar();
  SmallVector<Value> ivs(loop.getNumLoops());
  for (unsigned i = numTaskLoops; i-- > 0;) {
    Value at = i == 0 ? rest : arith::RemUIOp::create(b, rest, counts[i]);
    if (i > 0)
      rest = arith::DivUIOp::create(b, rest, counts[i]);
    at = arith::MulIOp::create(b, at, get(loop.getStep(), i));
    ivs[i] = arith::AddIOp::create(b, at, get(loop.getLowerBound(), i));
  }
  for (unsigned i = numTaskLoops; i < loop.getNumLoops(); ++i) {
    auto inner = scf::ForOp::create(b, get(loop.getLowerBound(), i),
                                    get(loop.getUpperBound(), i),
                                    get(loop.getStep(), i));
    ivs[i] = inner.getInductionVar();
    b.setInsertionPointToStart(inner.getBody());
  }
  map.map(loop.getInductionVars(), ivs);
  for (Operation &op : loop.getBody()->without_terminator())
    b.clone(op, map);
  hoistBuffers(tasks);
  b.setInsertionPointToEnd(&body.getBody().front());
  func::ReturnOp::create(b);
  return body;
}

func::FuncOp Outliner::getRuntime(Type bodyType) {
  constexpr StringLiteral name = "moeParallelFor";
  if (auto known = module.lookupSymbol<func::FuncOp>(name))
    return known;
  auto top = OpBuilder::atBlockBegin(module.getBody());
  Type index = top.getIndexType();
  auto declaration = func::FuncOp::create(
      top, module.getLoc(), name,
      top.getFunctionType({index, index, index, pointer, pointer}, {}));
  declaration.setPrivate();
  return declaration;
}

LogicalResult Outliner::outline(scf::ParallelOp loop) {
  SmallVector<Value> captured = getCaptures(loop);
  SmallVector<Type> fields;
  for (Value value : captured) {
    Type type = types.convertType(value.getType());
    if (!type)
      return loop.emitError("expects values with a machine type, found ")
             << value.getType();
    fields.push_back(type);
  }
  Type contextType =
      LLVM::LLVMStructType::getLiteral(module.getContext(), fields);
  func::FuncOp body = createBody(loop, captured, contextType);
  func::FuncOp runtime = getRuntime(body.getFunctionType());

  ImplicitLocOpBuilder b(loop.getLoc(), loop);
  Value context = LLVM::UndefOp::create(b, contextType);
  for (auto [i, value] : llvm::enumerate(captured))
    context =
        LLVM::InsertValueOp::create(b, context, castTo(b, value, fields[i]), i);
  // On the frame of the function: loops around must not let the stack grow.
  Value memory;
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(
        &loop->getParentOfType<FunctionOpInterface>().front());
    Value one =
        LLVM::ConstantOp::create(b, b.getI64Type(), b.getI64IntegerAttr(1));
    memory = LLVM::AllocaOp::create(b, pointer, contextType, one);
  }
  LLVM::StoreOp::create(b, context, memory);
  Value count = arith::ConstantIndexOp::create(b, 1);
  for (unsigned i = 0; i < getNumTaskLoops(loop); ++i)
    count = arith::MulIOp::create(b, count,
                                  buildTripCount(b, loop.getLowerBound()[i],
                                                 loop.getUpperBound()[i],
                                                 loop.getStep()[i]));
  Value function = func::ConstantOp::create(b, body.getFunctionType(),
                                            SymbolRefAttr::get(body));
  Value grain = arith::ConstantIndexOp::create(b, getGrain(loop));
  auto limit = loop->getAttrOfType<IntegerAttr>(kMaxThreads);
  Value threads = arith::ConstantIndexOp::create(b, limit ? limit.getInt() : 0);
  func::CallOp::create(
      b, runtime,
      ValueRange{count, grain, threads, castTo(b, function, pointer), memory});
  loop.erase();
  return success();
}

/// `loop` as loops of one thread.
static void serialize(scf::ParallelOp loop) {
  hoistBuffers(loop);
  ImplicitLocOpBuilder b(loop.getLoc(), loop);
  IRMapping map;
  for (unsigned i = 0; i < loop.getNumLoops(); ++i) {
    auto inner = scf::ForOp::create(b, loop.getLowerBound()[i],
                                    loop.getUpperBound()[i], loop.getStep()[i]);
    map.map(loop.getInductionVars()[i], inner.getInductionVar());
    b.setInsertionPointToStart(inner.getBody());
  }
  for (Operation &op : loop.getBody()->without_terminator())
    b.clone(op, map);
  loop.erase();
}

namespace {
struct OutlineParallelPass
    : moe::impl::OutlineParallelPassBase<OutlineParallelPass> {
  void runOnOperation() override {
    SmallVector<scf::ParallelOp> outer, inner;
    SymbolTableCollection symbols;
    getOperation().walk<WalkOrder::PostOrder>([&](scf::ParallelOp loop) {
      if (loop.getNumReductions() > 0)
        return;
      bool isNested = loop->getParentOfType<scf::ParallelOp>() != nullptr;
      SmallPtrSet<Operation *, 8> seen;
      bool isAlone =
          isNested || isShort(loop) || !isForAnyThread(loop, symbols, seen);
      (isAlone ? inner : outer).push_back(loop);
    });
    for (scf::ParallelOp loop : inner)
      serialize(loop);
    LLVMTypeConverter types(&getContext());
    Outliner outliner(getOperation(), types);
    for (scf::ParallelOp loop : outer)
      if (failed(outliner.outline(loop)))
        return signalPassFailure();
  }
};
} // namespace
