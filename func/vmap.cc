#include <algorithm>

#include "ember/core/random.h"
#include "ember/func/flat.h"
#include "ember/ops/shape/batch_dims.h"
#include "ember/ops/shape/joining.h"
#include "ember/ops/shape/views.h"

namespace ember::func::flat {

namespace {

/// Throws unless in_dims fit, and at least one input is mapped; the size of the mapped dims.
int64_t check_inputs(const Tensors& inputs, const Dims& in_dims) {
  check<ValueError>(inputs.size() == in_dims.size(), "vmap: there are ", inputs.size(), " tensors but ", in_dims.size(),
                    " in_dims");
  std::optional<int64_t> size;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!in_dims[i]) continue;
    const Tensor& x = inputs[i];
    check<ValueError>(x.defined(), "vmap: input ", i, " is mapped over but undefined");
    check<ValueError>(*in_dims[i] >= -x.dim() && *in_dims[i] < x.dim(), "vmap: in_dims gives dim ", *in_dims[i],
                      " for a tensor of shape ", x.sizes());
    const int64_t own = x.size(*in_dims[i]);
    check<ValueError>(!size || *size == own, "vmap: the mapped dims must have one size, not ", size.value_or(0),
                      " and ", own);
    size = own;
  }
  check<ValueError>(size.has_value(), "vmap: at least one argument must be mapped; all in_dims are None");
  return *size;
}

/// A result with its samples at `dim`.
Tensor unmapped(const Tensor& y, std::optional<int64_t> dim, const VmapLevel& level) {
  check<ValueError>(y.defined(), "vmap: the function returned an undefined tensor");
  if (!dim) {
    check<ValueError>(!y.is_batched() || !y.impl()->batch->find(level.id()),
                      "vmap: out_dims is None for a result that is different for each sample");
    return y;
  }
  const int64_t rank = y.dim() + 1;
  check<ValueError>(*dim >= -rank && *dim < rank, "vmap: out_dims ", *dim, " is out of range for results of shape ",
                    y.sizes());
  return remove_batch_dim(y, *dim, level.id(), level.size());
}

struct Mapped {
  Tensors outputs;
  Dims places;
};

Mapped map_once(const Function& f, const Tensors& inputs, const Dims& in_dims, OutDims out_dims, int64_t size,
                Randomness randomness) {
  const VmapLevel level(size, randomness);
  Tensors samples = inputs;
  for (size_t i = 0; i < inputs.size(); ++i)
    if (in_dims[i]) samples[i] = add_batch_dim(inputs[i], *in_dims[i], level.id());
  Mapped mapped;
  const Tensors results = f(samples);
  mapped.places = out_dims(results.size());
  for (size_t i = 0; i < results.size(); ++i)
    mapped.outputs.push_back(unmapped(results[i], mapped.places.at(i), level));
  return mapped;
}

}  // namespace

Tensors vmap(const Function& f, const Tensors& inputs, const Dims& in_dims, OutDims out_dims,
             const VmapOptions& options) {
  check<ValueError>(!options.chunk_size || *options.chunk_size > 0, "vmap: chunk_size must be above 0, not ",
                    options.chunk_size.value_or(0));
  const int64_t size = check_inputs(inputs, in_dims), step = options.chunk_size.value_or(size);
  if (step >= size) return map_once(f, inputs, in_dims, out_dims, size, options.randomness).outputs;
  const Generator::State start = default_generator().state();
  std::vector<Mapped> chunks;
  for (int64_t first = 0; first < size; first += step) {
    if (options.randomness == Randomness::Same) default_generator().set_state(start);
    const int64_t count = std::min(step, size - first);
    Tensors part = inputs;
    for (size_t i = 0; i < inputs.size(); ++i)
      if (in_dims[i]) part[i] = narrow(inputs[i], *in_dims[i], first, count);
    chunks.push_back(map_once(f, part, in_dims, out_dims, count, options.randomness));
  }
  Tensors joined = chunks.front().outputs;
  for (size_t i = 0; i < joined.size(); ++i) {
    if (!chunks.front().places[i]) continue;
    Tensors parts;
    for (const Mapped& chunk : chunks) parts.push_back(chunk.outputs.at(i));
    joined[i] = cat(parts, *chunks.front().places[i]);
  }
  return joined;
}

}  // namespace ember::func::flat
