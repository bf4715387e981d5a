#include "io/npy.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "io/atomic_file.h"
#include "ops/shape.h"

namespace ember {

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

struct NpyType {
  DType dtype;
  std::string_view code;  ///< NumPy's kind and size, without the byte order
};
constexpr NpyType kTypes[] = {
    {kBool, "b1"},  {kUInt8, "u1"},   {kInt8, "i1"},    {kInt16, "i2"},   {kInt32, "i4"},
    {kInt64, "i8"}, {kFloat16, "f2"}, {kFloat32, "f4"}, {kFloat64, "f8"},
};

struct NpyHeader {
  DType dtype = kFloat32;
  bool is_big_endian = false, is_column_major = false;
  Shape shape;
};

/// The header is a Python dict with exactly these keys: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
class NpyHeaderParser {
 public:
  NpyHeaderParser(const std::string& path, std::string_view text) : path_(path), text_(text) {}

  NpyHeader parse() const {
    NpyHeader header;
    const std::string_view descr = quoted(value_of("descr"));
    check_file(descr.size() == 3, "has the dtype '", descr, "', which Ember does not know");
    header.is_big_endian = descr[0] == '>';
    header.dtype = find_dtype(descr);
    const std::string_view order = value_of("fortran_order");
    check_file(order.starts_with("True") || order.starts_with("False"),
               "says neither True nor False for fortran_order");
    header.is_column_major = order.starts_with("True");
    header.shape = parse_shape(value_of("shape"));
    return header;
  }

 private:
  template <class... Parts>
  void check_file(bool ok, const Parts&... parts) const {
    check<IoError>(ok, path_, ": ", parts...);
  }

  std::string_view value_of(std::string_view key) const {
    const size_t at = text_.find(concat("'", key, "':"));
    check_file(at != std::string_view::npos, "its header has no ", key);
    std::string_view rest = text_.substr(at + key.size() + 3);
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    return rest;
  }
  std::string_view quoted(std::string_view rest) const {
    const size_t end = rest.empty() || rest[0] != '\'' ? std::string_view::npos : rest.find('\'', 1);
    check_file(end != std::string_view::npos, "its descr is no simple dtype");
    return rest.substr(1, end - 1);
  }
  DType find_dtype(std::string_view descr) const {
    for (const NpyType& type : kTypes)
      if (descr.substr(1) == type.code && std::string_view("<>|=").find(descr[0]) != std::string_view::npos)
        return type.dtype;
    fail<IoError>(path_, ": has the dtype '", descr, "', which Ember does not know");
  }
  Shape parse_shape(std::string_view rest) const {
    const size_t end = rest.empty() || rest[0] != '(' ? std::string_view::npos : rest.find(')');
    check_file(end != std::string_view::npos, "its shape is no tuple");
    Shape shape;
    std::string_view list = rest.substr(1, end - 1);
    while (list.find_first_not_of(", ") != std::string_view::npos) {
      list.remove_prefix(list.find_first_not_of(", "));
      int64_t size = -1;
      const auto [stop, error] = std::from_chars(list.data(), list.data() + list.size(), size);
      check_file(error == std::errc() && size >= 0, "its shape (", rest.substr(1, end - 1), ") is no list of sizes");
      shape.push_back(size);
      list.remove_prefix(static_cast<size_t>(stop - list.data()));
    }
    return shape;
  }

  const std::string& path_;
  std::string_view text_;
};

std::string tuple(const Shape& shape) {
  std::string text = "(";
  for (int64_t size : shape) text += concat(size, ", ");
  if (shape.size() > 1) text.resize(text.size() - 2);
  if (shape.size() == 1) text.pop_back();
  return text + ")";
}

}  // namespace

void save_npy(const Tensor& x, const std::string& path) {
  check<ValueError>(x.defined(), "save_npy: the tensor is undefined");
  const auto type =
      std::find_if(std::begin(kTypes), std::end(kTypes), [&](const NpyType& t) { return t.dtype == x.dtype(); });
  check<TypeError>(type != std::end(kTypes), "save_npy: NumPy has no ", x.dtype());
  const Tensor values = x.detach().cpu().contiguous();
  std::string header = concat("{'descr': '", values.element_size() == 1 ? "|" : "<", type->code,
                              "', 'fortran_order': False, 'shape': ", tuple(values.sizes()), ", }");
  // NumPy pads with spaces and a newline, so that the data starts at a multiple of 64 bytes.
  const size_t prefix = kMagic.size() + 4;
  header.resize((prefix + header.size() + 1 + 63) / 64 * 64 - prefix - 1, ' ');
  header += '\n';
  std::string start(kMagic);
  start += {'\1', '\0', static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};

  io::AtomicFile file(path);
  file.write(start.data(), start.size());
  file.write(header.data(), header.size());
  file.write(values.raw_data(), static_cast<size_t>(values.nbytes()));
  file.commit();
}

Tensor load_npy(const std::string& path) {
  const io::InputFile file(path);
  std::array<char, 12> start{};
  file.read_at(0, start.data(), std::min(file.size(), start.size()));
  check<IoError>(file.size() >= 10 && std::string_view(start.data(), 6) == kMagic, path, ": is no .npy file");
  const int version = start[6];
  check<IoError>(version >= 1 && version <= 3, path, ": has .npy version ", version, " but 1 to 3 are known");
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(start[i])); };
  const size_t prefix = version == 1 ? 10 : 12;
  const size_t length =
      version == 1 ? byte(8) | byte(9) << 8 : byte(8) | byte(9) << 8 | byte(10) << 16 | byte(11) << 24;
  check<IoError>(prefix + length <= file.size(), path, ": is cut short within its header of ", length, " bytes");
  std::string text(length, '\0');
  file.read_at(prefix, text.data(), length);
  NpyHeader header = NpyHeaderParser(path, text).parse();

  int64_t bytes = item_size(header.dtype);
  bool fits = true;
  for (int64_t size : header.shape) fits &= !__builtin_mul_overflow(bytes, size, &bytes);
  const size_t found = file.size() - prefix - length;
  check<IoError>(fits && static_cast<uint64_t>(bytes) == found, path, ": holds ", found, " bytes of data but ",
                 header.dtype, " ", header.shape, " takes ", fits ? concat(bytes) : "more than memory has");
  if (header.is_column_major) std::reverse(header.shape.begin(), header.shape.end());
  Tensor x = empty_tensor(header.shape, header.dtype);
  file.read_at(prefix + length, x.raw_data(), found);
  if (header.is_big_endian) {
    const int64_t width = x.element_size();
    for (char* item = x.raw_data(); item != x.raw_data() + x.nbytes(); item += width) std::reverse(item, item + width);
  }
  if (!header.is_column_major) return x;
  Shape order;
  for (int64_t d = x.dim() - 1; d >= 0; --d) order.push_back(d);
  return x.permute(order);
}

}  // namespace ember
