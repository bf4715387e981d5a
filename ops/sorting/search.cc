#include "ember/ops/sorting/search.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "ember/autograd/record.h"
#include "ember/core/kernels/sorting.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/indexing/tensor_index.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/sorting/sorting.h"
#include "ops/internal/kernel.h"
#include "ops/internal/reduced_dims.h"

namespace ember {

Tensor searchsorted(const Tensor& sequence, const Tensor& values, bool out_int32, bool right, const Tensor& sorter) {
  kernel::check_defined("searchsorted", "sorted_sequence", sequence);
  kernel::check_defined("searchsorted", "input", values);
  check(sequence.dim() > 0, "searchsorted: sorted_sequence must have at least one dim but is zero-dim");
  if (sequence.dim() > 1) {
    bool fits = values.dim() == sequence.dim();
    for (int64_t d = 0; fits && d + 1 < values.dim(); ++d) fits = values.size(d) == sequence.size(d);
    check(fits, "searchsorted: input has shape ", values.sizes(), " but sorted_sequence ", sequence.sizes(),
          "; all sizes but the last must agree");
  }
  const NoGradGuard no_grad;
  Tensor order = sorter;
  if (sorter.defined()) {
    check(sorter.sizes() == sequence.sizes(), "searchsorted: sorter has shape ", sorter.sizes(),
          " but must have sorted_sequence's ", sequence.sizes());
    check<TypeError>(sorter.dtype() == kInt64, "searchsorted: sorter must be int64 but is ", sorter.dtype());
    const int64_t length = sequence.sizes().back();
    check<IndexError>(sorter.numel() == 0 || (min(with_samples_in_front(sorter)).item<int64_t>() >= 0 &&
                                              max(with_samples_in_front(sorter)).item<int64_t>() < length),
                      "searchsorted: sorter holds an index out of range for ", length, " elements");
    order = contiguous(sorter);
  }
  const DType dtype = result_type(sequence, values);
  const Tensor rows = contiguous(to(sequence, dtype)), wanted = contiguous(to(values, dtype));
  const Tensor out = empty_tensor(values.sizes(), kInt64, values.device());
  kernels::searchsorted.on(rows)(out, rows, wanted, order, right);
  return out_int32 ? to(out, kInt32) : out;
}

Tensor bucketize(const Tensor& x, const Tensor& boundaries, bool out_int32, bool right) {
  kernel::check_defined("bucketize", "boundaries", boundaries);
  check(boundaries.dim() == 1, "bucketize: boundaries must be 1-d but have shape ", boundaries.sizes());
  return searchsorted(boundaries, x, out_int32, right);
}

Tensor isin(const Tensor& elements, const Tensor& test_elements, bool invert) {
  kernel::check_defined("isin", "elements", elements);
  kernel::check_defined("isin", "test_elements", test_elements);
  const NoGradGuard no_grad;
  if (is_integral(elements.dtype()) && is_integral(test_elements.dtype()) && test_elements.numel() > 0) {
    // Tests that lie close together are marked in a table, between two entries for what lies outside.
    const Tensor marks = to(reshape(test_elements, -1), kInt64);
    const Tensor all_marks = with_samples_in_front(marks);
    const int64_t low = min(all_marks).item<int64_t>(), high = max(all_marks).item<int64_t>();
    const int64_t most = std::max<int64_t>(1024, elements.numel() + test_elements.numel());
    if (static_cast<double>(high) - static_cast<double>(low) < static_cast<double>(most) && low > INT64_MIN &&
        high < INT64_MAX) {
      Tensor table = marks.new_full({high - low + 3}, invert, kBool);
      scatter_(table, 0, marks - (low - 1), expand(full({1}, !invert, TensorOptions(kBool)), marks.sizes()));
      const Tensor at = clamp(to(reshape(elements, -1), kInt64), low - 1, high + 1) - (low - 1);
      return reshape(index_select(table, 0, at), elements.sizes());
    }
  }
  const Tensor tests = sort(reshape(test_elements, -1)).first;
  if (tests.numel() == 0) return full(elements.sizes(), invert, TensorOptions(kBool));
  // The first test that is not less, or the last one.
  const Tensor at = clamp_max(searchsorted(tests, elements), tests.numel() - 1);
  const Tensor found = reshape(index_select(tests, 0, reshape(at, -1)), elements.sizes());
  return invert ? ne(found, elements) : eq(found, elements);
}

}  // namespace ember
