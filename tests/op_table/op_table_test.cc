// Every check of every op, made out of the rows of the table.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>
#include <set>

#include "ember/autograd/backward.h"
#include "ember/autograd/gradcheck.h"
#include "ember/core/determinism.h"
#include "ember/core/parallel.h"
#include "ember/core/random.h"
#include "tests/op_table/results.h"
#include "tests/reference_json.h"

namespace op_table {
namespace {

using namespace ember;

class OpTable : public testing::TestWithParam<Row> {
 protected:
  const Row& row() const { return GetParam(); }

  Results run(const Tensors& inputs) const { return op_table::run(row().op, inputs); }

  static Tensors in_double(const Tensors& inputs) {
    Tensors result;
    for (const Tensor& x : inputs)
      result.push_back(x.is_floating_point() ? to(x.detach(), kFloat64).requires_grad_(x.requires_grad()) : x);
    return result;
  }
};

/// Compares element by element; the error may be a few ulps of the largest element, times `tolerance`.
void expect_close(const Array& actual, const Array& expected, double epsilon, const std::string& what) {
  ASSERT_EQ(actual.shape, expected.shape) << what;
  double scale = 1;
  for (const double value : expected.data)
    if (std::isfinite(value)) scale = std::max(scale, std::abs(value));
  for (size_t i = 0; i < expected.data.size(); ++i) {
    const double a = actual.data[i], e = expected.data[i];
    const bool same = a == e || (std::isnan(a) && std::isnan(e)) || std::abs(a - e) <= epsilon * scale;
    ASSERT_TRUE(same) << what << ", element " << i << ": " << a << " but expected " << e;
  }
}

void expect_all_close(const Tensors& actual, const Arrays& expected, double epsilon, const std::string& what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  for (size_t i = 0; i < actual.size(); ++i)
    expect_close(to_array(actual[i]), expected[i], epsilon, what + " " + std::to_string(i));
}

double epsilon_of(DType dtype) {
  switch (dtype) {
    case DType::Float16:
      return 0x1p-10;
    case DType::BFloat16:
      return 0x1p-7;
    case DType::Float32:
      return 0x1p-23;
    default:
      return 0x1p-52;
  }
}

/// What PyTorch gave for the i-th of the row's "samples", "zero_size" or "emptied" samples; nothing where it refused the last.
std::optional<Arrays> written_down(const Row& row, const char* samples, size_t i) {
  static std::map<std::string, nlohmann::json> files;
  auto& file = files[row.family];
  if (file.is_null()) file = ember::test::read_json("tests/data/op_table/" + row.family + ".json");
  const auto& outputs = file.at(row.name).at(samples).at(i);
  if (outputs.is_null()) return {};
  Arrays arrays;
  for (const auto& output : outputs) {
    Array array(output.at("shape").get<Index>());
    size_t next = 0;
    for (const auto& value : output.at("values"))
      array.data[next++] = value.is_string() ? std::stod(value.get<std::string>()) : value.get<double>();
    arrays.push_back(std::move(array));
  }
  return arrays;
}

TEST_P(OpTable, MatchesReference) {
  for (size_t i = 0; i < row().samples.size(); ++i) {
    const Tensors inputs = make(row().samples[i], kFloat64);
    const bool is_written = !row().pytorch.empty();
    expect_all_close(row().op(inputs),
                     is_written ? *written_down(row(), "samples", i) : row().reference(to_arrays(inputs)),
                     1e-12 * row().tolerance, "output");
  }
}

TEST_P(OpTable, RejectsBadInput) {
  try {
    row().bad();
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(row().message), std::string::npos) << error.what();
  }
}

TEST_P(OpTable, GivesTheSameForStridedInputs) {
  for (const Sample& sample : row().samples) {
    const Tensors plain = make(sample, kFloat64);
    Tensors strided;
    for (const Tensor& x : plain) {
      // Dims in reverse order in memory, with gaps between the elements of the last one, and not at the storage's start.
      Shape sizes = x.sizes();
      std::reverse(sizes.begin(), sizes.end());
      sizes.push_back(3);
      Shape order;
      for (int64_t d = x.dim() - 1; d >= 0; --d) order.push_back(d);
      Tensor y = permute(select(empty(sizes, x.options()), -1, 1), order);
      y.copy_(x.detach());
      strided.push_back(y.detach().requires_grad_(x.requires_grad()));
    }
    const Results expected = run(plain), actual = run(strided);
    const double epsilon = 1e-12 * row().tolerance;
    expect_all_close(actual.outputs, to_arrays(expected.outputs), epsilon, "output");
    expect_all_close(actual.gradients, to_arrays(expected.gradients), epsilon, "gradient");
  }
}

TEST_P(OpTable, GivesTheSameForExpandedInputs) {
  for (const Sample& sample : row().samples) {
    Tensors expanded, copies;
    for (const Tensor& x : make(sample, kFloat64)) {
      // All elements along the first dim are one in memory.
      const Tensor y =
          x.dim() == 0 || x.numel() == 0 ? x.detach() : expand(narrow(x.detach(), 0, 0, 1), x.sizes()).detach();
      expanded.push_back(y);
      copies.push_back(contiguous(y));
    }
    expect_all_close(row().op(expanded), to_arrays(row().op(copies)), 1e-12 * row().tolerance, "output");
  }
}

void expect_same_bits(const Results& actual, const Results& expected, int threads) {
  for (const auto& [ours, theirs] :
       {std::pair(&actual.outputs, &expected.outputs), {&actual.gradients, &expected.gradients}})
    for (size_t i = 0; i < ours->size(); ++i) {
      const Tensor a = contiguous((*ours)[i]), b = contiguous((*theirs)[i]);
      EXPECT_EQ(std::memcmp(a.raw_data(), b.raw_data(), static_cast<size_t>(a.nbytes())), 0)
          << "result " << i << " with " << threads << " threads";
    }
}

TEST_P(OpTable, GivesTheSameBitsInTwoRunsAndForAnyThreads) {
  const int before = num_threads();
  const Tensors inputs = make(large_sample(row()), kFloat32);
  const Results expected = run(inputs);
  for (const int threads : {before, 1, 2, 3}) {
    if (threads != before && !row().same_bits_for_any_threads) continue;
    set_num_threads(threads);
    const Results actual = run(inputs);
    set_num_threads(before);
    expect_same_bits(actual, expected, threads);
  }
}

TEST_P(OpTable, GivesTheSameBitsForAnyThreadsWhereItIsAskedTo) {
  const int before = num_threads();
  use_deterministic_algorithms(true);
  const Tensors inputs = make(large_sample(row()), kFloat32);
  const Results expected = run(inputs);
  for (const int threads : {1, 2, 3, 4}) {
    set_num_threads(threads);
    const Results actual = run(inputs);
    expect_same_bits(actual, expected, threads);
  }
  set_num_threads(before);
  use_deterministic_algorithms(false);
}

class FloatOp : public OpTable {};

// The reference sees the rounded inputs, so that only the op's own rounding counts.
TEST_P(FloatOp, MatchesReferenceInEachDType) {
  for (const DType dtype : {kFloat32, kBFloat16, kFloat16}) {
    if (dtype != kFloat32 && !row().supports_half) continue;
    for (const Sample& sample : row().samples) {
      const Tensors inputs = make(sample, dtype), outputs = row().op(inputs);
      // Where the reference is written down for the unrounded inputs only, the op's own result in double has to do.
      const Arrays expected =
          row().pytorch.empty() ? row().reference(to_arrays(inputs)) : to_arrays(row().op(in_double(inputs)));
      expect_all_close(outputs, expected, 8 * epsilon_of(dtype) * row().tolerance, "output in " + to_string(dtype));
      for (const Tensor& y : outputs) EXPECT_TRUE(y.dtype() == dtype || !y.is_floating_point()) << describe(y);
    }
  }
}

class DifferentiableOp : public OpTable {};

TEST_P(DifferentiableOp, HasTheGradientOfFiniteDifferences) {
  for (const Sample& sample : row().samples)
    EXPECT_TRUE(autograd::gradcheck([&](const Tensors& in) { return row().op(in); }, make(sample, kFloat64)));
}

TEST_P(DifferentiableOp, HasTheSameGradientInEachDType) {
  for (const DType dtype : {kFloat32, kBFloat16, kFloat16}) {
    if (dtype != kFloat32 && !row().supports_half) continue;
    for (const Sample& sample : row().samples) {
      const Tensors inputs = make(sample, dtype);
      const Results expected = run(in_double(inputs)), actual = run(inputs);
      expect_all_close(actual.gradients, to_arrays(expected.gradients), 16 * epsilon_of(dtype) * row().tolerance,
                       "gradient in " + to_string(dtype));
      for (const Tensor& gradient : actual.gradients) EXPECT_EQ(gradient.dtype(), dtype);
    }
  }
}

class TwiceDifferentiableOp : public OpTable {};

TEST_P(TwiceDifferentiableOp, HasTheSecondGradientOfFiniteDifferences) {
  for (const Sample& sample : row().samples)
    EXPECT_TRUE(autograd::gradgradcheck([&](const Tensors& in) { return row().op(in); }, make(sample, kFloat64)));
}

TEST_P(TwiceDifferentiableOp, HasTheSameSecondGradientWhenAThirdMayFollow) {
  for (const Sample& sample : row().samples) {
    const auto second = [&](bool create_graph) {
      const Tensors inputs = make(sample, kFloat64);
      Tensors variables, firsts;
      for (const Tensor& x : inputs)
        if (x.requires_grad()) variables.push_back(x);
      manual_seed(0);
      Tensor sum = zeros({}, kFloat64);
      for (const Tensor& y : row().op(inputs))
        if (y.requires_grad()) sum = sum + abs(y * y).sum();
      for (const Tensor& g : autograd::grad({sum}, variables, {}, true, true, true))
        if (g.defined() && g.requires_grad()) firsts.push_back((g * g).sum());
      if (firsts.empty()) return Tensors();
      return autograd::grad(firsts, variables, {}, true, create_graph, true, true);
    };
    const Tensors expected = second(false), actual = second(true);
    ASSERT_EQ(actual.size(), expected.size());
    for (size_t i = 0; i < actual.size(); ++i)
      EXPECT_TRUE(allclose(actual[i].detach(), expected[i], 1e-8, 1e-8)) << "input " << i;
  }
}

class OpOnNothing : public OpTable {
 protected:
  void check(const Sample& sample, const Arrays* expected) {
    const Tensors inputs = make(sample, kFloat32);
    const Results results = run(inputs);
    expect_all_close(results.outputs, expected ? *expected : row().reference(to_arrays(inputs)), 1e-5, "output");
    size_t next = 0;
    for (const Tensor& x : inputs) {
      if (!x.requires_grad() || results.gradients.empty()) continue;
      EXPECT_EQ(results.gradients[next++].sizes(), x.sizes());
    }
  }
};

TEST_P(OpOnNothing, TakesZeroSizeInputs) {
  const auto check_all = [&](const char* kind, const std::vector<Sample>& samples) {
    for (size_t i = 0; i < samples.size(); ++i) {
      if (row().pytorch.empty())
        check(samples[i], nullptr);
      else if (const auto expected = written_down(row(), kind, i))
        check(samples[i], &*expected);
    }
  };
  check_all("zero_size", row().zero_size);
  check_all("emptied", row().emptied);
}

TEST(OpTableItself, NamesEachRowOnce) {
  std::set<std::string> names;
  for (const Row& row : all_rows()) EXPECT_TRUE(names.insert(row.name).second) << row.name;
}

TEST(OpTableItself, HasSamplesAndABadInputInEachRow) {
  for (const Row& row : all_rows()) {
    EXPECT_FALSE(row.samples.empty()) << row.name;
    EXPECT_TRUE(row.bad) << row.name;
    EXPECT_FALSE(row.message.empty()) << row.name;
  }
}

template <class Keep>
std::vector<Row> rows_where(Keep keep) {
  std::vector<Row> rows;
  for (const Row& row : all_rows())
    if (keep(row)) rows.push_back(row);
  return rows;
}

bool has_reals(const Row& row) {
  for (const Input& input : row.samples[0])
    if (input.kind == Input::Kind::Real) return true;
  return false;
}

std::string name_of(const testing::TestParamInfo<Row>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Each, OpTable, testing::ValuesIn(all_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Each, FloatOp, testing::ValuesIn(rows_where(has_reals)), name_of);
INSTANTIATE_TEST_SUITE_P(Each, DifferentiableOp,
                         testing::ValuesIn(rows_where([](const Row& r) { return r.has_gradient; })), name_of);
INSTANTIATE_TEST_SUITE_P(Each, TwiceDifferentiableOp, testing::ValuesIn(rows_where([](const Row& r) {
                           return r.has_gradient && r.has_second_gradient;
                         })),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Each, OpOnNothing, testing::ValuesIn(rows_where([](const Row& r) {
                           return !r.zero_size.empty() || !r.emptied.empty();
                         })),
                         name_of);

}  // namespace

// Failures name the row instead of dumping its bytes.
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

}  // namespace op_table
