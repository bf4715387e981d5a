// Tensors out of the JSON files in tests/data, and comparison with them.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "ember/ops/ops.h"

namespace ember::test {

inline nlohmann::json read_json(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.good()) << "cannot read " << path;
  return nlohmann::json::parse(file);
}

inline Tensor to_tensor(const nlohmann::json& j) {
  const Shape shape(j.at("shape").get<std::vector<int64_t>>());
  const auto dtype = j.at("dtype").get<std::string>();
  if (dtype == "int64") {
    const auto values = j.at("values").get<std::vector<int64_t>>();
    return reshape(tensor(std::span<const int64_t>(values)), shape);
  }
  std::vector<double> values;
  for (const auto& v : j.at("values"))
    values.push_back(v.is_boolean()  ? v.get<bool>()
                     : v.is_string() ? std::stod(v.get<std::string>())
                                     : v.get<double>());
  Tensor x = reshape(tensor(std::span<const double>(values), kFloat64), shape);
  return x.to(dtype == "bool" ? kBool : dtype == "float64" ? kFloat64 : kFloat32);
}

inline std::vector<double> values_of(const Tensor& x) {
  const Tensor flat = x.detach().to(kFloat64).contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

/// Equal shapes, and values within `tolerance` of the larger of 1 and their size.
inline void expect_close(const Tensor& actual, const Tensor& expected, double tolerance, const std::string& what) {
  ASSERT_TRUE(actual.defined()) << what << " is undefined";
  ASSERT_EQ(to_string(actual.sizes()), to_string(expected.sizes())) << what;
  const auto a = values_of(actual), e = values_of(expected);
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::isinf(e[i]) && a[i] == e[i]) continue;
    ASSERT_NEAR(a[i], e[i], tolerance * std::max(1.0, std::abs(e[i]))) << what << " at " << i;
  }
}

}  // namespace ember::test
