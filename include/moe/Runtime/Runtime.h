//===- Runtime.h - What compiled programs call ------------------*- C++ -*-===//
//
// A program records its gates, dispatches and multiply-adds, checks the index
// vectors it was given, allocates and runs loops on threads through functions
// of the runtime, which are not declared here: `getRuntimeSymbols` lists them.
// They act on the program run that `runProgram` has started on the calling
// thread; outside of a run, records go nowhere.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_RUNTIME_RUNTIME_H
#define MOE_RUNTIME_RUNTIME_H

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace mlir::moe {

/// The layout in which compiled code passes a memref of static rank.
template <typename T, unsigned Rank> struct MemRefDescriptor {
  T *allocated;
  T *aligned;
  int64_t offset;
  int64_t sizes[Rank];
  int64_t strides[Rank];
};

/// One execution of a gate: `weights` and `experts` are `[tokens, slots]`.
struct GateRecord {
  int64_t layer, tokens, slots;
  std::vector<double> weights;
  std::vector<int32_t> experts;
};

/// What one execution of a gate selected on: `keys` is `[tokens, logits]`.
struct KeyRecord {
  int64_t layer, tokens, logits;
  std::vector<double> keys;
};

/// One execution of a dispatch, plan or route: `offsets` is `[E+1]`.
struct DispatchRecord {
  int64_t layer;
  std::vector<int32_t> offsets;
};

/// One execution of a kernel of grouped matmuls: `[depth, columns]` a weight,
/// and the rows of each expert.
struct KernelRecord {
  int64_t kernel, depth, columns;
  std::vector<int64_t> rows;
};

/// Contractions that belong to an expert or to no layer, and those that
/// compute the logits of a gate.
enum class MacKind : int64_t { Expert = 0, GateProjection = 1 };

/// Everything one run of a program has recorded.
struct RunRecord {
  std::vector<GateRecord> gates;
  std::vector<KeyRecord> keys;
  std::vector<DispatchRecord> dispatches;
  std::vector<KernelRecord> kernels;
  /// Multiply-adds by (layer, kind); layer -1 is outside of all layers.
  std::map<std::pair<int64_t, int64_t>, int64_t> macs;
  /// The largest number of bytes that the program has asked for and not freed
  /// again, the same in every run. What it holds is more: whole huge pages, and
  /// up to twice as much where a buffer was another one's in the last run. The
  /// memory limit counts that.
  size_t peakBytes = 0;
};

/// Why a run was given up. `site` numbers the failed check in the program's
/// text; it is -1 where memory ran out. What an assertion says is known to
/// whoever compiled it: here are the two numbers that it compared.
struct RunFailure {
  int64_t site = -1;
  char message[200] = "";
  int64_t found = 0, expected = 0;
};

/// Calls `body(context)`, which runs compiled code on this thread and, where it
/// has parallel loops, on up to `threads` (0: all that OpenMP has), with at
/// most `memoryLimit` bytes of allocations (SIZE_MAX: what the system gives).
/// Records go to `record` unless it is null. Returns false, with `failure` set
/// and all of the program's memory freed, where the program gave up; `body`
/// must hold nothing that needs a destructor while the program runs. Runs do
/// not nest.
bool runProgram(void (*body)(void *), void *context, size_t memoryLimit,
                unsigned threads, RunRecord *record, RunFailure &failure);

/// Bytes of memory that can be allocated now without swapping, or the largest
/// number where the system does not say.
uint64_t getAvailableMemory();

/// Writes what was found where the system has refused `bytes` more: "1234 bytes
/// available" or, where there are more than that, "none that the system gives".
void describeAvailable(uint64_t bytes, char (&text)[64]);

/// Frees a buffer that a program has returned.
void freeProgramBuffer(void *allocated);

/// Frees what runs have left for the runs that follow, no more than the last
/// one has needed.
void freeKeptMemory();

/// One function that compiled programs may call: the name that generated code
/// uses, and the one that a linker finds in this library (null: none).
struct RuntimeSymbol {
  const char *name;
  void *address;
  const char *linkName;
};

/// All of them, by the names that compiled code uses; ends with a null name.
const RuntimeSymbol *getRuntimeSymbols();

} // namespace mlir::moe

#endif // MOE_RUNTIME_RUNTIME_H
