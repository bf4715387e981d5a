// Decompositions of matrices that are not finite end with an error.
#include <cmath>

#include "tests/support.h"

namespace ember {
namespace {

TEST(Svd, OfMatricesThatAreNotFiniteIsAnError) {
  for (const double value : {double{INFINITY}, -double{INFINITY}, double{NAN}}) {
    for (const int64_t at : {0, 4, 7}) {
      Tensor a = reshape(arange(9, kFloat64), {3, 3});
      a.view(9)[at].fill_(value);
      EXPECT_NE(test::error_of([&] { linalg::svd(a); }).find("non-finite"), std::string::npos) << value << " at " << at;
      EXPECT_NE(test::error_of([&] {
                  linalg::svdvals(stack({eye(3, {}, kFloat64), a}));
                }).find("(Batch element 1)"),
                std::string::npos);
      EXPECT_NE(test::error_of([&] { linalg::pinv(a); }), "");
    }
  }
  EXPECT_NEAR(linalg::svdvals(full({3, 3}, 1e300, kFloat64))[0].item<double>() / 3e300, 1, 1e-12);
}

}  // namespace
}  // namespace ember
