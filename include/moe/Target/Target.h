//===- Target.h - Facts about machines --------------------------*- C++ -*-===//
//
// What a cost model may know about a machine. Facts, never policy; without IR:
// `#moe.target` holds the same facts in a module.
//
//===----------------------------------------------------------------------===//

#ifndef MOE_TARGET_TARGET_H
#define MOE_TARGET_TARGET_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>
#include <vector>

namespace mlir::moe {

enum class Device { CPU, CUDA };

/// A fact that is not known is 0.
struct Target {
  Device device = Device::CPU;
  std::string arch = "generic"; ///< LLVM's name: znver4, sm_90a
  int64_t cores = 1;            ///< physical cores, or SMs of a GPU
  int64_t vectorBits = 0;       ///< the widest register; 0 for a GPU
  int64_t l1Bytes = 0;          ///< data cache of one core or SM
  int64_t l2Bytes = 0;          ///< of one core; 0 for a GPU
  int64_t l3Bytes = 0;          ///< what all cores, or all SMs, share
  int64_t bandwidth = 0;        ///< bytes a second from memory, all cores
  int64_t sharedBytes = 0;      ///< shared memory one GPU block may use

  bool operator==(const Target &other) const;
};

/// The names `getNamedTarget` knows, and those of one device.
llvm::ArrayRef<llvm::StringRef> getTargetNames();
std::vector<llvm::StringRef> getTargetNames(Device device);

/// The facts of one well-known machine of that architecture: a server with one
/// socket, or the data-centre GPU. Of another x86-64 processor that LLVM knows,
/// only the vectors are known. Error: a name that nobody knows.
llvm::Expected<Target> getNamedTarget(llvm::StringRef name);

/// `target` with what is not known of a processor, but of its architecture: the
/// widest register, and the caches of one core where `getNamedTarget` knows
/// them.
Target addFactsOfArch(Target target);

/// The machine this runs on. Never fails: what the system does not tell stays
/// 0. An x86 processor of which a feature is disabled goes by the name of the
/// best level (`x86-64-v3`) whose features are all there. The bandwidth is an
/// estimate from the architecture and the cores that may be used.
Target hostTarget();
/// Its `arch`, which is quickly found.
std::string getHostArch();

/// `name`, or the level of x86-64 for a processor of that name that lacks some
/// of its features.
std::string chooseArch(llvm::StringRef name,
                       const llvm::StringMap<bool> &features);

/// Data caches as Linux describes them.
struct Caches {
  int64_t l1Bytes = 0; ///< of the first core
  int64_t l2Bytes = 0; ///< of the first core
  int64_t l3Bytes = 0; ///< of all cores, each shared cache counted once
};

/// Reads `<directory>/cpu<N>/cache/index<M>/{level,type,size,shared_cpu_list}`;
/// on Linux the directory is /sys/devices/system/cpu. What is missing or not
/// as expected is 0.
Caches readCaches(llvm::StringRef directory);

/// The widest vector register that LLVM's CPU features name.
int64_t getVectorBits(const llvm::StringMap<bool> &features);

/// LLVM knows a 64-bit x86 processor of that name.
bool isKnownProcessor(llvm::StringRef arch);

/// What code for `arch` may use beyond x86-64 itself, by LLVM's names
/// (`avx512bf16`), and what code generation is to be told so that it uses
/// nothing else (`+avx2,-amx-tile`). Empty where LLVM does not know `arch`.
std::vector<std::string> getNeededFeatures(llvm::StringRef arch);
std::string getFeatureString(llvm::StringRef arch);

/// A processor of the target's architecture has the feature that LLVM names so
/// (`avx512bf16`). False for names that LLVM does not know.
bool hasFeature(const Target &target, llvm::StringRef feature);

} // namespace mlir::moe

#endif // MOE_TARGET_TARGET_H
