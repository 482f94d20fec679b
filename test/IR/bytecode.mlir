// This file's own version is written and read.
// RUN: moe-opt %s --emit-bytecode -o %t.mlirbc
// RUN: moe-opt %t.mlirbc | FileCheck %s
// CHECK-LABEL: func.func @combine(
// CHECK-SAME:    %{{.*}}: tensor<?x2xf32> {moe.param})
// CHECK:         moe.combine %{{.*}} keep_zeros :
// CHECK:         moe.combine_rows {{.*}} keep_zeros outs(

// What an older version has written is upgraded: a file that was written once
// and is kept, and what this version writes, given the older version.
// RUN: moe-opt %S/Inputs/version-0.1.mlirbc | FileCheck %s --check-prefix=OLD
// RUN: moe-opt %S/Inputs/version-0.1.mlir --mlir-very-unsafe-disable-verifier-on-parsing \
// RUN:   --verify-each=0 --emit-bytecode -o %t.new.mlirbc
// RUN: %python %S/Inputs/set-dialect-version.py moe 0.1 %t.new.mlirbc %t.old.mlirbc
// RUN: moe-opt %t.old.mlirbc | FileCheck %s --check-prefix=OLD
// OLD:         func.func @combine(
// OLD-SAME:      %{{.*}}: tensor<?x16xf32> {moe.name = "y"}, %{{.*}}: tensor<?xi32> {moe.param},
// OLD-SAME:      %{{.*}}: tensor<?x2xf32> {moe.name = "w", moe.param})
// OLD-NOT:     moe.constant

// The twin: the same file that says it is of this version is not upgraded, and
// refused.
// RUN: not moe-opt %t.new.mlirbc 2>&1 | FileCheck %s --check-prefix=SAME
// SAME: error: expects moe.name, moe.dims, moe.param or moe.init as moe attribute of argument {{.*}}, found moe.constant

// A newer version is refused, minor and major alike.
// RUN: %python %S/Inputs/set-dialect-version.py moe 1.2 %t.mlirbc %t.minor.mlirbc
// RUN: not moe-opt %t.minor.mlirbc 2>&1 | FileCheck %s --check-prefix=MINOR
// MINOR: error: expects version 1.1 or older of the moe dialect, found 1.2
// RUN: %python %S/Inputs/set-dialect-version.py moe 9.0 %t.mlirbc %t.major.mlirbc
// RUN: not moe-opt %t.major.mlirbc 2>&1 | FileCheck %s --check-prefix=MAJOR
// MAJOR: error: expects version 1.1 or older of the moe dialect, found 9.0

func.func @combine(%y: tensor<?x16xf32>, %s: tensor<?xi32>, %w: tensor<?x2xf32> {moe.param}) -> tensor<?x16xf32> {
  %0 = moe.combine %y by %s weights(%w) keep_zeros
      : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %0 : tensor<?x16xf32>
}
func.func @rows(%y: tensor<?x16xf32>, %s: tensor<?xi32>, %t: tensor<?x2xi32>, %w: tensor<?x2xf32>,
                %o: tensor<?x16xf32>) -> tensor<?x16xf32> {
  %0 = moe.combine_rows ins(%y, %s, %t : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xi32>)
      weights(%w : tensor<?x2xf32>) keep_zeros outs(%o : tensor<?x16xf32>) -> tensor<?x16xf32>
  return %0 : tensor<?x16xf32>
}
