#!/bin/sh
# A tool that rejects everything without a crash, whatever it is given.
cat > /dev/null
exit 1
