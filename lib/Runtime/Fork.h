//===- Fork.h - What a child of fork can do -------------------*- C++ -*-===//

#ifndef MOE_LIB_RUNTIME_FORK_H
#define MOE_LIB_RUNTIME_FORK_H

namespace mlir::moe {

/// Whether this process may be a child of `fork` that runs the program of its
/// parent. False where the system says that it is none.
bool mayBeForked();

/// The one thread of a child that was one of its parent, or of a process the
/// first one: all others began in it.
bool isFirstThread();

/// Calls `body(data)` on a thread that began in this process, and waits; the
/// same one each time. Only the first thread may call. False, and nothing is
/// called, where the system has no more threads.
bool callOnOwnThread(void (*body)(void *), void *data);

/// For a child, before anything else: its parent's threads are gone.
void forgetOwnThread();

} // namespace mlir::moe

#endif // MOE_LIB_RUNTIME_FORK_H
