// Every op of the table under vmap gives what a loop over the samples gives, and so do its gradients.
#include <gtest/gtest.h>

#include <set>

#include "ember/autograd/backward.h"
#include "ember/core/random.h"
#include "ember/func/flat.h"
#include "tests/op_table/results.h"

namespace op_table {
namespace {

using namespace ember;
using func::Dims;

constexpr int64_t kSamples = 3;

/// Ops that vmap may refuse, in PyTorch too.
bool may_be_refused(const Row& row) {
  static const std::set<std::string> names{
      // The shapes of their results depend on the values, or the program reads those.
      "allclose", "argwhere", "bincount", "ctc_loss", "from_blob", "histc", "histogram", "histogram_between_edges",
      "histogramdd", "index_mask", "index_put_mask", "masked_select", "nonzero", "nonzero_static", "nonzero_tuple",
      "repeat_interleave", "repeat_interleave_positions", "unique", "unique_consecutive", "unique_consecutive_slices",
      "unique_slices", "embedding_bag_mean", "embedding_bag_sum", "embedding_bag_max",
      // They look at strides or at memory, which samples share.
      "as_strided_copy", "as_strided_scatter", "empty_permuted", "empty_strided", "resize_", "as_strided_",
      // The same numbers were asked for, of different distributions.
      "binomial", "poisson", "multinomial",
      // They write into a table that samples share.
      "embedding_max_norm", "embedding_renorm_"};
  return row.name.ends_with("_") || row.name == "complex_in_place" || names.contains(row.name);
}

/// Calls `test`, unless vmap refuses what it does and may.
template <class Test>
void unless_refused(const Row& row, const Test& test) {
  try {
    test();
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_TRUE(may_be_refused(row) && (text.find("vmap") != std::string::npos || text.find("as_strided") == 0))
        << text;
  }
}

/// The i-th sample of an input: its elements in other places.
Tensor variant(const Tensor& x, int64_t i) {
  if (i == 0 || x.dim() == 0) return x.detach();
  if (i == 1) return flip(x.detach(), -1);
  Shape dims;
  for (int64_t d = 0; d < x.dim(); ++d) dims.push_back(d);
  return flip(x.detach(), dims);
}

/// Inputs of which some are different for each sample.
struct Batch {
  std::vector<Tensors> samples;  ///< what a loop gets
  Tensors stacked;
  Dims in_dims;

  Batch(const Tensors& inputs, const std::vector<bool>& is_mapped, bool last_dims) {
    samples.resize(kSamples);
    for (size_t k = 0; k < inputs.size(); ++k) {
      Tensors variants;
      for (int64_t i = 0; i < kSamples; ++i) {
        variants.push_back(variant(inputs[k], is_mapped[k] ? i : 0));
        samples[static_cast<size_t>(i)].push_back(variants.back());
      }
      const int64_t dim = (k % 2 == 1) != last_dims ? -1 : 0;
      stacked.push_back((is_mapped[k] ? stack(variants, dim) : variants[0]).detach());
      in_dims.push_back(is_mapped[k] ? std::optional(dim) : std::nullopt);
    }
  }
};

Tensors call(const Row& row, const Tensors& inputs) {
  manual_seed(0);
  return row.op(inputs);
}

Dims in_front(size_t count) { return Dims(count, 0); }

Tensors mapped(const Row& row, const Tensors& inputs, const Dims& in_dims) {
  return func::flat::vmap([&](const Tensors& x) { return call(row, x); }, inputs, in_dims, in_front,
                          {Randomness::Same, {}});
}

void expect_close(const Tensors& actual, const Tensors& expected, double tolerance, const std::string& what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  for (size_t i = 0; i < actual.size(); ++i) {
    ASSERT_EQ(actual[i].sizes(), expected[i].sizes()) << what << " " << i;
    ASSERT_EQ(actual[i].dtype(), expected[i].dtype()) << what << " " << i;
    if (actual[i].numel() == 0) continue;
    const auto wide = [](const Tensor& x) { return x.is_complex() ? view_as_real(x) : to(x, kFloat64); };
    EXPECT_TRUE(
        allclose(wide(actual[i].detach()), wide(expected[i].detach()), 1e-9 * tolerance, 1e-9 * tolerance, true))
        << what << " " << i;
  }
}

class Vmap : public testing::TestWithParam<Row> {
 protected:
  const Row& row() const { return GetParam(); }

  /// All inputs mapped, and each alone.
  template <class Check>
  void for_each_batch(const Check& check) const {
    for (const Sample& sample : row().samples) {
      const Tensors inputs = make(sample, kFloat64);
      check(inputs, Batch(inputs, std::vector<bool>(inputs.size(), true), false));
      check(inputs, Batch(inputs, std::vector<bool>(inputs.size(), true), true));
      for (size_t k = 0; inputs.size() > 1 && k < inputs.size(); ++k) {
        std::vector<bool> alone(inputs.size(), false);
        alone[k] = true;
        check(inputs, Batch(inputs, alone, false));
      }
    }
  }
};

TEST_P(Vmap, GivesWhatALoopGives) {
  for_each_batch([&](const Tensors&, const Batch& batch) {
    Tensors actual;
    unless_refused(row(), [&] { actual = mapped(row(), batch.stacked, batch.in_dims); });
    if (actual.empty()) return;
    std::vector<Tensors> results;
    for (const Tensors& sample : batch.samples) results.push_back(call(row(), sample));
    Tensors expected;
    for (size_t j = 0; j < results[0].size(); ++j) {
      Tensors parts;
      for (const Tensors& result : results) parts.push_back(result[j]);
      expected.push_back(stack(parts));
    }
    expect_close(actual, expected, row().tolerance, "output");
  });
}

TEST_P(Vmap, HasTheGradientsOfALoop) {
  if (!row().has_gradient) return;
  // Whose results depend on the strides of the input, which are others for a slice.
  if (row().name == "as_strided_copy" || row().name == "as_strided_scatter") return;
  for_each_batch([&](const Tensors& inputs, const Batch& batch) {
    // From outside of vmap; an input that all samples share gets the sum.
    const auto requiring = [&](Tensors tensors) {
      for (size_t k = 0; k < tensors.size(); ++k)
        if (inputs[k].requires_grad()) tensors[k] = tensors[k].detach().requires_grad_();
      return tensors;
    };
    Results whole;
    unless_refused(row(), [&] {
      whole = run([&](const Tensors& x) { return mapped(row(), x, batch.in_dims); }, requiring(batch.stacked));
    });
    if (whole.outputs.empty()) return;
    const Results looped = run(
        [&](const Tensors& x) {
          std::vector<Tensors> results;
          for (int64_t i = 0; i < kSamples; ++i) {
            Tensors sample = x;
            for (size_t k = 0; k < x.size(); ++k)
              if (batch.in_dims[k]) sample[k] = select(x[k], *batch.in_dims[k], i);
            results.push_back(call(row(), sample));
          }
          Tensors outputs;
          for (size_t j = 0; j < results[0].size(); ++j) {
            Tensors parts;
            for (const Tensors& result : results) parts.push_back(result[j]);
            outputs.push_back(stack(parts));
          }
          return outputs;
        },
        requiring(batch.stacked));
    expect_close(whole.gradients, looped.gradients, 10 * row().tolerance, "gradient");

    // Within vmap; each sample has its own.
    Tensors each;
    const auto own = [&](const Tensors& x) {
      return run([&](const Tensors& y) { return call(row(), y); }, requiring(x)).gradients;
    };
    unless_refused(row(), [&] {
      each = func::flat::vmap(own, batch.stacked, batch.in_dims, in_front, {Randomness::Same, {}});
    });
    if (each.empty()) return;
    Tensors expected;
    std::vector<Tensors> alone;
    for (const Tensors& sample : batch.samples) alone.push_back(own(sample));
    for (size_t j = 0; j < alone[0].size(); ++j) {
      Tensors parts;
      for (const Tensors& gradients : alone) parts.push_back(gradients[j]);
      expected.push_back(stack(parts));
    }
    expect_close(each, expected, 10 * row().tolerance, "gradient of a sample");
  });
}

TEST_P(Vmap, Nests) {
  const Tensors inputs = make(row().samples[0], kFloat64);
  const Batch batch(inputs, std::vector<bool>(inputs.size(), true), false);
  Tensors once;
  unless_refused(row(), [&] { once = mapped(row(), batch.stacked, batch.in_dims); });
  if (once.empty()) return;
  // The outer one maps over two copies, in reverse order the second.
  Tensors twice, expected;
  Dims outer;
  for (size_t k = 0; k < inputs.size(); ++k) {
    twice.push_back(stack({batch.stacked[k], flip(batch.stacked[k], *batch.in_dims[k])}));
    outer.push_back(0);
  }
  for (const Tensor& y : once) expected.push_back(stack({y, flip(y, 0)}));
  const Tensors actual = func::flat::vmap([&](const Tensors& x) { return mapped(row(), x, batch.in_dims); }, twice,
                                          outer, in_front, {Randomness::Same, {}});
  expect_close(actual, expected, row().tolerance, "output");
}

INSTANTIATE_TEST_SUITE_P(All, Vmap, testing::ValuesIn(all_rows()), [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace op_table
