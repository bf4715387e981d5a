#include "ember/ops/creation/format.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ostream>
#include <vector>

#include "ember/autograd/grad_mode.h"
#include "ember/autograd/meta.h"
#include "ember/core/batching.h"
#include "ember/ops/creation/copy.h"

namespace ember {

namespace {

constexpr int64_t kThreshold = 1000, kEdgeItems = 3, kLineWidth = 80, kPrecision = 4;
constexpr int64_t kMaxDims = 256;  // brackets that are worth printing, and that the stack holds

std::string print(const char* format, double value) {
  char text[512];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

/// The elements that will be shown: all, or the ends of dims that are long.
class Elements {
 public:
  /// `x` is on the CPU and float64, complex128, int64 or bool.
  explicit Elements(const Tensor& x) : x_(x), summarised_(x.numel() > kThreshold) {}

  bool cuts(int64_t dim) const { return summarised_ && x_.sizes()[static_cast<size_t>(dim)] > 2 * kEdgeItems; }
  int64_t size(int64_t dim) const { return x_.sizes()[static_cast<size_t>(dim)]; }
  int64_t stride(int64_t dim) const { return x_.strides()[static_cast<size_t>(dim)]; }
  int64_t dim() const { return x_.dim(); }

  /// Calls visit(offset) for each shown element.
  template <class F>
  void each(F visit, int64_t dim = 0, int64_t offset = 0) const {
    if (dim == x_.dim()) {
      visit(offset);
      return;
    }
    for (int64_t i = 0; i < size(dim); ++i) {
      if (cuts(dim) && i == kEdgeItems) i = size(dim) - kEdgeItems;
      each(visit, dim + 1, offset + i * stride(dim));
    }
  }

 private:
  const Tensor& x_;
  bool summarised_;
};

/// One format for all elements of a real tensor: fixed, scientific or integral, all of one width.
class RealFormat {
 public:
  RealFormat(const Tensor& x, const Elements& elements) : x_(x) {
    if (x.dtype() == kFloat64) {
      choose_notation(elements);
      elements.each([&](int64_t i) {
        const double v = x_.data_ptr<double>()[i];
        if (std::isfinite(v) && v != 0) width_ = std::max(width_, plain(i).size());
      });
    } else {
      elements.each([&](int64_t i) { width_ = std::max(width_, plain(i).size()); });
    }
  }

  std::string operator()(int64_t i) const {
    std::string text = plain(i);
    return text.size() < width_ ? std::string(width_ - text.size(), ' ') + text : text;
  }
  int64_t width() const { return static_cast<int64_t>(width_); }

 private:
  void choose_notation(const Elements& elements) {
    double smallest = INFINITY, largest = 0;
    bool integral = true;
    elements.each([&](int64_t i) {
      const double v = x_.data_ptr<double>()[i];
      if (!std::isfinite(v) || v == 0) return;
      smallest = std::min(smallest, std::abs(v));
      largest = std::max(largest, std::abs(v));
      integral = integral && v == std::ceil(v);
    });
    integral_ = integral;
    if (largest > 0) scientific_ = largest / smallest > 1000 || largest > 1e8 || (!integral && smallest < 1e-4);
  }

  std::string plain(int64_t i) const {
    if (x_.dtype() == kBool) return x_.data_ptr<bool>()[i] ? "True" : "False";
    if (x_.dtype() == kInt64) return std::to_string(x_.data_ptr<int64_t>()[i]);
    const double v = x_.data_ptr<double>()[i];
    if (std::isnan(v)) return "nan";
    if (std::isinf(v)) return v > 0 ? "inf" : "-inf";
    if (scientific_) return print("%.4e", v);
    return integral_ ? print("%.0f", v) + "." : print("%.4f", v);
  }

  Tensor x_;
  size_t width_ = 1;
  bool scientific_ = false, integral_ = true;
};

/// The same for any tensor: the two parts of complex numbers have a format each.
class NumberFormat {
 public:
  explicit NumberFormat(const Tensor& x) {
    const Tensor parts = x.is_complex() ? Tensor(x.alias_real()) : x;
    const int64_t count = x.is_complex() ? 2 : 1;
    for (int64_t i = 0; i < count; ++i) {
      const Tensor part = x.is_complex() ? parts.select(-1, i) : x;
      parts_.emplace_back(part, Elements(part));
    }
  }

  /// The element at this offset of the contiguous tensor.
  std::string operator()(int64_t i) const {
    if (parts_.size() == 1) return parts_[0](i);
    std::string imaginary = parts_[1](2 * i) + "j";
    imaginary.erase(0, imaginary.find_first_not_of(' '));
    return parts_[0](2 * i) + (imaginary[0] == '-' ? "" : "+") + imaginary;
  }
  int64_t width() const { return parts_.size() == 1 ? parts_[0].width() : parts_[0].width() + parts_[1].width() + 1; }

 private:
  std::vector<RealFormat> parts_;
};

std::string join(const std::vector<std::string>& parts, const std::string& between) {
  std::string text;
  for (size_t i = 0; i < parts.size(); ++i) text += (i ? between : "") + parts[i];
  return text;
}

std::string row(const Elements& elements, const NumberFormat& number, int64_t indent, int64_t dim, int64_t offset) {
  std::vector<std::string> items, lines;
  for (int64_t i = 0; i < elements.size(dim); ++i) {
    if (elements.cuts(dim) && i == kEdgeItems) {
      items.push_back(" ...");
      i = elements.size(dim) - kEdgeItems;
    }
    items.push_back(number(offset + i * elements.stride(dim)));
  }
  const auto per_line = static_cast<size_t>(std::max<int64_t>(1, (kLineWidth - indent) / (number.width() + 2)));
  for (size_t i = 0; i < items.size(); i += per_line) {
    auto first = items.begin() + static_cast<std::ptrdiff_t>(i);
    auto last = items.begin() + static_cast<std::ptrdiff_t>(std::min(i + per_line, items.size()));
    lines.push_back(join({first, last}, ", "));
  }
  return "[" + join(lines, ",\n" + std::string(static_cast<size_t>(indent) + 1, ' ')) + "]";
}

std::string block(const Elements& elements, const NumberFormat& number, int64_t indent, int64_t dim, int64_t offset) {
  if (elements.dim() == 0) return number(offset);
  if (dim == elements.dim() - 1) return row(elements, number, indent, dim, offset);
  std::vector<std::string> parts;
  for (int64_t i = 0; i < elements.size(dim); ++i) {
    if (elements.cuts(dim) && i == kEdgeItems) {
      parts.push_back("...");
      i = elements.size(dim) - kEdgeItems;
    }
    parts.push_back(block(elements, number, indent + 1, dim + 1, offset + i * elements.stride(dim)));
  }
  const auto blank_lines = static_cast<size_t>(elements.dim() - dim - 1);
  return "[" + join(parts, "," + std::string(blank_lines, '\n') + std::string(static_cast<size_t>(indent) + 1, ' ')) +
         "]";
}

std::string size_tuple(const Shape& sizes) {
  std::string text = to_string(sizes);
  text.front() = '(';
  text.back() = ')';
  return text;
}

}  // namespace

std::string backward_name(std::string_view op) {
  std::string name;
  bool upper = true;
  for (char c : op) {
    if (c == '_') {
      upper = true;
      continue;
    }
    name += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return name + "Backward";
}

std::string format(const Tensor& x) {
  if (!x.defined()) return "tensor(undefined)";
  if (x.is_batched())
    return concat("Batched(", x.batch_dims().size(), " dims of samples in front of ", x.sizes(), ", ",
                  format(Tensor(with_samples_in_front(x)).detach()), ")");
  static constexpr std::string_view kPrefix = "tensor(";
  const auto indent = static_cast<int64_t>(kPrefix.size());
  std::vector<std::string> suffixes;
  std::string body = "[]";
  if (!x.device().is_cpu()) suffixes.push_back("device='" + to_string(x.device()) + "'");
  const bool dtype_shows = x.dtype() == default_dtype() || x.dtype() == default_complex_dtype() ||
                           (x.numel() > 0 && (x.dtype() == kInt64 || x.dtype() == kBool));
  if (x.numel() == 0) {
    if (x.dim() != 1) suffixes.push_back("size=" + size_tuple(x.sizes()));
  } else if (x.dim() > kMaxDims) {
    body = "...";
    suffixes.push_back("size=" + size_tuple(x.sizes()));
  } else {
    NoGradGuard no_grad;
    const DType shown = x.is_complex()          ? kComplex128
                        : x.is_floating_point() ? kFloat64
                        : x.dtype() == kBool    ? kBool
                                                : kInt64;
    const Tensor values = to(x.detach(), TensorOptions(shown).device(kCPU)).contiguous();
    const Elements elements(values);
    body = block(elements, NumberFormat(values), indent, 0, 0);
  }
  if (!dtype_shows) suffixes.push_back("dtype=ember." + to_string(x.dtype()));
  if (auto node = autograd::grad_fn(x)) {
    suffixes.push_back("grad_fn=<" + backward_name(node->name()) + ">");
  } else if (x.requires_grad()) {
    suffixes.push_back("requires_grad=True");
  }
  std::string text = std::string(kPrefix) + body;
  const size_t newline = text.rfind('\n');
  auto last_line = static_cast<int64_t>(newline == std::string::npos ? text.size() + 2 : text.size() - newline + 1);
  for (const std::string& suffix : suffixes) {
    const auto length = static_cast<int64_t>(suffix.size());
    if (last_line + length + 2 > kLineWidth) {
      text += ",\n" + std::string(static_cast<size_t>(indent), ' ') + suffix;
      last_line = indent + length;
    } else {
      text += ", " + suffix;
      last_line += length + 2;
    }
  }
  return text + ")";
}

std::ostream& operator<<(std::ostream& out, const Tensor& x) { return out << format(x); }

}  // namespace ember
