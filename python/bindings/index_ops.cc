// Ops that take an index or a mask.
#include "ops/indexing.h"
#include "python/bindings/ops.h"

namespace ember::python {

void bind_index_ops(Ops& ops, Ops& functional) {
  ops.add("gather(input, dim, index)", gather, "Elements of dim named by index.");
  ops.add("take_along_dim(input, indices, dim=None)", take_along_dim, "gather with broadcasting.");
  ops.add("scatter(input, dim, index, src)", scatter, "A copy with src written where index says.");
  ops.add("scatter_add(input, dim, index, src)", scatter_add, "A copy with src added where index says.");
  ops.add("index_select(input, dim, index)", index_select, "The slices of dim named by a 1-d index.");
  ops.add("index_add(input, dim, index, source, *, alpha=1)", index_add,
          "A copy with alpha source added to the slices named by index.");
  ops.add("masked_fill(input, mask, value)", masked_fill, "value where mask holds.");
  ops.add("masked_select(input, mask)", masked_select, "The elements where mask holds, 1-d.");
  ops.add("nonzero(input)", nonzero, "Positions of the elements that are not zero.");
  functional.add_function(
      "embedding(input, weight, padding_idx=None)",
      [](const Tensor& indices, const Tensor& weight, std::optional<int64_t> padding_idx) {
        return embedding(weight, indices, padding_idx);
      },
      "The rows of weight named by input.");
  functional.add_function("one_hot(input, num_classes=-1)", one_hot, "A 1 at each class.");
}

}  // namespace ember::python
