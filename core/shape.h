// A short list of int64: sizes, strides or dimensions. Six elements live inside the object.
#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ember {

class Shape {
 public:
  Shape() = default;
  /// One element, so that `sum(x, 1)` and `ones(3)` read as they do in Python. No bool: `std(x, true)` is about another argument.
  template <std::integral T>
  requires(!std::same_as<T, bool>) Shape(T only) : size_(1) { inline_[0] = static_cast<int64_t>(only); }
  Shape(std::initializer_list<int64_t> values) { assign(values.begin(), values.size()); }
  Shape(std::span<const int64_t> values) { assign(values.data(), values.size()); }
  Shape(const std::vector<int64_t>& values) { assign(values.data(), values.size()); }
  Shape(const Shape& other) { assign(other.data(), other.size()); }
  Shape(Shape&& other) noexcept { take(other); }
  Shape& operator=(const Shape& other) {
    if (this != &other) {
      clear();
      assign(other.data(), other.size());
    }
    return *this;
  }
  Shape& operator=(Shape&& other) noexcept {
    if (this != &other) {
      clear();
      take(other);
    }
    return *this;
  }
  ~Shape() { clear(); }

  /// `count` copies of `value`.
  static Shape filled(size_t count, int64_t value) {
    Shape s;
    s.resize(count, value);
    return s;
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  int64_t* data() { return on_heap() ? heap_ : inline_; }
  const int64_t* data() const { return on_heap() ? heap_ : inline_; }
  int64_t* begin() { return data(); }
  int64_t* end() { return data() + size_; }
  const int64_t* begin() const { return data(); }
  const int64_t* end() const { return data() + size_; }
  int64_t& operator[](size_t i) { return data()[i]; }
  int64_t operator[](size_t i) const { return data()[i]; }
  int64_t& back() { return data()[size_ - 1]; }
  int64_t back() const { return data()[size_ - 1]; }

  void resize(size_t count, int64_t value = 0);
  void push_back(int64_t value) { resize(size_ + 1, value); }
  void pop_back() { resize(size_ - 1); }
  void insert(size_t at, int64_t value);
  void erase(size_t at);

  /// The product of all elements; 1 when empty.
  int64_t numel() const {
    int64_t n = 1;
    for (int64_t s : *this) n *= s;
    return n;
  }
  /// The same, or nothing when the elements other than 0 multiply beyond int64: products of some of them are taken too.
  std::optional<int64_t> counted() const;
  std::vector<int64_t> vec() const { return {begin(), end()}; }
  bool operator==(const Shape& other) const {
    return size_ == other.size_ && (size_ == 0 || std::memcmp(data(), other.data(), size_ * sizeof(int64_t)) == 0);
  }

 private:
  static constexpr size_t kInline = 6;

  bool on_heap() const { return size_ > kInline; }
  void assign(const int64_t* values, size_t count);
  void take(Shape& other) noexcept;
  void clear() {
    if (on_heap()) delete[] heap_;
    size_ = 0;
  }

  size_t size_ = 0;
  union {
    int64_t inline_[kInline];
    int64_t* heap_;
  };
};

/// "[2, 3]".
std::string to_string(const Shape& shape);

/// The shape that both broadcast to; throws Error naming `op` when there is none.
Shape broadcast_shapes(const Shape& a, const Shape& b, const char* op);

/// `dim` counted from the front; throws IndexError naming `op` unless -rank <= dim < rank (a rank of 0 counts as 1).
int64_t wrap_dim(int64_t dim, int64_t rank, const char* op);

/// Every dim wrapped, in the order given; throws on a repeated one. Empty means all dims.
Shape wrap_dims(const Shape& dims, int64_t rank, const char* op);

/// The strides of a row-major tensor.
Shape contiguous_strides(const Shape& sizes);

/// How many elements of memory a tensor of this geometry spans; none when int64 cannot count them.
std::optional<int64_t> extent(const Shape& sizes, const Shape& strides);

}  // namespace ember
