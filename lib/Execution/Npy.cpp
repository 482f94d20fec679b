//===- Npy.cpp - .npy files -----------------------------------------------===//
//
// Format: magic "\x93NUMPY", version, header length, a Python dictionary with
// descr, fortran_order and shape, then the elements.
//
//===----------------------------------------------------------------------===//

#include "moe/Execution/Array.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <cstring>

using namespace mlir;
using namespace mlir::moe;

static constexpr llvm::StringLiteral kMagic("\x93NUMPY");

static llvm::Error fail(StringRef path, const Twine &message) {
  return llvm::createStringError(path + ": " + message);
}

/// numpy's name of each element kind; bf16, which numpy lacks, is two bytes
/// without a type.
static StringRef getDescr(ElementKind kind) {
  static constexpr llvm::StringLiteral names[] = {"<f2", "<V2", "<f4", "<f8",
                                                  "|b1", "|i1", "<i4", "<i8"};
  return names[static_cast<unsigned>(kind)];
}

static std::optional<ElementKind> parseDescr(StringRef descr) {
  for (unsigned i = 0; i <= static_cast<unsigned>(ElementKind::I64); ++i) {
    StringRef name = getDescr(static_cast<ElementKind>(i));
    // One-byte elements have no byte order, and "|V2" is how numpy itself
    // writes two plain bytes.
    if (descr == name ||
        (descr.size() == 3 && descr.drop_front() == name.drop_front() &&
         (descr[0] == '|' || (descr[0] == '<' && name[0] == '|')) &&
         (name[2] == '1' || name[1] == 'V')))
      return static_cast<ElementKind>(i);
  }
  return std::nullopt;
}

/// The text of the value of `key` in the header's dictionary, up to `end`.
static std::optional<StringRef> findValue(StringRef header, StringRef key,
                                          char end) {
  size_t at = header.find(("'" + key + "'").str());
  if (at == StringRef::npos)
    return std::nullopt;
  StringRef rest = header.drop_front(at + key.size() + 2).ltrim();
  if (!rest.consume_front(":"))
    return std::nullopt;
  size_t stop = rest.find(end);
  if (stop == StringRef::npos)
    return std::nullopt;
  return rest.take_front(stop).trim();
}

/// The type of the elements as the header says it; one with fields is a list.
static std::optional<StringRef> findDescr(StringRef header) {
  auto text = findValue(header, "descr", ',');
  if (!text || !text->starts_with("["))
    return text;
  auto fields = findValue(header, "descr", ']');
  if (!fields)
    return text;
  return StringRef(fields->data(), fields->size() + 1);
}

/// Copies elements whose first index runs fastest.
static void copyFromColumnMajor(Array &array, const char *data) {
  ArrayRef<int64_t> shape = array.getShape();
  size_t width = getByteWidth(array.getKind());
  char *to = static_cast<char *>(array.data());
  SmallVector<int64_t> index(shape.size(), 0);
  for (int64_t i = 0, e = array.getNumElements(); i < e; ++i) {
    int64_t at = 0;
    for (size_t dim = 0; dim < shape.size(); ++dim)
      at = at * shape[dim] + index[dim];
    std::memcpy(to + at * width, data + i * width, width);
    for (size_t dim = 0; dim < shape.size() && ++index[dim] == shape[dim];
         ++dim)
      index[dim] = 0;
  }
}

llvm::Expected<Array> moe::readNpy(StringRef path) {
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                          /*RequiresNullTerminator=*/false);
  if (!file)
    return fail(path, file.getError().message());
  StringRef bytes = (*file)->getBuffer();
  if (!bytes.starts_with(kMagic) || bytes.size() < 12)
    return fail(path, "expects a .npy file, found no numpy header");
  unsigned version = static_cast<unsigned char>(bytes[6]);
  if (version < 1 || version > 3)
    return fail(path, "expects .npy version 1 to 3, found " + Twine(version));
  size_t start = version == 1 ? 10 : 12;
  size_t length = version == 1
                      ? llvm::support::endian::read16le(bytes.data() + 8)
                      : llvm::support::endian::read32le(bytes.data() + 8);
  if (length > bytes.size() - start)
    return fail(path, "expects a header of " + Twine(length) +
                          " bytes, found a shorter file");
  StringRef header = bytes.substr(start, length);

  std::optional<StringRef> descr = findDescr(header);
  std::optional<StringRef> order = findValue(header, "fortran_order", ',');
  std::optional<StringRef> tuple = findValue(header, "shape", ')');
  if (!descr || !order || !tuple || !tuple->consume_front("("))
    return fail(path, "expects descr, fortran_order and shape in its header");
  std::optional<ElementKind> kind = parseDescr(descr->trim("'"));
  if (!kind)
    return fail(path, "expects elements of type <f2, <f4, <f8, <i4, <i8, |i1, "
                      "|b1 or <V2 (bf16), found " +
                          *descr);
  if (*order != "False" && *order != "True")
    return fail(path, "expects fortran_order True or False, found " + *order);
  SmallVector<int64_t> shape;
  SmallVector<StringRef> parts;
  tuple->split(parts, ',', -1, /*KeepEmpty=*/false);
  for (StringRef part : parts) {
    int64_t size;
    if (part.trim().empty())
      continue;
    if (part.trim().getAsInteger(10, size) || size < 0)
      return fail(path, "expects sizes in its shape, found '" + part + "'");
    shape.push_back(size);
  }
  llvm::Expected<uint64_t> wanted = countBytes(*kind, shape);
  if (!wanted)
    return fail(path, llvm::toString(wanted.takeError()));
  StringRef data = bytes.drop_front(start + length);
  if (data.size() != *wanted)
    return fail(path, "expects " + Twine(*wanted) + " bytes of elements for " +
                          "shape " + formatShape(shape) + ", found " +
                          Twine(data.size()));
  llvm::Expected<Array> array = Array::allocate(*kind, shape);
  if (!array)
    return fail(path, llvm::toString(array.takeError()));
  if (*order == "True")
    copyFromColumnMajor(*array, data.data());
  else
    std::memcpy(array->data(), data.data(), data.size());
  // Compiled code takes a truth value to be 0 or 1.
  if (*kind == ElementKind::I1)
    for (char &value :
         MutableArrayRef<char>(static_cast<char *>(array->data()), data.size()))
      value = value != 0;
  return array;
}

llvm::Error moe::writeNpy(StringRef path, const Array &array) {
  std::string shape;
  for (int64_t size : array.getShape())
    shape += llvm::itostr(size) + ",";
  if (array.getShape().size() > 1)
    shape.pop_back();
  std::string header =
      ("{'descr': '" + getDescr(array.getKind()) +
       "', 'fortran_order': False, 'shape': (" + shape + "), }")
          .str();
  // Elements start at a multiple of 64 bytes.
  size_t whole = llvm::alignTo(10 + header.size() + 1, 64) - 10;
  header.resize(whole - 1, ' ');
  header.push_back('\n');
  // In place: `path` may be a device or a pipe.
  std::error_code code;
  llvm::raw_fd_ostream os(path, code);
  if (code)
    return llvm::createStringError(path + ": " + code.message());
  os << kMagic << '\x01' << '\0' << static_cast<char>(whole & 0xff)
     << static_cast<char>(whole >> 8) << header;
  os.write(static_cast<const char *>(array.data()), array.getNumBytes());
  os.flush();
  code = os.error();
  os.clear_error();
  return code ? llvm::createStringError(path + ": " + code.message())
              : llvm::Error::success();
}
