//===- CHeader.cpp - The C header of an object ----------------------------===//

#include "CInterface.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::moe;

/// A name that may stand in a comment.
static std::string quote(StringRef name) {
  std::string text = "'";
  for (char c : name)
    text += llvm::isPrint(c) && c != '*' && c != '/' ? c : '?';
  return text + "'";
}

/// "'x', [T, 2048] of bf16", "'n', an i64"
static std::string describe(const CInterface &interface, const CValue &value) {
  std::string text = quote(value.info.name) + ": ";
  if (value.info.isScalar)
    return text + getName(value.info.kind).str();
  text += "[";
  for (auto [i, size] : llvm::enumerate(value.sizes)) {
    text += i ? ", " : "";
    if (size == kNoSize)
      text += value.shapeIdentifier + "[" + std::to_string(i) + "]";
    else
      text +=
          size < 0 ? interface.sizes[~size].identifier : std::to_string(size);
  }
  return text + "] of " + getName(value.info.kind).str();
}

namespace {
/// The parameters of a function, one a line, each with a comment or none.
class Parameters {
public:
  explicit Parameters(const CInterface &interface) : interface(interface) {}

  void add(const Twine &declaration, std::string comment = "") {
    lines.emplace_back(declaration.str(), std::move(comment));
  }
  void addSizes(bool CSize::*isOne) {
    for (const CSize &size : interface.sizes)
      if (size.*isOne)
        add("int64_t " + size.identifier, "size " + quote(size.name));
  }
  void addInputs(ArrayRef<CValue> values) {
    for (const CValue &value : values) {
      StringRef type = getCType(value.info.kind);
      add((value.info.isScalar ? type + " " : "const " + type + " *") +
              value.identifier,
          describe(interface, value));
    }
  }
  void addResults() {
    for (const CValue &value : interface.results) {
      StringRef type = getCType(value.info.kind);
      add(type + (value.isOwned ? " **" : " *") + value.identifier,
          describe(interface, value) +
              (value.isOwned ? ", to be freed by free()" : ""));
      if (value.isOwned)
        add("int64_t " + value.shapeIdentifier + "[" +
            Twine(value.sizes.size()) + "]");
    }
  }
  std::string write() const {
    std::string text = "(\n";
    for (auto [i, line] : llvm::enumerate(lines)) {
      text += "    " + line.first + (i + 1 < lines.size() ? "," : ");");
      text += line.second.empty() ? "\n" : " /* " + line.second + " */\n";
    }
    return text;
  }

private:
  const CInterface &interface;
  std::vector<std::pair<std::string, std::string>> lines;
};
} // namespace

static constexpr StringLiteral kIntroduction =
    R"(/* The function {1}, compiled for {2}.

   Tensors are dense and row-major, at any address; f16 and bf16 are their bits.
   Inputs are not written. Functions return MOE_SUCCESS or what was wrong, with
   nothing written to results; {0}_error says more. They may be called by
   several threads at once; each runs on up to `threads` of its own, at most one
   a processor (0: as many as OpenMP has). An object is linked with
   libMoeRuntime.a, libm, and libdl where that is a library of its own; a shared
   library needs no other file. Threads are those of OpenMP (libgomp), where the
   process or the system has it. */
#ifndef MOE_OBJECT_{0}_H
#define MOE_OBJECT_{0}_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {{
#endif

#ifndef MOE_STATUS_DEFINED
#define MOE_STATUS_DEFINED
enum moe_status {{
  MOE_SUCCESS = {3},
  MOE_INVALID_ARGUMENT = {4},      /* a size, a pointer, what is prepared */
  MOE_UNSUPPORTED_PROCESSOR = {5}, /* it lacks instructions of the code */
  MOE_OUT_OF_MEMORY = {6},
  MOE_CHECK_FAILED = {7}           /* one that the program makes */
};
#endif

)";

static constexpr StringLiteral kPrepare =
    R"(/* Parameters as the code reads them. */
typedef struct {0}_prepared {0}_prepared;

/* Prepares parameters for any number of calls; their memory is not needed any
   more afterwards. */
int {0}_prepare{1}
/* Frees what was prepared; NULL is nothing. */
void {0}_release({0}_prepared *prepared);

)";

std::string moe::writeCHeader(const CInterface &interface, StringRef arch) {
  const std::string &name = interface.name;
  std::string text;
  llvm::raw_string_ostream os(text);
  os << llvm::formatv(kIntroduction.data(), name, quote(interface.entry), arch,
                      int(Success), int(InvalidArgument),
                      int(UnsupportedProcessor), int(OutOfMemory),
                      int(CheckFailed));
  Parameters layer(interface);
  if (interface.hasPrepare()) {
    Parameters prepare(interface);
    prepare.addSizes(&CSize::ofParameters);
    prepare.addInputs(interface.parameters);
    prepare.add("unsigned threads");
    prepare.add(name + "_prepared **prepared");
    os << llvm::formatv(kPrepare.data(), name, prepare.write());
    layer.add("const " + name + "_prepared *prepared");
  }
  layer.addSizes(&CSize::ofInputs);
  layer.addInputs(interface.inputs);
  layer.addResults();
  layer.add("unsigned threads");
  os << "int " << name << layer.write() << "\n"
     << "/* What was wrong with the last call of this thread that failed. */\n"
     << "const char *" << name << "_error(void);\n\n"
     << "#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
  return text;
}
