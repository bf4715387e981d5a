// Views and rearrangements.
#include "ops/shape.h"

#include "python/bindings/ops.h"

namespace ember::python {

void bind_shape(Ops& ops) {
  ops.add_method("view(input, *shape)", view, "The same memory in another shape.");
  ops.add_method("view_as(input, other)", view_as, "view(other.shape).");
  ops.add("reshape(input, *shape)", reshape, "A view of another shape where the strides allow one, else a copy.");
  ops.add_method("reshape_as(input, other)", reshape_as, "reshape(other.shape).");
  ops.add("flatten(input, start_dim=0, end_dim=-1)", flatten, "The dims start_dim ... end_dim made one.");
  ops.add("unflatten(input, dim, *sizes)", unflatten, "dim split into sizes.");
  ops.add(
      "ravel(input)", [](const Tensor& x) { return reshape(x, -1); }, "One dim.");
  ops.add("transpose(input, dim0, dim1)", transpose, "A view with two dims exchanged.");
  ops.add("permute(input, *dims)", permute, "A view with the dims in this order.");
  ops.add("movedim(input, source, destination)", movedim, "A view with dims moved to other places.");
  ops.add("t(input)", t, "The transpose of a matrix.");
  ops.add_method("expand(input, *size)", expand, "A view with dims of size 1 repeated.");
  ops.add_method("expand_as(input, other)", expand_as, "expand(other.shape).");
  ops.add("broadcast_to(input, *size)", broadcast_to, "A view broadcast to size.");
  ops.add(
      "squeeze(input)", [](const Tensor& x) { return squeeze(x); }, "A view without dims of size 1.");
  ops.add("squeeze(input, dim)", [](const Tensor& x, const Shape& dim) { return squeeze(x, dim); });
  ops.add("unsqueeze(input, dim)", unsqueeze, "A view with a dim of size 1 at dim.");
  ops.add("as_strided(input, size, stride, storage_offset=None)", as_strided, "A view of any geometry.");
  ops.add("select(input, dim, index)", select, "The slice at index, without dim.");
  ops.add("narrow(input, dim, start, length)", narrow, "length elements of dim from start.");
  ops.add("diagonal(input, offset=0, dim1=0, dim2=1)", diagonal, "A view of a diagonal as the last dim.");

  ops.add(
      "split(input, split_size_or_sections, dim=0)",
      [](const Tensor& x, int64_t size, int64_t dim) { return split(x, size, dim); },
      "Views of pieces of a size, or of a list of sizes.");
  ops.add("split(input, split_size_or_sections, dim=0)",
          [](const Tensor& x, const Shape& sizes, int64_t dim) { return split(x, sizes, dim); });
  ops.add("split(input, split_size, dim=0)",
          [](const Tensor& x, int64_t size, int64_t dim) { return split(x, size, dim); });
  ops.add("chunk(input, chunks, dim=0)", chunk, "Views of at most this many pieces of equal size.");
  ops.add("unbind(input, dim=0)", unbind, "Views of every slice along dim.");
  ops.add_function("broadcast_tensors(*tensors)", broadcast_tensors, "All expanded to their common shape.");

  ops.add_function("cat(tensors, dim=0)", cat, "The tensors one behind another.");
  ops.add_function("stack(tensors, dim=0)", stack, "The tensors along a new dim.");
  ops.add("flip(input, *dims)", flip, "The elements in reverse along dims.");
  ops.add("roll(input, shifts, dims=None)", roll, "Elements moved on around the end.");
  ops.add_method("repeat(input, *repeats)", repeat, "Copies side by side along each dim.");
  ops.add(
      "tile(input, *dims)",
      [](const Tensor& x, const Shape& dims) {
        Shape repeats = dims;
        while (repeats.size() < x.sizes().size()) repeats.insert(0, 1);
        return repeat(x, repeats);
      },
      "repeat, with missing dims in front taken as 1.");
  ops.add("tril(input, diagonal=0)", tril, "The lower triangle of each matrix.");
  ops.add("triu(input, diagonal=0)", triu, "The upper triangle of each matrix.");
  for (auto [name, existing] : {std::pair{"concat", "cat"},
                                {"concatenate", "cat"},
                                {"swapaxes", "transpose"},
                                {"swapdims", "transpose"},
                                {"moveaxis", "movedim"}})
    ops.alias(name, existing);
}

}  // namespace ember::python
