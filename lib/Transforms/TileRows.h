//===- TileRows.h - The rows of a tile of a kernel --------------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_TILEROWS_H
#define MOE_LIB_TRANSFORMS_TILEROWS_H

#include <cstdint>

namespace mlir::moe {

/// Of a schedule; more than eight alias in the first cache where the depth is a
/// power of two. Work is cut into whole tiles of so many.
inline constexpr int64_t kMostTileRows = 6;

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_TILEROWS_H
