//===- Own.td - A dialect with a score that moe does not have -*- tablegen -*-===//

include "moe/IR/MoeOps.td"

def Own_Dialect : Dialect {
  let name = "own";
  let cppNamespace = "::own";
  let dependentDialects = ["::mlir::moe::MoeDialect", "::mlir::math::MathDialect"];
  let useDefaultAttributePrinterParser = 1;
}

def Own_TanhAttr : AttrDef<Own_Dialect, "Tanh", [
    DeclareAttrInterfaceMethods<Moe_ScoreAttrInterface>]> {
  let mnemonic = "tanh";
}
