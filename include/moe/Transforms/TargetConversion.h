//===- TargetConversion.h - Facts as an attribute ---------------*- C++ -*-===//

#ifndef MOE_TRANSFORMS_TARGETCONVERSION_H
#define MOE_TRANSFORMS_TARGETCONVERSION_H

#include "moe/IR/Moe.h"
#include "moe/Target/Target.h"

#include <optional>

namespace mlir::moe {

/// The facts as `#moe.target`, and back.
TargetAttr getTargetAttr(MLIRContext *context, const Target &target);
Target getTarget(TargetAttr attribute);

/// The attribute `moe.target` of `op` or of what is around it, if there is one,
/// with what it leaves out and its arch says.
std::optional<Target> getStatedTarget(Operation *op);
/// The facts of the module around `op`: its attribute `moe.target`, or the
/// host's.
Target getTargetOf(Operation *op);

} // namespace mlir::moe

#endif // MOE_TRANSFORMS_TARGETCONVERSION_H
