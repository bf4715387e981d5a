#include "ember/ops/embedding/embedding.h"

#include <algorithm>

#include "ember/autograd/record.h"
#include "ember/core/kernels/embedding.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/indexing/tensor_index.h"
#include "ember/ops/linalg/norm.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/joining.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

/// Indices as int64, 1-d and contiguous, each a row of weight.
Tensor checked_indices(const char* op, const Tensor& weight, const Tensor& indices) {
  kernel::check_defined(op, "weight", weight);
  kernel::check_defined(op, "input", indices);
  check(weight.dim() == 2, op, ": weight has shape ", weight.sizes(), " but must have 2 dimensions");
  check<TypeError>(indices.dtype() == kInt64 || indices.dtype() == kInt32, op, ": input is ", describe(indices),
                   " but must be int64 or int32");
  const Tensor rows = contiguous(reshape(to(indices, kInt64), -1));
  if (rows.numel() > 0) {
    const Tensor all_rows = with_samples_in_front(rows);
    const int64_t low = min(all_rows).item<int64_t>(), high = max(all_rows).item<int64_t>(), count = weight.sizes()[0];
    check<IndexError>(low >= 0 && high < count, op, ": index ", low < 0 ? low : high, " is out of range for weight ",
                      weight.sizes());
  }
  return rows;
}

/// padding_idx counted from the front, -1 for none.
int64_t checked_padding(const char* op, const Tensor& weight, std::optional<int64_t> padding) {
  if (!padding) return -1;
  const int64_t rows = weight.sizes()[0];
  check(*padding >= -rows && *padding < rows, op, ": padding_idx ", *padding, " is out of range for weight ",
        weight.sizes());
  return (*padding + rows) % rows;
}

/// How often each index occurs, at each of its occurrences.
Tensor frequencies(const Tensor& rows, int64_t count) {
  const Tensor total = index_add(zeros(count, rows.options()), 0, rows, ones_like(rows));
  return index_select(total, 0, rows);
}

}  // namespace

Tensor embedding(const Tensor& weight, const Tensor& indices, const EmbeddingLookup& lookup) {
  if (lookup.max_norm) {
    Tensor table = weight;
    embedding_renorm_(table, indices, *lookup.max_norm, lookup.norm_type);
  }
  const Tensor y = embedding(weight, indices, lookup.padding_idx);
  if (!lookup.scale_grad_by_freq || !y.requires_grad()) return y;
  const Tensor rows = checked_indices("embedding", weight, indices);
  Shape sizes = indices.sizes();
  sizes.push_back(1);
  const Tensor counts = reshape(frequencies(rows, weight.sizes()[0]), sizes);
  return record("embedding", y.alias(), inputs(y), [counts](const Tensor& g) { return g / counts; });
}

Tensor& embedding_renorm_(Tensor& weight, const Tensor& indices, double max_norm, double norm_type) {
  const Tensor rows = checked_indices("embedding_renorm_", weight, indices);
  const NoGradGuard no_grad;
  const Tensor found = to(index_select(weight, 0, rows), compute_dtype(weight.dtype()));
  const Tensor norms = norm(found, norm_type, 1, true);
  // The small number keeps rounding from leaving a norm above the limit.
  const Tensor scaled = found * where(norms > max_norm, max_norm / (norms + 1e-7), 1);
  return index_put_(weight, {rows}, scaled);
}

BagMode bag_mode(std::string_view name) {
  if (name == "sum") return BagMode::Sum;
  if (name == "mean") return BagMode::Mean;
  check<ValueError>(name == "max", "embedding_bag: mode is \"", name, "\" but must be \"sum\", \"mean\" or \"max\"");
  return BagMode::Max;
}

namespace {

constexpr const char* kBag = "embedding_bag";

/// Starts of the bags and the end of the last one.
Tensor bag_starts(const Tensor& indices, const Tensor& offsets, bool include_last_offset) {
  const TensorOptions options = TensorOptions(kInt64).device(indices.device());
  if (indices.dim() == 2) {
    check<ValueError>(!offsets.defined(), kBag, ": offsets must be None for input of shape ", indices.sizes());
    const int64_t length = indices.sizes()[1];
    return arange(indices.sizes()[0] + 1, options) * length;
  }
  check<ValueError>(indices.dim() == 1, kBag, ": input has shape ", indices.sizes(),
                    " but must have 1 or 2 dimensions");
  check<ValueError>(offsets.defined() && offsets.dim() == 1, kBag, ": offsets must be a 1-d tensor for 1-d input");
  check<TypeError>(offsets.dtype() == kInt64 || offsets.dtype() == kInt32, kBag, ": offsets is ", describe(offsets),
                   " but must be int64 or int32");
  const Tensor end = full(1, indices.numel(), options);
  Tensor starts = to(offsets, kInt64);
  check(!include_last_offset || starts.numel() > 0, kBag, ": offsets is empty but must hold the end of the last bag");
  if (!include_last_offset) starts = cat({starts, end});
  if (starts.numel() > 1) {
    const int64_t last = starts.numel() - 1;
    check(select(starts, 0, 0).item<int64_t>() == 0, kBag, ": offsets must start with 0");
    check(!any(slice(starts, 0, 1) < slice(starts, 0, 0, last)).item<bool>() &&
              select(starts, 0, last).item<int64_t>() <= indices.numel(),
          kBag, ": offsets must not fall, nor exceed the length of input, ", indices.numel());
  }
  return contiguous(starts);
}

/// The bag that each index lies in.
Tensor bag_of_each(const Tensor& starts, int64_t count) {
  const Tensor host = starts.cpu();
  const Tensor bags = empty_tensor(count, kInt64);
  const int64_t* start = host.data_ptr<int64_t>();
  int64_t* bag = bags.data_ptr<int64_t>();
  for (int64_t b = 0; b + 1 < host.numel(); ++b)
    for (int64_t i = start[b]; i < start[b + 1]; ++i) bag[i] = b;
  for (int64_t i = host.numel() > 0 ? start[host.numel() - 1] : 0; i < count; ++i) bag[i] = 0;
  return bags.to(starts.device());
}

/// Whether each index counts: it is not padding and not behind the last bag. Undefined when all do.
Tensor counted(const Tensor& rows, const Tensor& starts, int64_t padding) {
  const int64_t end = starts.numel() > 0 ? select(starts, 0, starts.numel() - 1).item<int64_t>() : 0;
  Tensor result;
  if (padding >= 0) result = rows != padding;
  if (end < rows.numel()) {
    const Tensor inside = arange(rows.numel(), rows.options()) < end;
    result = result.defined() ? result & inside : inside;
  }
  return result;
}

/// How many indices count in each of g's bags.
Tensor bag_counts(const Tensor& bag, const Tensor& kept, const Tensor& g) {
  const Tensor one = kept.defined() ? to(kept, g.dtype()) : ones(bag.sizes(), g.options());
  return index_add(zeros(g.sizes()[0], g.options()), 0, bag, one);
}

/// Zeros of `sizes` to whose row rows_i scales_i / divisors_i g[bag_i] has been added for each i that is kept.
Tensor spread_rows(const Tensor& g, const Tensor& bag, const Tensor& rows, const Tensor& kept, const Tensor& scales,
                   const Tensor& divisors, const Shape& sizes) {
  // In pieces, so that the rows between are still in the cache when they are added.
  constexpr int64_t kPiece = int64_t{1} << 18;
  const int64_t count = rows.numel(), step = std::max<int64_t>(1, kPiece / std::max<int64_t>(1, sizes[1]));
  Tensor y = zeros_beside(sizes, g, {&bag, &rows, &kept, &scales, &divisors});
  for (int64_t first = 0; first < count; first += step) {
    const auto piece = [&](const Tensor& x) { return narrow(x, 0, first, std::min(step, count - first)); };
    Tensor values = index_select(g, 0, piece(bag));
    if (scales.defined()) values = values * unsqueeze(piece(scales), 1);
    if (divisors.defined()) values = values / unsqueeze(piece(divisors), 1);
    if (kept.defined()) values = where(unsqueeze(piece(kept), 1), values, 0);
    index_add_(y, 0, piece(rows), values);
  }
  return y;
}

/// sum_i scale_i weight[rows_i] for each bag, where `scales` (undefined: ones) already holds what a mean divides by.
Tensor add_rows(const Tensor& weight, const Tensor& rows, const Tensor& starts, const Tensor& scales,
                const EmbeddingBagOptions& options, int64_t padding) {
  const Tensor dense = contiguous(weight);
  const Tensor factors = scales.defined() ? contiguous(scales) : scales;
  const int64_t bags = starts.numel() > 0 ? starts.numel() - 1 : 0;
  Tensor y = empty_tensor({bags, weight.sizes()[1]}, weight.dtype(), weight.device());
  kernels::embedding_bag.as(kBag).on(weight)(y, {}, dense, rows, starts, factors, options.mode, padding);
  const Tensor kept = counted(rows, starts, padding);
  const bool by_frequency = options.lookup.scale_grad_by_freq, is_mean = options.mode == BagMode::Mean;
  return record(
      kBag, y, inputs(weight, factors.defined() ? factors : Tensor(0.0)),
      in_float32([weight = saved_wide(weight), factors = saved_wide(factors.defined() ? factors : Tensor(0.0)), rows,
                  starts, kept, by_frequency, is_mean,
                  has_factors = factors.defined()](const Tensor& g, const Needs<2>& needs) {
        const Tensor bag = bag_of_each(starts, rows.numel());
        std::array<Tensor, 2> result;
        if (needs[1]) {
          const Tensor products = sum(index_select(g, 0, bag) * index_select(weight(), 0, rows), 1);
          result[1] = kept.defined() ? where(kept, products, 0) : products;
        }
        if (!needs[0]) return result;
        const Tensor scales = has_factors ? factors() : Tensor();
        const Tensor divisors = by_frequency ? frequencies(rows, weight().sizes()[0]) : Tensor();
        const Tensor of_bag = is_mean ? g / unsqueeze(clamp_min(bag_counts(bag, kept, g), 1), 1) : g;
        result[0] = spread_rows(of_bag, bag, rows, kept, scales, divisors, weight().sizes());
        return result;
      }));
}

Tensor choose_rows(const Tensor& weight, const Tensor& rows, const Tensor& starts, int64_t padding) {
  const Tensor dense = contiguous(weight);
  const Shape sizes{starts.numel() > 0 ? starts.numel() - 1 : 0, weight.sizes()[1]};
  Tensor y = empty_tensor(sizes, weight.dtype(), weight.device());
  const Tensor chosen = empty_tensor(sizes, kInt64, weight.device());
  kernels::embedding_bag.as(kBag).on(weight)(y, chosen, dense, rows, starts, {}, BagMode::Max, padding);
  return record(kBag, y, inputs(weight), [chosen, sizes = weight.sizes()](const Tensor& g) {
    // Elements of empty bags came from nowhere.
    const Tensor is_empty = chosen < 0;
    return scatter_add(zeros(sizes, g.options()), 0, where(is_empty, 0, chosen), where(is_empty, 0, g));
  });
}

}  // namespace

Tensor embedding_bag(const Tensor& weight, const Tensor& indices, const Tensor& offsets,
                     const EmbeddingBagOptions& options) {
  const Tensor& scales = options.per_sample_weights;
  const Tensor rows = checked_indices(kBag, weight, indices);
  const Tensor starts = bag_starts(indices, offsets, options.include_last_offset);
  const int64_t padding = checked_padding(kBag, weight, options.lookup.padding_idx);
  check<TypeError>(weight.is_floating_point(), kBag, ": weight is ", describe(weight), " but must be floating-point");
  if (scales.defined()) {
    check<NotImplementedError>(options.mode == BagMode::Sum, kBag, ": per_sample_weights is for mode 'sum' only");
    check<ValueError>(scales.sizes() == indices.sizes(), kBag, ": per_sample_weights has shape ", scales.sizes(),
                      " but input has shape ", indices.sizes());
    check<TypeError>(scales.dtype() == weight.dtype(), kBag, ": per_sample_weights is ", scales.dtype(),
                     " but weight is ", weight.dtype());
  }
  check<ValueError>(options.mode != BagMode::Max || !options.lookup.scale_grad_by_freq, kBag,
                    ": mode 'max' cannot scale gradients by frequency");
  if (options.lookup.max_norm) {
    Tensor table = weight;
    embedding_renorm_(table, rows, *options.lookup.max_norm, options.lookup.norm_type);
  }
  if (options.mode == BagMode::Max) return choose_rows(weight, rows, starts, padding);
  return add_rows(weight, rows, starts, scales.defined() ? reshape(scales, -1) : scales, options, padding);
}

}  // namespace ember
