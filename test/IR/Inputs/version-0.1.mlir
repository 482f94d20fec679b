// version-0.1.mlirbc, as text; version 0.1 spelled moe.param moe.constant:
//   moe-opt version-0.1.mlir --mlir-very-unsafe-disable-verifier-on-parsing \
//     --verify-each=0 --emit-bytecode -o new.mlirbc
//   python3 set-dialect-version.py moe 0.1 new.mlirbc version-0.1.mlirbc
func.func @combine(%y: tensor<?x16xf32> {moe.name = "y"}, %s: tensor<?xi32> {moe.constant},
                   %w: tensor<?x2xf32> {moe.constant, moe.name = "w"}) -> tensor<?x16xf32> {
  %0 = moe.combine %y by %s weights(%w)
      : tensor<?x16xf32>, tensor<?xi32>, tensor<?x2xf32> -> tensor<?x16xf32>
  return %0 : tensor<?x16xf32>
}
