//===- RouterReference.cpp - What the fields of a router mean -------------===//

#include "moe/IR/Moe.h"

using namespace mlir;
using namespace mlir::moe;

Value ScoreAttr::buildReference(OpBuilder &, Location, Value logits, Region *) const { return logits; }
Selection TopKAttr::buildReference(OpBuilder &, Location, const SelectionInputs &) const { return {}; }
Selection GroupTopKAttr::buildReference(OpBuilder &, Location, const SelectionInputs &) const { return {}; }
Selection AllAttr::buildReference(OpBuilder &, Location, const SelectionInputs &) const { return {}; }
Selection ThresholdAttr::buildReference(OpBuilder &, Location, const SelectionInputs &) const { return {}; }
Selection ExpertChoiceAttr::buildReference(OpBuilder &, Location, const SelectionInputs &) const { return {}; }
Selection BatchwiseAttr::buildReference(OpBuilder &, Location, const SelectionInputs &) const { return {}; }
Selection SampleAttr::buildReference(OpBuilder &, Location, const SelectionInputs &) const { return {}; }
Value NormalizeAttr::buildReference(OpBuilder &, Location, Value scores, Value) const { return scores; }
