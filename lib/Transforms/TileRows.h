//===- TileRows.h - The rows of a tile of a kernel --------------*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_TILEROWS_H
#define MOE_LIB_TRANSFORMS_TILEROWS_H

#include <cstdint>

namespace mlir::moe {

/// Of a schedule, whose tiles have twelve or six; with more, pointers to rows
/// do not fit in registers. Tokens are cut into blocks of so many.
inline constexpr int64_t kMostTileRows = 12;

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_TILEROWS_H
