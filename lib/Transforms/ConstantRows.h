//===- ConstantRows.h - Matrices whose rows are all the same ----*- C++ -*-===//

#ifndef MOE_LIB_TRANSFORMS_CONSTANTROWS_H
#define MOE_LIB_TRANSFORMS_CONSTANTROWS_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

namespace mlir::moe {

/// The elements of the constant `[N]` that every row of `matrix` `[T,N]`
/// repeats; nothing where it is not known to be of that kind, or N is dynamic.
std::optional<SmallVector<APFloat>> getConstantFloatRow(Value matrix);
std::optional<SmallVector<int64_t>> getConstantIdRow(Value matrix);

/// A tensor of `type` `[T,N]` with every row the constant `row` `[N]`; T is
/// that of `like`.
Value buildConstantRows(OpBuilder &builder, Location loc, RankedTensorType type,
                        DenseElementsAttr row, Value like);

} // namespace mlir::moe

#endif // MOE_LIB_TRANSFORMS_CONSTANTROWS_H
