//===- IndexReads.h - What ops read through offsets and slots ---*- C++ -*-===//

#ifndef MOE_LIB_STRUCTURED_INDEXREADS_H
#define MOE_LIB_STRUCTURED_INDEXREADS_H

#include "moe/IR/Moe.h"

namespace mlir::moe {

/// What one op reads on tensors. Null values are not read.
struct IndexReads {
  Value offsets; ///< [E+1]
  Value rows;    ///< a tensor with R as its first size
  Value slots;   ///< [R]
  Value tokens;  ///< a tensor with T as its size `tokenDim`
  int64_t tokenDim = 0;
  Value weights; ///< [T,K]; null: K is `slotsPerToken`
  int64_t slotsPerToken = 0;
  Value tokenRows; ///< [T,K], with `slots`
};

/// What `op` reads; nothing where it reads no index, or is on memrefs.
IndexReads getIndexReads(Operation *op);

/// Which of them nobody vouches for: not the results of one dispatch, plan or
/// route whose sizes are provably those of what is read with them.
struct IndexDoubts {
  bool offsets = false, slots = false, tokenRows = false;
  bool any() const { return offsets || slots || tokenRows; }
};

IndexDoubts getIndexDoubts(Operation *op, const IndexReads &reads);

/// Of these, what no dispatch, plan or route in sight has made.
IndexDoubts getOutsideDoubts(Operation *op, const IndexReads &reads);

} // namespace mlir::moe

#endif // MOE_LIB_STRUCTURED_INDEXREADS_H
