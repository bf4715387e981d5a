// Packed sequences in C++: the layout by hand, and that packing changes no result of a recurrent layer.
#include "ember/nn/packed_sequence.h"

#include <gtest/gtest.h>

#include "ember/nn/recurrent.h"
#include "ember/ops/ops.h"
#include "tests/reference_json.h"

namespace ember {
namespace {

using namespace nn::utils::rnn;

/// Sequences 1 2 3, 4 and 5 6.
std::vector<Tensor> sequences() { return {tensor({1.0, 2.0, 3.0}), tensor({4.0}), tensor({5.0, 6.0})}; }

std::vector<double> numbers(const Tensor& x) { return test::values_of(x.to(kFloat64)); }

TEST(PackedSequence, HoldsStepAfterStepTheLongestFirst) {
  const PackedSequence packed = pack_sequence(sequences(), false);
  EXPECT_EQ(numbers(packed.data()), (std::vector<double>{1, 5, 4, 2, 6, 3}));
  EXPECT_EQ(numbers(packed.batch_sizes()), (std::vector<double>{3, 2, 1}));
  EXPECT_EQ(numbers(packed.sorted_indices()), (std::vector<double>{0, 2, 1}));
  EXPECT_EQ(numbers(packed.unsorted_indices()), (std::vector<double>{0, 2, 1}));
}

TEST(PackedSequence, PadsInTheCallersOrder) {
  const auto [padded, lengths] = pad_packed_sequence(pack_sequence(sequences(), false), true, -1, 4);
  EXPECT_EQ(padded.sizes(), (Shape{3, 4}));
  EXPECT_EQ(numbers(padded), (std::vector<double>{1, 2, 3, -1, 4, -1, -1, -1, 5, 6, -1, -1}));
  EXPECT_EQ(numbers(lengths), (std::vector<double>{3, 1, 2}));
  EXPECT_THROW(pack_sequence(sequences()), Error);
}

TEST(PackedSequence, UnpacksWhatItPacked) {
  const auto unpacked = unpack_sequence(pack_sequence(sequences(), false));
  ASSERT_EQ(unpacked.size(), 3U);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(numbers(unpacked[i]), numbers(sequences()[i]));
}

TEST(PackedSequence, PadsOnEitherSide) {
  EXPECT_EQ(numbers(pad_sequence(sequences(), true)), (std::vector<double>{1, 2, 3, 4, 0, 0, 5, 6, 0}));
  EXPECT_EQ(numbers(pad_sequence(sequences(), true, 0, "left")), (std::vector<double>{1, 2, 3, 0, 0, 4, 0, 5, 6}));
}

TEST(PackedSequence, LayersGiveWhatEachSequenceGivesAlone) {
  nn::LSTM layer(nn::LSTMOptions(2, 3).num_layers(2).bidirectional(true));
  std::vector<Tensor> inputs;
  for (const int64_t length : {2, 4, 1}) inputs.push_back(randn({length, 2}));
  const auto [output, state] = layer->forward_with_packed_input(pack_sequence(inputs, false));
  const auto outputs = unpack_sequence(output);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const auto [alone, last] = layer->forward(inputs[i]);
    EXPECT_TRUE(allclose(outputs[i], alone, 1e-5, 1e-6));
    EXPECT_TRUE(allclose(select(state.first, 1, static_cast<int64_t>(i)), last.first, 1e-5, 1e-6));
    EXPECT_TRUE(allclose(select(state.second, 1, static_cast<int64_t>(i)), last.second, 1e-5, 1e-6));
  }
}

}  // namespace
}  // namespace ember
