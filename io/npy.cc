#include "ember/io/npy.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "ember/core/function_ref.h"
#include "ember/io/atomic_file.h"
#include "ember/io/json.h"
#include "ember/io/npy_header.h"
#include "ember/io/stored_tensor.h"
#include "ember/io/zip_file.h"

namespace ember {

namespace {

constexpr std::string_view kNpy = ".npy", kMagic = "\x93NUMPY";

/// NumPy refuses longer ones, which are no arrays of numbers.
constexpr size_t kLongestHeader = 10000;

std::string tuple(const Shape& shape) {
  std::string text = "(";
  for (int64_t size : shape) text += concat(size, ", ");
  if (shape.size() > 1) text.resize(text.size() - 2);
  if (shape.size() == 1) text.pop_back();
  return text + ")";
}

/// Row-major elements, and what a file says before them.
struct Npy {
  Tensor values;
  std::string start;
};

Npy to_npy(const char* op, const Tensor& x) {
  check<ValueError>(x.defined(), op, ": the tensor is undefined");
  const std::string_view code = io::npy_code(x.dtype());
  check<TypeError>(!code.empty(), op, ": NumPy has no ", x.dtype());
  check<ValueError>(x.dim() <= 64, op, ": NumPy's arrays have at most 64 dims, this tensor has ", x.dim());
  const Tensor values = x.detach().cpu().contiguous();
  std::string header = concat("{'descr': '", values.element_size() == 1 ? "|" : "<", code,
                              "', 'fortran_order': False, 'shape': ", tuple(values.sizes()), ", }");
  // NumPy pads with spaces and a newline, so that the data starts at a multiple of 64 bytes.
  const size_t prefix = kMagic.size() + 4;
  header.resize((prefix + header.size() + 1 + 63) / 64 * 64 - prefix - 1, ' ');
  header += '\n';
  std::string start(kMagic);
  start += {'\1', '\0', static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  return {values, start + header};
}

/// Reads some of the bytes of an array from a place on.
using ReadAt = FunctionRef<void(size_t offset, void* to, size_t bytes)>;

/// The array in `size` bytes; `what` begins the messages.
Tensor read_npy(size_t size, ReadAt read_at, const std::string& what) {
  std::array<char, 12> start{};
  read_at(0, start.data(), std::min(size, start.size()));
  check<IoError>(size >= 10 && std::string_view(start.data(), 6) == kMagic, what, ": is no .npy file");
  const int version = start[6], minor = start[7];
  check<IoError>(version >= 1 && version <= 3 && minor == 0, what, ": has .npy version ", version, ".", minor,
                 " but 1.0 to 3.0 are known");
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(start[i])); };
  const size_t prefix = version == 1 ? 10 : 12;
  const size_t length =
      version == 1 ? byte(8) | byte(9) << 8 : byte(8) | byte(9) << 8 | byte(10) << 16 | byte(11) << 24;
  check<IoError>(prefix + length <= size, what, ": is cut short within its header of ", length, " bytes");
  check<IoError>(length <= kLongestHeader, what, ": has a header of ", length, " bytes, more than the ", kLongestHeader,
                 " that an array of numbers takes");
  std::string text(length, '\0');
  read_at(prefix, text.data(), length);
  io::NpyHeader header = io::parse_npy_header(text, version, what);

  int64_t bytes = item_size(header.dtype);
  bool fits = true;
  bool is_empty = false;
  for (int64_t size : header.shape) {
    is_empty |= size == 0;
    fits &= !__builtin_mul_overflow(bytes, std::max<int64_t>(size, 1), &bytes);
  }
  if (is_empty && fits) bytes = 0;
  const size_t found = size - prefix - length;
  check<IoError>(fits && static_cast<uint64_t>(bytes) == found, what, ": holds ", found, " bytes of data but ",
                 header.dtype, " ", header.shape, " takes ", fits ? concat(bytes) : "more than memory has");
  if (header.is_column_major) std::reverse(header.shape.begin(), header.shape.end());
  Tensor x = empty_tensor(header.shape, header.dtype);
  read_at(prefix + length, x.raw_data(), found);
  if (header.is_big_endian) {
    const int64_t width = x.element_size() / (x.is_complex() ? 2 : 1);
    for (char* item = x.raw_data(); item != x.raw_data() + x.nbytes(); item += width) std::reverse(item, item + width);
  }
  if (header.dtype == kBool) io::check_bools(what + ":", x.raw_data(), found);
  if (!header.is_column_major) return x;
  Shape order;
  for (int64_t d = x.dim() - 1; d >= 0; --d) order.push_back(d);
  return x.permute(order);
}

}  // namespace

void save_npy(const Tensor& x, const std::string& path) {
  const Npy npy = to_npy("save_npy", x);
  io::AtomicFile file(path);
  file.write(npy.start.data(), npy.start.size());
  file.write(npy.values.raw_data(), static_cast<size_t>(npy.values.nbytes()));
  file.commit();
}

Tensor load_npy(const std::string& path) {
  const io::InputFile file(path);
  return read_npy(
      file.size(), [&](size_t offset, void* to, size_t bytes) { file.read_at(offset, to, bytes); }, path);
}

void save_npz(const OrderedDict<Tensor>& tensors, const std::string& path) {
  io::AtomicFile file(path);
  io::ZipWriter zip(file);
  for (const auto& [name, x] : tensors) {
    check<ValueError>(name.size() < 60000, "save_npz: a name of ", name.size(), " bytes is too long for a zip file");
    Npy npy = to_npy("save_npz", x);
    npy.start.append(npy.values.raw_data(), static_cast<size_t>(npy.values.nbytes()));
    zip.add(name + ".npy", npy.start.data(), npy.start.size());
  }
  zip.finish();
  file.commit();
}

OrderedDict<Tensor> load_npz(const std::string& path) {
  const io::InputFile file(path);
  const io::ZipReader zip(file);
  OrderedDict<Tensor> tensors;
  for (const auto& [record, place] : zip.records()) {
    const std::string name = record.ends_with(kNpy) ? record.substr(0, record.size() - kNpy.size()) : record;
    const std::string what = concat(path, ": its array '", name, "'");
    check<IoError>(io::is_utf8(name), what, " has a name that is no UTF-8");
    const std::string bytes = zip.read(record);
    const auto copy = [&](size_t offset, void* to, size_t count) {
      check<IoError>(offset <= bytes.size() && count <= bytes.size() - offset, what, " is cut short");
      std::memcpy(to, bytes.data() + offset, count);
    };
    tensors.insert(name, read_npy(bytes.size(), copy, what));
  }
  return tensors;
}

}  // namespace ember
