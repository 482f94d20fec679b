#!/bin/sh
# A tool that crashes on every input, in the function that $FRAME names.
cat > /dev/null
echo "PLEASE submit a bug report" >&2
echo " #0 0x01 llvm::sys::PrintStackTrace() (libLLVM.so)" >&2
echo " #1 0x02 $FRAME (somewhere)" >&2
for i in 2 3 4 5; do echo " #$i 0x03 mlir::Parser::parse() (somewhere)" >&2; done
echo " #6 0x04 mlir::moe::ExpertOp::parse() (somewhere)" >&2
kill -SEGV $$
