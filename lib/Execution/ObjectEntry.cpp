//===- ObjectEntry.cpp - The C functions of an object ---------------------===//
//
// Each puts its arguments into arrays and calls the runtime, which checks them
// and calls the code of the program by the table of moe/Runtime/Object.h.
//
//===----------------------------------------------------------------------===//

#include "ObjectEntry.h"

#include "moe/Target/Target.h"

#include "llvm/IR/IRBuilder.h"

using namespace mlir;
using namespace mlir::moe;

namespace {
class EntryBuilder {
public:
  EntryBuilder(llvm::Module &module, const CInterface &interface,
               const Lowered &lowered)
      : module(module), interface(interface), lowered(lowered),
        b(module.getContext()), pointer(b.getPtrTy()), i64(b.getInt64Ty()) {}

  void build();

private:
  // Constants.
  llvm::Constant *text(StringRef text);
  llvm::Constant *number(int64_t value) {
    return llvm::ConstantInt::getSigned(i64, value);
  }
  llvm::Constant *structure(ArrayRef<llvm::Constant *> fields) {
    return llvm::ConstantStruct::getAnon(module.getContext(), fields);
  }
  /// Its address; null without elements.
  llvm::Constant *array(ArrayRef<llvm::Constant *> elements);
  llvm::Constant *value(const ValueInfo &info, ArrayRef<int64_t> sizes);
  llvm::Constant *values(ArrayRef<CValue> values);
  llvm::Constant *function(const Lowered::Call &call, StringRef symbol,
                           ArrayRef<ObjectSource> sources,
                           llvm::Constant *results);
  llvm::Constant *prepareFunction();
  llvm::Constant *layerFunction();
  llvm::Constant *program();

  // Functions.
  llvm::Function *wrap(const Lowered::Call &call, StringRef symbol);
  llvm::Function *start(const Twine &name, llvm::Type *result,
                        ArrayRef<llvm::Type *> arguments);
  llvm::CallInst *callRuntime(StringRef name, llvm::Type *result,
                              ArrayRef<llvm::Value *> arguments);
  void addSizeTypes(bool CSize::*isOne, SmallVector<llvm::Type *> &types) {
    for (const CSize &size : interface.sizes)
      if (size.*isOne)
        types.push_back(i64);
  }
  void addInputTypes(ArrayRef<CValue> values,
                     SmallVector<llvm::Type *> &types) {
    for (const CValue &value : values)
      types.push_back(value.info.isScalar ? getScalarType(value.info.kind)
                                          : pointer);
  }
  llvm::Type *getScalarType(ElementKind kind);
  /// Says how small integers are passed.
  void extendArguments(llvm::Function *function, unsigned first,
                       ArrayRef<CValue> values);
  llvm::Value *storeArray(ArrayRef<llvm::Value *> elements, llvm::Type *type);
  llvm::Value *storeSizes(bool CSize::*isOne, llvm::Function::arg_iterator &at);
  llvm::Value *storeInputs(ArrayRef<CValue> values,
                           llvm::Function::arg_iterator &at);
  void buildPrepare();
  void buildRelease();
  void buildLayer();
  void buildError();

  llvm::Module &module;
  const CInterface &interface;
  const Lowered &lowered;
  llvm::IRBuilder<> b;
  llvm::PointerType *pointer;
  llvm::IntegerType *i64;
  llvm::Constant *table = nullptr;
};
} // namespace

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

llvm::Constant *EntryBuilder::text(StringRef text) {
  return b.CreateGlobalString(text, "moe.text", 0, &module);
}

llvm::Constant *EntryBuilder::array(ArrayRef<llvm::Constant *> elements) {
  if (elements.empty())
    return llvm::ConstantPointerNull::get(pointer);
  auto *type = llvm::ArrayType::get(elements[0]->getType(), elements.size());
  return new llvm::GlobalVariable(
      module, type, /*isConstant=*/true, llvm::GlobalValue::PrivateLinkage,
      llvm::ConstantArray::get(type, elements), "moe.table");
}

llvm::Constant *EntryBuilder::value(const ValueInfo &info,
                                    ArrayRef<int64_t> sizes) {
  SmallVector<llvm::Constant *> numbers;
  for (int64_t size : sizes)
    numbers.push_back(number(size));
  return structure({text(info.name), array(numbers), number(sizes.size()),
                    number(getByteWidth(info.kind)), number(info.isScalar)});
}

llvm::Constant *EntryBuilder::values(ArrayRef<CValue> values) {
  SmallVector<llvm::Constant *> elements;
  for (const CValue &each : values)
    elements.push_back(value(each.info, each.sizes));
  return array(elements);
}

llvm::Constant *EntryBuilder::function(const Lowered::Call &call,
                                       StringRef symbol,
                                       ArrayRef<ObjectSource> sources,
                                       llvm::Constant *results) {
  SmallVector<llvm::Constant *> arguments;
  for (const ObjectSource &source : sources)
    arguments.push_back(
        structure({number(source.kind), number(source.number)}));
  return structure({wrap(call, symbol), number(arguments.size()),
                    array(arguments), number(call.results.size()), results});
}

llvm::Constant *EntryBuilder::prepareFunction() {
  auto *null = llvm::ConstantPointerNull::get(pointer);
  if (!lowered.prepare)
    return structure({null, number(0), null, number(0), null});
  SmallVector<ObjectSource> sources;
  for (int64_t i : lowered.prepare->parameters)
    sources.push_back(interface.arguments[i]);
  SmallVector<llvm::Constant *> results;
  for (const ValueInfo &info : lowered.prepare->call.results)
    results.push_back(
        value(info, SmallVector<int64_t>(info.shape.size(), kNoSize)));
  return function(lowered.prepare->call, lowered.prepare->name, sources,
                  array(results));
}

llvm::Constant *EntryBuilder::layerFunction() {
  SmallVector<ObjectSource> sources(interface.arguments.begin(),
                                    interface.arguments.end());
  if (lowered.prepare) {
    sources.clear();
    for (int64_t i : lowered.prepare->kept)
      sources.push_back(interface.arguments[i]);
    int64_t numPacked = lowered.prepare->call.results.size();
    for (int64_t i = 0; i < numPacked; ++i)
      sources.push_back({ObjectSource::Packed, i});
  }
  return function(lowered.layer, lowered.symbol, sources,
                  values(interface.results));
}

/// The fields of ObjectProgram, in order.
llvm::Constant *EntryBuilder::program() {
  auto *null = llvm::ConstantPointerNull::get(pointer);
  SmallVector<llvm::Constant *> features, sizeNames, checks;
  for (const std::string &feature : getNeededFeatures(lowered.arch))
    features.push_back(text(feature));
  features.push_back(null);
  for (const CSize &size : interface.sizes)
    sizeNames.push_back(text(size.name));
  for (const Lowered::Site &site : lowered.sites)
    checks.push_back(
        structure({text(site.location + ": error: " + site.message),
                   site.relation ? text(*site.relation) : null}));
  auto *isSupported = new llvm::GlobalVariable(
      module, b.getInt32Ty(), /*isConstant=*/false,
      llvm::GlobalValue::PrivateLinkage, b.getInt32(0), "moe.supported");
  return array({structure(
      {number(kObjectVersion), text(interface.name), text(lowered.arch),
       array(features), isSupported, number(sizeNames.size()), array(sizeNames),
       number(interface.parameters.size()), values(interface.parameters),
       number(interface.inputs.size()), values(interface.inputs),
       prepareFunction(), layerFunction(), number(checks.size()),
       array(checks)})});
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

/// `symbol`, called by one array: see ObjectFunction.
llvm::Function *EntryBuilder::wrap(const Lowered::Call &call,
                                   StringRef symbol) {
  llvm::Function *callee = module.getFunction(("_mlir_ciface_" + symbol).str());
  assert(callee && "expects the C interface of the function");
  auto *wrapper = llvm::Function::Create(
      llvm::FunctionType::get(b.getVoidTy(), {pointer}, false),
      llvm::GlobalValue::InternalLinkage, "moe.call." + symbol, module);
  b.SetInsertPoint(llvm::BasicBlock::Create(module.getContext(), "", wrapper));
  auto load = [&](unsigned i) {
    return b.CreateLoad(
        pointer, b.CreateConstInBoundsGEP1_64(pointer, wrapper->getArg(0), i));
  };
  bool isReturned = call.results.size() == 1 && call.results[0].isScalar;
  SmallVector<llvm::Value *> arguments;
  if (!call.results.empty() && !isReturned)
    arguments.push_back(load(0));
  for (auto [i, info] : llvm::enumerate(call.arguments)) {
    llvm::Value *at = load(1 + i);
    if (info.isScalar)
      at = b.CreateLoad(callee->getArg(arguments.size())->getType(), at);
    arguments.push_back(at);
  }
  llvm::Value *result = b.CreateCall(callee, arguments);
  if (isReturned)
    b.CreateStore(result, load(0));
  b.CreateRetVoid();
  return wrapper;
}

llvm::Type *EntryBuilder::getScalarType(ElementKind kind) {
  switch (kind) {
  case ElementKind::F16:
  case ElementKind::BF16:
    return b.getInt16Ty();
  case ElementKind::F32:
    return b.getFloatTy();
  case ElementKind::F64:
    return b.getDoubleTy();
  case ElementKind::I1:
    return b.getInt1Ty();
  case ElementKind::I8:
    return b.getInt8Ty();
  case ElementKind::I32:
    return b.getInt32Ty();
  case ElementKind::I64:
    return i64;
  }
  llvm_unreachable("every kind is handled");
}

void EntryBuilder::extendArguments(llvm::Function *function, unsigned first,
                                   ArrayRef<CValue> values) {
  for (auto [i, value] : llvm::enumerate(values)) {
    auto *type = llvm::dyn_cast<llvm::IntegerType>(
        function->getArg(first + i)->getType());
    if (type && type->getBitWidth() < 32)
      function->addParamAttr(first + i, value.info.kind == ElementKind::I8
                                            ? llvm::Attribute::SExt
                                            : llvm::Attribute::ZExt);
  }
}

llvm::Function *EntryBuilder::start(const Twine &name, llvm::Type *result,
                                    ArrayRef<llvm::Type *> arguments) {
  auto *function =
      llvm::Function::Create(llvm::FunctionType::get(result, arguments, false),
                             llvm::GlobalValue::ExternalLinkage, name, module);
  b.SetInsertPoint(llvm::BasicBlock::Create(module.getContext(), "", function));
  return function;
}

llvm::CallInst *EntryBuilder::callRuntime(StringRef name, llvm::Type *result,
                                          ArrayRef<llvm::Value *> arguments) {
  SmallVector<llvm::Type *> types;
  for (llvm::Value *argument : arguments)
    types.push_back(argument->getType());
  return b.CreateCall(module.getOrInsertFunction(
                          name, llvm::FunctionType::get(result, types, false)),
                      arguments);
}

llvm::Value *EntryBuilder::storeArray(ArrayRef<llvm::Value *> elements,
                                      llvm::Type *type) {
  llvm::Value *array =
      b.CreateAlloca(llvm::ArrayType::get(type, elements.size() + 1));
  for (auto [i, element] : llvm::enumerate(elements))
    b.CreateStore(element, b.CreateConstInBoundsGEP1_64(type, array, i));
  return array;
}

llvm::Value *EntryBuilder::storeSizes(bool CSize::*isOne,
                                      llvm::Function::arg_iterator &at) {
  SmallVector<llvm::Value *> sizes;
  for (const CSize &size : interface.sizes)
    sizes.push_back(size.*isOne ? llvm::cast<llvm::Value>(&*at++)
                                : number(kNoSize));
  return storeArray(sizes, i64);
}

llvm::Value *EntryBuilder::storeInputs(ArrayRef<CValue> values,
                                       llvm::Function::arg_iterator &at) {
  SmallVector<llvm::Value *> inputs;
  for (const CValue &value : values) {
    llvm::Value *input = &*at++;
    if (value.info.isScalar) {
      llvm::Value *place = b.CreateAlloca(input->getType());
      b.CreateStore(input, place);
      input = place;
    }
    inputs.push_back(input);
  }
  return storeArray(inputs, pointer);
}

void EntryBuilder::buildPrepare() {
  SmallVector<llvm::Type *> types;
  addSizeTypes(&CSize::ofParameters, types);
  unsigned first = types.size();
  addInputTypes(interface.parameters, types);
  types.push_back(b.getInt32Ty());
  types.push_back(pointer);
  llvm::Function *function =
      start(interface.name + "_prepare", b.getInt32Ty(), types);
  extendArguments(function, first, interface.parameters);
  auto at = function->arg_begin();
  llvm::Value *sizes = storeSizes(&CSize::ofParameters, at);
  llvm::Value *parameters = storeInputs(interface.parameters, at);
  llvm::Value *threads = &*at++, *prepared = &*at++;
  b.CreateRet(callRuntime("moePrepareObject", b.getInt32Ty(),
                          {table, sizes, parameters, threads, prepared}));
}

void EntryBuilder::buildRelease() {
  llvm::Function *function =
      start(interface.name + "_release", b.getVoidTy(), {pointer});
  callRuntime("moeReleaseObject", b.getVoidTy(), {function->getArg(0)});
  b.CreateRetVoid();
}

void EntryBuilder::buildLayer() {
  SmallVector<llvm::Type *> types;
  if (interface.hasPrepare())
    types.push_back(pointer);
  addSizeTypes(&CSize::ofInputs, types);
  unsigned first = types.size();
  addInputTypes(interface.inputs, types);
  for (const CValue &value : interface.results)
    types.append(value.isOwned ? 2 : 1, pointer);
  types.push_back(b.getInt32Ty());
  llvm::Function *function = start(interface.name, b.getInt32Ty(), types);
  extendArguments(function, first, interface.inputs);
  auto at = function->arg_begin();
  llvm::Value *null = llvm::ConstantPointerNull::get(pointer);
  llvm::Value *prepared = interface.hasPrepare() ? &*at++ : null;
  llvm::Value *sizes = storeSizes(&CSize::ofInputs, at);
  llvm::Value *inputs = storeInputs(interface.inputs, at);
  SmallVector<llvm::Value *> results, shapes;
  for (const CValue &value : interface.results) {
    results.push_back(&*at++);
    shapes.push_back(value.isOwned ? &*at++ : null);
  }
  llvm::Value *resultArray = storeArray(results, pointer);
  llvm::Value *shapeArray = storeArray(shapes, pointer);
  llvm::Value *threads = &*at++;
  b.CreateRet(callRuntime(
      "moeCallObject", b.getInt32Ty(),
      {table, prepared, sizes, inputs, resultArray, shapeArray, threads}));
}

void EntryBuilder::buildError() {
  start(interface.name + "_error", pointer, {});
  b.CreateRet(callRuntime("moeObjectError", pointer, {}));
}

void EntryBuilder::build() {
  table = program();
  buildLayer();
  buildError();
  if (!interface.hasPrepare())
    return;
  buildPrepare();
  buildRelease();
}

llvm::Error moe::addObjectEntry(llvm::Module &module,
                                const CInterface &interface,
                                const Lowered &lowered) {
  for (StringRef suffix : {"", "_prepare", "_release", "_error"}) {
    std::string name = interface.name + suffix.str();
    if (module.getNamedValue(name))
      return llvm::createStringError(
          "expects a C name that the program has no use for, found '" + name +
          "'");
  }
  EntryBuilder(module, interface, lowered).build();
  return llvm::Error::success();
}
