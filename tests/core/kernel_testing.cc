#include "tests/core/kernel_testing.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "ember/core/elementwise.h"

namespace ember::testing {

void for_each_isa(const std::function<void()>& body) {
  const std::pair<cpu::Isa, const char*> sets[] = {
      {cpu::Isa::SSE2, "sse2"}, {cpu::Isa::AVX2, "avx2"}, {cpu::Isa::AVX512, "avx512"}};
  for (auto [isa, name] : sets) {
    if (!cpu::is_supported(isa)) continue;
    SCOPED_TRACE(name);
    cpu::use(isa);
    body();
  }
  cpu::use({});
}

Tensor make_empty(const Shape& sizes, DType dtype, Layout layout) {
  Shape strides = contiguous_strides(sizes);
  if (layout == Layout::Transposed) {
    int64_t step = 1;
    for (size_t dim = 0; dim < sizes.size(); ++dim) {
      strides[dim] = step;
      step *= std::max<int64_t>(sizes[dim], 1);
    }
  } else if (layout == Layout::Stepped) {
    for (int64_t& stride : strides) stride *= 2;
    const Tensor whole = empty_tensor(Shape(2 * sizes.numel() + 1), dtype);
    std::memset(whole.raw_data(), 0, whole.nbytes());
    return whole.alias(sizes, strides, 1);
  }
  const Tensor whole = empty_tensor(Shape(sizes.numel()), dtype);
  return whole.alias(sizes, strides, 0);
}

namespace {

/// Calls visit(address) for each element in row-major order.
void for_each_element(const Tensor& x, const std::function<void(char*)>& visit) {
  Shape at = Shape::filled(x.dim(), 0);
  for (int64_t i = 0; i < x.numel(); ++i) {
    int64_t offset = 0;
    for (int64_t dim = 0; dim < x.dim(); ++dim) offset += at[dim] * x.strides()[dim];
    visit(x.raw_data() + offset * x.element_size());
    for (int64_t dim = x.dim() - 1; dim >= 0 && ++at[dim] == x.sizes()[dim]; --dim) at[dim] = 0;
  }
}

template <class T>
T from_double(double value) {
  if constexpr (std::is_same_v<T, bool>)
    return value != 0;
  else if constexpr (std::is_integral_v<T>)
    return static_cast<T>(static_cast<int64_t>(value));
  else
    return T(static_cast<float>(value));
}
template <>
double from_double<double>(double value) {
  return value;
}

}  // namespace

Tensor make(const Shape& sizes, DType dtype, const std::vector<double>& values, Layout layout) {
  const Tensor x = make_empty(sizes, dtype, layout);
  visit_dtype(dtype, [&]<class T>() {
    size_t i = 0;
    for_each_element(x, [&](char* at) {
      const T value = from_double<T>(values[i++]);
      std::memcpy(at, &value, sizeof(T));
    });
  });
  return x;
}

std::vector<double> spread(int64_t count, double low, double high) {
  std::vector<double> result(count);
  for (int64_t i = 0; i < count; ++i) {
    const int64_t scrambled = (i * 7919 + 13) % std::max<int64_t>(count, 1);
    result[i] = low + (high - low) * (static_cast<double>(scrambled) + 0.5) / static_cast<double>(count);
  }
  return result;
}

std::vector<double> values(const Tensor& x) {
  std::vector<double> result;
  result.reserve(x.numel());
  visit_dtype(x.dtype(), [&]<class T>() {
    for_each_element(x, [&](char* at) {
      T value;
      std::memcpy(&value, at, sizeof(T));
      if constexpr (!is_complex(dtype_of<T>)) result.push_back(static_cast<double>(value));
    });
  });
  return result;
}

double rounded_to(double value, DType dtype) {
  return visit_dtype(dtype, [&]<class T>() {
    if constexpr (is_complex(dtype_of<T>))
      return value;
    else
      return static_cast<double>(from_double<T>(value));
  });
}

void expect_near(const std::vector<double>& got, const std::vector<double>& expected, double relative,
                 double absolute) {
  ASSERT_EQ(got.size(), expected.size());
  int shown = 0;
  for (size_t i = 0; i < got.size() && shown < 5; ++i) {
    if (std::isnan(expected[i]) ? std::isnan(got[i]) : got[i] == expected[i]) continue;
    const bool near = std::abs(got[i] - expected[i]) <= relative * std::abs(expected[i]) + absolute;
    if (near && std::isfinite(expected[i])) continue;
    ++shown;
    ADD_FAILURE() << "element " << i << " of " << got.size() << " is " << got[i] << " but should be " << expected[i];
  }
}

double tolerance(DType dtype) {
  switch (dtype) {
    case DType::Float16:
      return 1.0 / 1024;
    case DType::BFloat16:
      return 1.0 / 128;
    case DType::Float32:
      return 6e-7;
    case DType::Float64:
      return 2e-15;
    default:
      return 0;
  }
}

void expect_same_for_any_threads(const std::function<Tensor()>& make_result) {
  const int before = num_threads();
  set_num_threads(1);
  const Tensor one = make_result();
  for (int threads : {2, 3}) {
    set_num_threads(threads);
    const Tensor several = make_result();
    EXPECT_EQ(std::memcmp(one.raw_data(), several.raw_data(), one.nbytes()), 0) << threads << " threads";
  }
  set_num_threads(before);
}

}  // namespace ember::testing
