//===- Clock.h - Seconds since some moment ---------------------*- C++ -*-===//

#ifndef MOE_LIB_EXECUTION_CLOCK_H
#define MOE_LIB_EXECUTION_CLOCK_H

#include <chrono>

namespace mlir::moe {

inline double now() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

} // namespace mlir::moe

#endif // MOE_LIB_EXECUTION_CLOCK_H
