// Shapes, starts and lengths whose products and sums 64 bits do not count are errors that name the op, whichever way they come about.
#include <functional>
#include <limits>

#include "tests/support.h"

namespace ember {
namespace {

using test::error_of;

constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();
constexpr int64_t kHuge = int64_t{1} << 62, kHalf = int64_t{1} << 32;

struct Call {
  const char* name;
  std::function<Tensor()> make;
  const char* named;  ///< what the message says
};

Tensor wide(int64_t size) { return expand(ones(1), size); }

const Call kCalls[] = {
    {"expand",
     [] {
       return expand(ones(1), {kHuge, 4});
     },
     "expand: a tensor of shape [4611686018427387904, 4]"},
    {"expand_twice",
     [] {
       return expand(wide(kHuge), {4, kHuge});
     },
     "expand: a tensor of shape [4, 4611"},
    {"expand_empty",
     [] {
       return expand(ones({1, 0}), {kLargest, 2, 0});
     },
     "expand: "},
    {"meshgrid",
     [] {
       return meshgrid({wide(kHalf), wide(kHalf)})[0];
     },
     "[4294967296, 4294967296]"},
    {"cartesian_prod",
     [] {
       return cartesian_prod({wide(kHuge), wide(4)});
     },
     "4611686018427387904"},
    {"broadcast",
     [] {
       return expand(ones(1), {kHalf, 1}) + wide(kHalf);
     },
     "add: a tensor of shape"},
    {"where",
     [] {
       return where(expand(ones(1, kBool), {kHalf, 1}), wide(kHalf), 0);
     },
     "where: a tensor of shape"},
    {"view",
     [] {
       return view(ones(4), {kHuge + 1, 4});
     },
     "view: "},
    {"view_empty",
     [] {
       return view(ones(0), {kHalf, kHalf});
     },
     "view: "},
    {"view_open",
     [] {
       return view(ones(0), {-1, kHalf, kHalf});
     },
     "view: "},
    {"reshape",
     [] {
       return reshape(ones(4), {kHuge + 1, 4});
     },
     "reshape: "},
    {"unflatten",
     [] {
       return unflatten(ones(4), 0, {kHuge + 1, 4});
     },
     "unflatten: "},
    {"narrow", [] { return narrow(zeros(9), 0, 1, kLargest); }, "narrow: start 1 and length 9223372036854775807"},
    {"split",
     [] {
       return split(ones(4), {kLargest, kLargest, 6})[0];
     },
     "split: "},
    {"split_many", [] { return split(wide(kHuge), 1)[0]; }, "split: "},
    {"unbind_many", [] { return unbind(wide(kHuge))[0]; }, "unbind: "},
    {"chunk_many", [] { return chunk(ones(0), kLargest)[0]; }, "chunk: "},
    {"cat",
     [] {
       return cat({wide(kHuge), wide(kHuge), wide(kHuge), wide(kHuge)});
     },
     "cat: "},
    {"hstack",
     [] {
       return hstack({wide(kHuge), wide(kHuge), wide(kHuge), wide(kHuge)});
     },
     "cat: "},
    {"kron", [] { return kron(wide(kHalf), wide(kHalf)); }, "[4294967296, 4294967296]"},
    {"as_strided",
     [] {
       return as_strided(ones(4), {kHalf, kHalf}, {0, 0});
     },
     "as_strided: "},
    {"unfold", [] { return unfold(wide(kHuge), 0, kHuge / 2, 1); }, "unfold: "},
    {"empty",
     [] {
       return empty({0, kHalf, kHalf});
     },
     "[0, 4294967296, 4294967296]"},
    {"zeros",
     [] {
       return zeros({kHuge, 4});
     },
     "[4611686018427387904, 4]"},
    {"repeat",
     [] {
       return repeat(ones(1), {kHuge, 4});
     },
     "4611686018427387904"},
    {"resize",
     [] {
       Tensor x = ones(4);
       return x.resize_({0, kHalf, kHalf});
     },
     "4294967296"},
    {"conv1d_padding",
     [] {
       return conv1d(ones({1, 1, 4}), ones({1, 1, 2}), {}, 1, kLargest);
     },
     "conv1d: padding"},
    {"conv1d_dilation",
     [] {
       return conv1d(ones({1, 1, 4}), ones({1, 1, 3}), {}, 1, 0, kHuge);
     },
     "conv1d: dilation"},
    {"conv_transpose1d",
     [] {
       return conv_transpose1d(ones({1, 1, 4}), ones({1, 1, 2}), {}, 1, kLargest);
     },
     "conv_transpose1d: padding"},
    {"arange", [] { return arange(-kLargest, kLargest); }, "arange: "},
    {"arange_real", [] { return arange(0, 1e300); }, "arange: "},
    {"mvlgamma", [] { return mvlgamma(ones(1), kLargest); }, "mvlgamma: "},
};

class SizeLimits : public testing::TestWithParam<Call> {};

TEST_P(SizeLimits, AreErrorsThatNameTheOp) {
  const std::string message = error_of(GetParam().make);
  EXPECT_NE(message.find(GetParam().named), std::string::npos) << message;
}

INSTANTIATE_TEST_SUITE_P(Calls, SizeLimits, testing::ValuesIn(kCalls),
                         [](const auto& info) { return info.param.name; });

TEST(SizeLimits, LargeShapesWithinThemWork) {
  EXPECT_EQ(wide(kLargest).numel(), kLargest);
  EXPECT_EQ(view(wide(kHuge), {int64_t{1} << 31, int64_t{1} << 31}).numel(), kHuge);
  EXPECT_EQ(empty({0, kHuge}).numel(), 0);
  EXPECT_EQ(slice(ones(4), 0, {}, {}, kLargest).numel(), 1);
  test::expect_equal(arange(-kLargest - 1, kLargest, kLargest), {-0x1p63, -1, 0x1p63});
  test::expect_equal(arange(kLargest, -kLargest, -kLargest), {0x1p63, 0});
  test::expect_equal(linalg::matrix_power(2 * eye(2), -kLargest - 1), {0, 0, 0, 0});
}

}  // namespace
}  // namespace ember
