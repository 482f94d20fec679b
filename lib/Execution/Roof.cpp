//===- Roof.cpp - What this processor does in a second --------------------===//
//
// The loops are made for the processor that they run on, as kernels are, and no
// pass sees them: each step depends on the one before.
//
//===----------------------------------------------------------------------===//

#include "Clock.h"
#include "MachineCode.h"

#include "moe/Execution/Explain.h"
#include "moe/Runtime/Runtime.h"
#include "moe/Target/Target.h"

#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicsX86.h"
#include "llvm/Support/Threading.h"
#include "llvm/TargetParser/Host.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <thread>

using namespace mlir;
using namespace mlir::moe;

/// The best of so many windows: what others do at the same time is not ours.
static constexpr unsigned kWindows = 3;
static constexpr double kWindowSeconds = 0.02;

/// Steps and bytes of a call, far shorter than a window.
static constexpr int64_t kSteps = 10000, kPieceBytes = 1 << 20;

/// No cache holds it: four times the last one, within these.
static constexpr int64_t kLeastBytes = 64 << 20, kMostBytes = 256 << 20;
static constexpr int64_t kHugePage = 2 << 20;

static constexpr unsigned kReadChains = 8;

/// Two times 1 in bf16, about 1 in f32: no sum overflows in so many steps.
static constexpr int32_t kFactor = 0x3f803f80;

namespace {
/// `void name(i64 count, ptr data)`: a loop over `count` that carries vectors.
class LoopBuilder {
public:
  LoopBuilder(llvm::Module &module, StringRef name, unsigned bits)
      : builder(module.getContext()) {
    auto *type = llvm::FunctionType::get(
        builder.getVoidTy(), {builder.getInt64Ty(), builder.getPtrTy()}, false);
    function = llvm::Function::Create(type, llvm::Function::ExternalLinkage,
                                      name, module);
    // Else some processors take two registers of half the size.
    function->addFnAttr("min-legal-vector-width", std::to_string(bits));
    builder.SetInsertPoint(
        llvm::BasicBlock::Create(module.getContext(), "entry", function));
  }

  using Step = llvm::function_ref<llvm::Value *(
      llvm::Value *position, unsigned chain, llvm::Value *sum)>;

  /// Each of `chains` sums, all `start` at first, becomes what `step` makes of
  /// it; the position grows by `stride` up to the count. Their sum is written
  /// to `data`, since nothing else would keep them.
  void build(unsigned chains, int64_t stride, llvm::Value *start, Step step) {
    llvm::Value *zero = builder.getInt64(0), *count = function->getArg(0);
    llvm::BasicBlock *entry = builder.GetInsertBlock();
    auto *loop = llvm::BasicBlock::Create(builder.getContext(), "", function);
    auto *exit = llvm::BasicBlock::Create(builder.getContext(), "", function);
    builder.CreateBr(loop);
    builder.SetInsertPoint(loop);
    auto *position = builder.CreatePHI(builder.getInt64Ty(), 2);
    position->addIncoming(zero, entry);
    SmallVector<llvm::PHINode *> sums;
    for (unsigned i = 0; i < chains; ++i) {
      sums.push_back(builder.CreatePHI(start->getType(), 2));
      sums.back()->addIncoming(start, entry);
    }
    SmallVector<llvm::Value *> next;
    for (unsigned i = 0; i < chains; ++i)
      next.push_back(step(position, i, sums[i]));
    for (unsigned i = 0; i < chains; ++i)
      sums[i]->addIncoming(next[i], loop);
    llvm::Value *after = builder.CreateAdd(position, builder.getInt64(stride));
    position->addIncoming(after, loop);
    builder.CreateCondBr(builder.CreateICmpSLT(after, count), loop, exit);
    builder.SetInsertPoint(exit);
    llvm::Value *total = next[0];
    for (unsigned i = 1; i < chains; ++i)
      total = start->getType()->isFPOrFPVectorTy()
                  ? builder.CreateFAdd(total, next[i])
                  : builder.CreateXor(total, next[i]);
    builder.CreateAlignedStore(total, function->getArg(1), llvm::Align(64));
    builder.CreateRetVoid();
  }

  llvm::Value *load(llvm::Type *type, llvm::Value *offset) {
    return builder.CreateAlignedLoad(
        type, builder.CreatePtrAdd(function->getArg(1), offset),
        llvm::Align(64));
  }

  llvm::IRBuilder<> builder;

private:
  llvm::Function *function;
};

using Loop = void (*)(int64_t, void *);

/// What is measured. `dot` is null where there is no such instruction.
struct Loops {
  std::unique_ptr<llvm::orc::LLJIT> jit;
  Loop multiply = nullptr, dot = nullptr, read = nullptr;
  /// Multiply-adds of a step of `multiply`; of `dot` twice as many.
  double macs = 0;
  /// Numbers of f32 in a register.
  int64_t lanes = 0;
};

/// Memory of a program's kind: in huge pages where the system gives them.
class Buffer {
public:
  explicit Buffer(size_t size) : size(size) {
    data = static_cast<char *>(std::aligned_alloc(kHugePage, size));
    if (data)
      madvise(data, size, MADV_HUGEPAGE); // a wish: either answer is fine
  }
  ~Buffer() { std::free(data); }
  Buffer(const Buffer &) = delete;
  Buffer &operator=(const Buffer &) = delete;

  char *data;
  size_t size;
};
} // namespace

static void buildMultiply(llvm::Module &module, StringRef name, unsigned bits,
                          unsigned chains, bool isDot) {
  LoopBuilder loop(module, name, bits);
  llvm::IRBuilder<> &b = loop.builder;
  auto *type = llvm::FixedVectorType::get(b.getFloatTy(), bits / 32);
  llvm::Value *start = loop.load(type, b.getInt64(0));
  llvm::Value *factor = loop.load(type, b.getInt64(64));
  llvm::Value *pairs = b.CreateBitCast(
      factor, llvm::FixedVectorType::get(b.getBFloatTy(), bits / 16));
  loop.build(chains, 1, start,
             [&](llvm::Value *, unsigned, llvm::Value *sum) -> llvm::Value * {
               if (isDot)
                 return b.CreateIntrinsic(
                     llvm::Intrinsic::x86_avx512bf16_dpbf16ps_512, {},
                     {sum, pairs, pairs});
               return b.CreateIntrinsic(llvm::Intrinsic::fmuladd, {type},
                                        {sum, factor, factor});
             });
}

static void buildRead(llvm::Module &module, unsigned bits) {
  LoopBuilder loop(module, "read", bits);
  llvm::IRBuilder<> &b = loop.builder;
  auto *type = llvm::FixedVectorType::get(b.getInt64Ty(), bits / 64);
  loop.build(kReadChains, kReadChains * bits / 8,
             llvm::Constant::getNullValue(type),
             [&](llvm::Value *position, unsigned chain, llvm::Value *sum) {
               llvm::Value *offset =
                   b.CreateAdd(position, b.getInt64(chain * bits / 8));
               return b.CreateXor(sum, loop.load(type, offset));
             });
}

static llvm::Expected<Loops> compileLoops() {
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  unsigned bits = std::max<int64_t>(128, getVectorBits(features));
  unsigned chains = bits == 512 ? 24 : 12;
  bool hasDot = bits == 512 && features.lookup("avx512bf16");
  auto context = std::make_unique<llvm::LLVMContext>();
  auto module = std::make_unique<llvm::Module>("roof", *context);
  buildMultiply(*module, "multiply", bits, chains, /*isDot=*/false);
  if (hasDot)
    buildMultiply(*module, "dot", bits, chains, /*isDot=*/true);
  buildRead(*module, bits);

  Loops loops;
  loops.lanes = bits / 32;
  loops.macs = double(loops.lanes) * chains;
  initializeTarget();
  auto jit = llvm::orc::LLJITBuilder().create();
  if (!jit)
    return jit.takeError();
  loops.jit = std::move(*jit);
  module->setDataLayout(loops.jit->getDataLayout());
  if (llvm::Error error =
          loops.jit->addIRModule({std::move(module), std::move(context)}))
    return std::move(error);
  auto find = [&](StringRef name, Loop &loop) -> llvm::Error {
    auto address = loops.jit->lookup(name);
    if (!address)
      return address.takeError();
    loop = address->toPtr<Loop>();
    return llvm::Error::success();
  };
  if (llvm::Error error = find("multiply", loops.multiply))
    return std::move(error);
  if (hasDot)
    if (llvm::Error error = find("dot", loops.dot))
      return std::move(error);
  if (llvm::Error error = find("read", loops.read))
    return std::move(error);
  return std::move(loops);
}

/// `work(thread)` on all threads at the same time.
static void runThreads(unsigned threads,
                       llvm::function_ref<void(unsigned)> work) {
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i)
    others.emplace_back([=] { work(i); });
  work(0);
  for (std::thread &other : others)
    other.join();
}

/// What all threads do in a second, where `call(thread)` does so much at once.
static double measureRate(unsigned threads,
                          llvm::function_ref<double(unsigned)> call) {
  double best = 0;
  for (unsigned window = 0; window < kWindows; ++window) {
    std::atomic<unsigned> ready{0};
    std::vector<double> rates(threads);
    runThreads(threads, [&](unsigned thread) {
      ++ready;
      while (ready < threads)
        std::this_thread::yield();
      double amount = 0, start = now(), seconds = 0;
      for (; seconds < kWindowSeconds; seconds = now() - start)
        amount += call(thread);
      rates[thread] = amount / seconds;
    });
    double sum = 0;
    for (double rate : rates)
      sum += rate;
    best = std::max(best, sum);
  }
  return best;
}

static llvm::Expected<double> measureRead(unsigned threads, Loop read) {
  int64_t wanted =
      std::clamp(4 * hostTarget().l3Bytes, kLeastBytes, kMostBytes);
  // A part for each thread.
  int64_t part = std::max(wanted / threads, kPieceBytes);
  part = llvm::alignTo(part, kHugePage);
  Buffer buffer(part * threads);
  if (!buffer.data) {
    char found[64];
    describeAvailable(buffer.size, found);
    return llvm::createStringError("expects " + Twine(buffer.size) +
                                   " bytes of memory to read, found " + found);
  }
  runThreads(threads, [&](unsigned thread) {
    std::memset(buffer.data + thread * part, 1, part);
  });
  std::vector<int64_t> positions(threads);
  return measureRate(threads, [&](unsigned thread) -> double {
    read(kPieceBytes, buffer.data + thread * part + positions[thread]);
    positions[thread] = (positions[thread] + kPieceBytes) % part;
    return kPieceBytes;
  });
}

llvm::Expected<Roof> moe::measureRoof(unsigned threads) {
  unsigned most = llvm::hardware_concurrency().compute_thread_count();
  threads = std::clamp(threads ? threads : most, 1u, std::max(1u, most));
  llvm::Expected<Loops> loops = compileLoops();
  if (!loops)
    return loops.takeError();
  auto multiply = [&](Loop loop, double macs) {
    return measureRate(threads, [&](unsigned) {
      alignas(64) int32_t data[32] = {};
      std::fill(data + 16, data + 32, kFactor);
      loop(kSteps, data);
      return kSteps * macs;
    });
  };
  Roof roof;
  roof.cores = threads;
  roof.lanes = loops->lanes;
  roof.f32Macs = multiply(loops->multiply, loops->macs);
  if (loops->dot)
    roof.dotMacs = multiply(loops->dot, 2 * loops->macs);
  llvm::Expected<double> bytes = measureRead(threads, loops->read);
  if (!bytes)
    return bytes.takeError();
  roof.readBytes = *bytes;
  return roof;
}
