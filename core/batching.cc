#include "ember/core/batching.h"

#include <algorithm>
#include <atomic>
#include <optional>

#include "ember/core/kernels/creation.h"
#include "ember/core/promotion.h"

namespace ember {

namespace {

using Dims = std::vector<BatchDim>;
using Tensors = std::vector<TensorBase>;

std::atomic<uint64_t> last_level{0};
thread_local std::vector<const VmapLevel*> open_levels;

int64_t count_samples(const Dims& dims) {
  int64_t count = 1;
  for (const BatchDim& dim : dims) count *= dim.size;
  return count;
}

void copy(const TensorBase& to, const TensorBase& from) { kernels::copy.on(to)(to, from); }

/// x's stride along a level, 0 where all samples are the same.
int64_t stride_of(const TensorBase& x, uint64_t level) {
  const BatchDim* dim = x.is_batched() ? x.impl()->batch->find(level) : nullptr;
  return dim ? dim->stride : 0;
}

/// x without batch dims, those of `dims` in front.
TensorBase in_front(const TensorBase& x, const Dims& dims) {
  Shape sizes, strides;
  for (const BatchDim& dim : dims) {
    sizes.push_back(dim.size);
    strides.push_back(stride_of(x, dim.level));
  }
  for (size_t i = 0; i < x.sizes().size(); ++i) {
    sizes.push_back(x.sizes()[i]);
    strides.push_back(x.strides()[i]);
  }
  return x.alias_batched({}, std::move(sizes), std::move(strides), x.storage_offset());
}

/// The first `count` dims as one, unless that takes a copy.
std::optional<TensorBase> merged(const TensorBase& x, size_t count) {
  int64_t size = 1, stride = 0;
  for (size_t i = count; i-- > 0;) {
    const int64_t next = x.sizes()[i];
    if (next == 1) continue;
    if (size == 1)
      stride = x.strides()[i];
    else if (x.strides()[i] != stride * size)
      return {};
    size *= next;
  }
  Shape sizes{size}, strides{stride};
  for (size_t i = count; i < x.sizes().size(); ++i) {
    sizes.push_back(x.sizes()[i]);
    strides.push_back(x.strides()[i]);
  }
  return x.alias(std::move(sizes), std::move(strides), x.storage_offset());
}

TensorBase contiguous_copy(const TensorBase& x) {
  TensorBase y = empty_tensor(x.sizes(), x.dtype(), x.device());
  copy(y, x);
  return y;
}

/// The tensors of one call, to be laid out so that it serves all samples. An output is never copied: where it does not fit, nothing does.
class OneCall {
 public:
  OneCall(const Batching& batching, std::span<const TensorBase* const> tensors, const Dims& dims)
      : batching_(batching), tensors_(tensors), dims_(dims) {}

  /// Whether it can; fills `laid_out` and `dims_in_front` then.
  bool lay_out() {
    switch (batching_.how) {
      case Batching::How::Pointwise:
        return each([&](size_t i) { return broadcastable(i); });
      case Batching::How::Front:
        dims_in_front = 1;
        return shares() && each([&](size_t i) { return with_own_dim(i, front(i)); });
      case Batching::How::Fold:
        return shares() && each([&](size_t i) { return folded(i); });
      case Batching::How::Product:
        return product();
      default:
        return false;
    }
  }

  Tensors laid_out;
  int64_t dims_in_front = 0;

 private:
  template <class Layout>
  bool each(const Layout& layout) {
    for (size_t i = 0; i < tensors_.size(); ++i) {
      std::optional<TensorBase> x = tensors_[i]->defined() ? layout(i) : TensorBase();
      if (!x) return false;
      laid_out.push_back(*std::move(x));
    }
    return true;
  }

  bool is_output(size_t i) const { return i < batching_.outputs; }
  bool is_shared(size_t i) const { return batching_.shared >> i & 1; }
  bool shares() const {
    for (size_t i = 0; i < tensors_.size(); ++i)
      if (is_shared(i) && tensors_[i]->is_batched()) return false;
    return true;
  }

  /// The samples in one dim, in front.
  std::optional<TensorBase> samples(size_t i) const {
    const TensorBase all = in_front(*tensors_[i], dims_);
    if (auto one = merged(all, dims_.size())) return one;
    if (is_output(i)) return {};
    return merged(contiguous_copy(all), dims_.size());
  }

  /// A zero-dim number with others that have dims takes their dtype, which its samples, being a vector, would not.
  TensorBase converted(const TensorBase& x) const {
    if (!x.is_floating_point()) return x;
    Promotion promotion;
    for (const TensorBase* other : tensors_.subspan(batching_.outputs))
      if (other->defined()) promotion.add(*other);
    const DType common = promotion.result();
    if (common == x.dtype() || !is_floating_point(common)) return x;
    const TensorBase y = empty_tensor(x.sizes(), common, x.device());
    copy(y, x);
    return y;
  }

  std::optional<TensorBase> broadcastable(size_t i) const {
    if (!tensors_[i]->is_batched()) return *tensors_[i];
    std::optional<TensorBase> x = samples(i);
    if (!x) return x;
    if (!is_output(i) && tensors_[i]->dim() == 0) x = converted(*x);
    Shape sizes = x->sizes(), strides = x->strides();
    for (int64_t rank = tensors_[i]->dim(); rank < tensors_[0]->dim(); ++rank) {
      sizes.insert(1, 1);
      strides.insert(1, 0);
    }
    return x->alias(std::move(sizes), std::move(strides), x->storage_offset());
  }

  /// Ops hand over matrices in the order of memory that their kernel asks for, without gaps: there must be none between samples either.
  std::optional<TensorBase> front(size_t i) const {
    const TensorBase& sample = *tensors_[i];
    if (is_shared(i)) return sample;
    const std::optional<TensorBase> x = samples(i);
    if (!x || x->sizes()[0] <= 1 || extent(sample.sizes(), sample.strides()) != sample.numel() ||
        x->strides()[0] == sample.numel())
      return x;
    if (is_output(i)) return {};
    const TensorBase dense = empty_batched(dims_, sample.sizes(), sample.strides(), sample.dtype(), sample.device());
    copy(dense, sample);
    return merged(in_front(dense, dims_), dims_.size());
  }

  /// The only dim of a zero-dim tensor is its first in a kernel's eyes; behind that of the samples there must be one.
  std::optional<TensorBase> with_own_dim(size_t i, const std::optional<TensorBase>& x) const {
    if (!x || tensors_[0]->dim() > 0 || tensors_[i]->dim() > 0 || is_shared(i)) return x;
    return x->alias({x->sizes()[0], 1}, {x->strides()[0], 1}, x->storage_offset());
  }

  std::optional<TensorBase> folded(size_t i) const {
    if (is_shared(i)) return *tensors_[i];
    if (tensors_[i]->dim() == 0) return {};
    std::optional<TensorBase> x = front(i);
    if (!x) return x;
    if (auto one = merged(*x, 2)) return one;
    if (is_output(i)) return {};
    return merged(contiguous_copy(*x), 2);
  }

  bool product() {
    enum { kOut, kLeft, kRight, kBias };
    // The rows of all samples times one matrix: one product.
    if (!tensors_[kRight]->is_batched() && tensors_[kRight]->dim() == 2 && !tensors_[kBias]->is_batched() &&
        (!tensors_[kBias]->defined() || tensors_[kBias]->dim() <= 1)) {
      const auto out = folded(kOut), rows = merged(in_front(*tensors_[kLeft], dims_), dims_.size() + 1);
      if (out && rows) {
        laid_out = {*out, *rows, *tensors_[kRight], *tensors_[kBias]};
        return true;
      }
    }
    return each([&](size_t i) -> std::optional<TensorBase> {
      if (i == kBias) {
        // Broadcasts to the result, which has the dims of one sample, and one in front of them.
        const std::optional<TensorBase> bias = broadcastable(kBias);
        if (tensors_[kOut]->dim() < 3) return bias;
        if (!tensors_[kBias]->is_batched() && tensors_[kBias]->dim() < 3) return bias;
        TensorBase full = empty_batched(dims_, tensors_[kOut]->sizes(), bias->dtype(), bias->device());
        copy(full, *tensors_[kBias]);
        return merged(in_front(full, dims_), dims_.size() + 1);
      }
      std::optional<TensorBase> x = samples(i);
      if (!x || x->dim() == 3) return x;
      if (auto one = merged(*x, 2)) return one;
      if (is_output(i)) return {};
      return merged(contiguous_copy(*x), 2);
    });
  }

  const Batching& batching_;
  std::span<const TensorBase* const> tensors_;
  const Dims& dims_;
};

/// Calls `call` with the tensors of each sample.
void for_each_sample(std::span<const TensorBase* const> tensors, const Dims& dims, UnbatchedKernel kernel) {
  const int64_t count = count_samples(dims);
  std::vector<int64_t> at(dims.size(), 0);
  for (int64_t sample = 0; sample < count; ++sample) {
    Tensors slices;
    for (const TensorBase* x : tensors) {
      if (!x->defined()) {
        slices.emplace_back();
        continue;
      }
      int64_t offset = x->storage_offset();
      for (size_t d = 0; d < dims.size(); ++d) offset += at[d] * stride_of(*x, dims[d].level);
      slices.push_back(x->alias_batched({}, x->sizes(), x->strides(), offset));
    }
    kernel(slices, 0);
    for (size_t d = dims.size(); d-- > 0 && ++at[d] == dims[d].size;) at[d] = 0;
  }
}

/// Makes an output, which an op has allocated for one sample and nobody else holds yet, hold all.
void spread(const char* op, const TensorBase& out, const Dims& dims, bool keeps_values) {
  if (!out.defined() || (out.is_batched() && out.batch_dims().size() == dims.size())) return;
  check(out.storage()->use_count() == 1, op,
        ": a result that differs between the samples of vmap cannot be written into ", describe(out),
        ", which is the same for all of them");
  const TensorBase all = empty_batched(dims, out.sizes(), out.strides(), out.dtype(), out.device());
  if (keeps_values) copy(all, out);
  TensorImpl& impl = *out.impl();
  impl.storage = all.storage();
  impl.batch = all.impl()->batch;
  impl.set_geometry(all.sizes(), all.strides(), all.storage_offset());
}

/// Random numbers: what each vmap that is under way asks for.
void draw(const char* op, std::span<const TensorBase* const> tensors, Dims dims, UnbatchedKernel kernel) {
  const TensorBase& out = *tensors.front();
  Dims shared;
  for (const VmapLevel* level : open_levels) {
    check(level->randomness() != Randomness::Error, op,
          ": vmap was asked to take a random op for an error; its randomness may be 'same' or 'different' for the "
          "samples");
    const auto found = std::ranges::find(dims, level->id(), &BatchDim::level);
    if (level->randomness() == Randomness::Same) {
      if (found == dims.end()) continue;
      for (const TensorBase* x : tensors.subspan(1))
        check(!x->is_batched() || !x->impl()->batch->find(level->id()), op,
              ": vmap cannot draw the same random numbers for samples whose parameters differ");
      dims.erase(found);
      shared.push_back({level->id(), level->size(), 0});
    } else if (found == dims.end()) {
      dims.push_back({level->id(), level->size(), 0});
    }
  }
  std::ranges::sort(dims, {}, &BatchDim::level);
  TensorBase drawn = out;
  if (!shared.empty())
    drawn = empty_batched(dims, out.sizes(), out.dtype(), out.device());
  else
    spread(op, out, dims, false);
  std::vector<const TensorBase*> parts(tensors.begin(), tensors.end());
  parts.front() = &drawn;
  if (dims.empty()) {
    Tensors plain;
    for (const TensorBase* x : parts) plain.push_back(*x);
    kernel(plain, 0);
  } else {
    OneCall call({Batching::How::Front}, parts, dims);
    if (call.lay_out())
      kernel(call.laid_out, 0);
    else
      for_each_sample(parts, dims, kernel);
  }
  if (!shared.empty()) copy(out, drawn);
}

}  // namespace

VmapLevel::VmapLevel(int64_t size, Randomness randomness)
    : id_(last_level.fetch_add(1, std::memory_order_relaxed) + 1), size_(size), randomness_(randomness) {
  open_levels.push_back(this);
}
VmapLevel::~VmapLevel() { open_levels.pop_back(); }
bool VmapLevel::is_open(uint64_t level) {
  return std::ranges::find(open_levels, level, &VmapLevel::id) != open_levels.end();
}
const VmapLevel* VmapLevel::innermost() { return open_levels.empty() ? nullptr : open_levels.back(); }

TensorBase empty_batched(std::span<const BatchDim> dims, const Shape& sizes, DType dtype, Device device) {
  return empty_batched(dims, sizes, contiguous_strides(sizes), dtype, device);
}

TensorBase empty_batched(std::span<const BatchDim> dims, const Shape& sizes, const Shape& strides, DType dtype,
                         Device device) {
  if (dims.empty()) return empty_strided_tensor(sizes, strides, dtype, device);
  Shape all;
  for (const BatchDim& dim : dims) all.push_back(dim.size);
  const std::optional<int64_t> span = extent(sizes, strides);
  check<OutOfMemoryError>(span.has_value(), "empty: a tensor of shape ", sizes, " is too large");
  all.push_back(*span);
  const TensorBase memory = empty_tensor(all, dtype, device);
  Dims batch(dims.begin(), dims.end());
  for (size_t i = 0; i < batch.size(); ++i) batch[i].stride = memory.strides()[i];
  return memory.alias_batched(std::move(batch), sizes, strides, 0);
}

TensorBase with_samples_in_front(const TensorBase& x) {
  return in_front(x, {x.batch_dims().begin(), x.batch_dims().end()});
}

std::vector<BatchDim> common_batch(std::span<const TensorBase* const> tensors) {
  Dims dims;
  for (const TensorBase* x : tensors)
    for (const BatchDim& dim : x->batch_dims())
      if (std::ranges::find(dims, dim.level, &BatchDim::level) == dims.end()) dims.push_back(dim);
  std::ranges::sort(dims, {}, &BatchDim::level);
  return dims;
}

void check_holds_batch(const char* op, const TensorBase& x, const TensorBase& other) {
  for (const BatchDim& dim : other.batch_dims())
    check(x.is_batched() && x.impl()->batch->find(dim.level), op, ": cannot write ", describe(other),
          ", which differs between the samples of vmap, into ", describe(x),
          ", which is the same for all of them; use the op that is not in place");
}

void call_batched(const char* op, const Batching& batching, std::span<const TensorBase* const> tensors,
                  UnbatchedKernel kernel) {
  Dims dims = common_batch(tensors);
  if (batching.how == Batching::How::Random && !open_levels.empty()) return draw(op, tensors, std::move(dims), kernel);
  if (dims.empty()) {
    Tensors plain;
    for (const TensorBase* x : tensors) plain.push_back(*x);
    return kernel(plain, 0);
  }
  for (size_t i = 0; i < batching.outputs; ++i) {
    const bool is_input = std::ranges::any_of(tensors.subspan(batching.outputs),
                                              [&](const TensorBase* x) { return x->is_same(*tensors[i]); });
    spread(op, *tensors[i], dims, batching.reads_outputs || is_input);
  }
  OneCall call(batching, tensors, dims);
  if (call.lay_out()) return kernel(call.laid_out, call.dims_in_front);
  for_each_sample(tensors, dims, kernel);
}

void fail_data_dependent(const char* op) {
  fail(op, ": the shape of the result depends on the values, which differ between the samples of vmap");
}

}  // namespace ember
