#include "ember/io/npy_header.h"

#include <algorithm>
#include <charconv>

#include "ember/core/error.h"

namespace ember::io {

namespace {

/// What NumPy's arrays have at most.
constexpr size_t kMostDims = 64;

struct NpyType {
  DType dtype;
  std::string_view code;
};
constexpr NpyType kTypes[] = {
    {kBool, "b1"},    {kUInt8, "u1"},   {kInt8, "i1"},    {kInt16, "i2"},     {kInt32, "i4"},       {kInt64, "i8"},
    {kFloat16, "f2"}, {kFloat32, "f4"}, {kFloat64, "f8"}, {kComplex64, "c8"}, {kComplex128, "c16"},
};

class Parser {
 public:
  Parser(std::string_view text, int version, const std::string& path) : rest_(text), version_(version), path_(path) {}

  NpyHeader parse() {
    expect('{', "is no dict");
    while (!take('}')) {
      read_entry();
      if (take(',')) continue;
      expect('}', "has an entry that is followed by neither a comma nor a brace");
      break;
    }
    skip_space();
    check_header(rest_.empty(), "has something behind its dict");
    check_header(has_descr_, "has no descr");
    check_header(has_order_, "has no fortran_order");
    check_header(has_shape_, "has no shape");
    return header_;
  }

 private:
  template <class... Parts>
  void check_header(bool ok, const Parts&... parts) const {
    check<IoError>(ok, path_, ": its header ", parts...);
  }

  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n\r\f"), rest_.size())); }
  bool take(char c) {
    skip_space();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c, const char* complaint) { check_header(take(c), complaint); }

  void read_entry() {
    const std::string_view key = quoted("has a key that is no string");
    expect(':', "has a key without a value");
    if (key == "descr")
      once(has_descr_, key), read_descr();
    else if (key == "fortran_order")
      once(has_order_, key), read_order();
    else if (key == "shape")
      once(has_shape_, key), read_shape();
    else
      check_header(false, "has the key '", key, "', which is none of descr, fortran_order and shape");
  }
  void once(bool& has, std::string_view key) const {
    check_header(!has, "names ", key, " twice");
    has = true;
  }

  std::string_view quoted(const char* complaint) {
    skip_space();
    const char quote = rest_.empty() ? ' ' : rest_[0];
    check_header(quote == '\'' || quote == '"', complaint);
    const size_t end = rest_.find(quote, 1);
    check_header(end != std::string_view::npos, complaint);
    const std::string_view text = rest_.substr(1, end - 1);
    check_header(text.find_first_of("\\\n") == std::string_view::npos, complaint);
    rest_.remove_prefix(end + 1);
    return text;
  }

  void read_descr() {
    const std::string_view descr = quoted("has a descr that is no simple dtype");
    for (const NpyType& type : kTypes) {
      const bool has_order =
          descr.size() == type.code.size() + 1 && std::string_view("<>|=").find(descr[0]) != std::string_view::npos;
      if ((has_order ? descr.substr(1) : descr) != type.code) continue;
      header_.dtype = type.dtype;
      header_.is_big_endian = descr[0] == '>';
      return;
    }
    fail<IoError>(path_, ": has the dtype '", descr, "', which Ember does not know");
  }

  void read_order() {
    skip_space();
    for (const std::string_view word : {"True", "False"}) {
      if (!rest_.starts_with(word)) continue;
      header_.is_column_major = word == "True";
      rest_.remove_prefix(word.size());
      return;  // what goes on behind the word is no comma
    }
    check_header(false, "says neither True nor False for fortran_order");
  }

  void read_shape() {
    const char* complaint = "has a shape that is no tuple of sizes";
    expect('(', complaint);
    bool has_comma = true;
    while (!take(')')) {
      check_header(has_comma, complaint);
      header_.shape.push_back(size(complaint));
      check_header(header_.shape.size() <= kMostDims, "has a shape of more than the ", kMostDims,
                   " dims of NumPy's arrays");
      has_comma = take(',');
    }
    // (3) is a number in parentheses.
    check_header(header_.shape.size() != 1 || has_comma, complaint);
  }
  int64_t size(const char* complaint) {
    skip_space();
    int64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    const auto digits = static_cast<size_t>(end - rest_.data());
    check_header(error != std::errc::result_out_of_range, "has a shape with a size beyond int64");
    check_header(error == std::errc() && value >= 0 && rest_[0] != '-' && (digits == 1 || rest_[0] != '0'), complaint);
    rest_.remove_prefix(digits);
    if (version_ < 3 && rest_.starts_with('L')) rest_.remove_prefix(1);
    return value;
  }

  std::string_view rest_;
  int version_;
  const std::string& path_;
  NpyHeader header_;
  bool has_descr_ = false, has_order_ = false, has_shape_ = false;
};

}  // namespace

std::string_view npy_code(DType dtype) {
  for (const NpyType& type : kTypes)
    if (type.dtype == dtype) return type.code;
  return {};
}

NpyHeader parse_npy_header(std::string_view text, int version, const std::string& path) {
  return Parser(text, version, path).parse();
}

}  // namespace ember::io
