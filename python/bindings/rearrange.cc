// Copies of elements in other places: joining, repeating, turning, padding, and copies of views.
#include "ember/ops/shape/rearrange.h"

#include "ember/ops/shape/diagonal.h"
#include "ember/ops/shape/joining.h"
#include "ember/ops/shape/padding.h"
#include "ember/ops/shape/resize.h"
#include "ember/ops/shape/view_copies.h"
#include "ember/ops/shape/views.h"
#include "python/bindings/lone_thread.h"
#include "python/bindings/ops.h"

namespace ember::python {

namespace {

void bind_joining(Ops& ops) {
  ops.add_function("cat(tensors, dim=0)", cat, "The tensors one behind another.");
  ops.add_function("stack(tensors, dim=0)", stack, "The tensors along a new dim.");
  ops.add_function("hstack(tensors)", hstack, "cat along the columns.");
  ops.add_function("vstack(tensors)", vstack, "cat along the rows.");
  ops.add_function("dstack(tensors)", dstack, "cat along the third dim.");
  ops.add_function("column_stack(tensors)", column_stack, "cat along the columns, which vectors become.");
  ops.add_function("block_diag(*tensors)", block_diag, "Matrices along the diagonal of a matrix of zeros.");
  ops.add_function("cartesian_prod(*tensors)", cartesian_prod, "All combinations of elements, one a row.");
  ops.add_function(
      "meshgrid(*tensors, indexing=None)",
      [](const std::vector<Tensor>& tensors, std::optional<std::string_view> indexing) {
        return meshgrid(tensors, indexing.value_or("ij"));
      },
      "Vectors expanded to the grid of their combinations.");
  ops.add_function("combinations(input, r=2, with_replacement=False)", combinations,
                   "All choices of r elements, one a row.");
  ops.add("kron(input, other)", kron, "The Kronecker product.");
  for (const char* name : {"concat", "concatenate"}) ops.alias(name, "cat");
  ops.alias("row_stack", "vstack");
}

void bind_turning(Ops& ops) {
  ops.add("flip(input, *dims)", flip, "The elements in reverse along dims.");
  ops.add("fliplr(input)", fliplr, "The columns in reverse.");
  ops.add("flipud(input)", flipud, "The rows in reverse.");
  ops.add("rot90(input, k=1, dims=(0, 1))", rot90, "k quarter turns in the plane of two dims.");
  ops.add("roll(input, shifts, dims=None)", roll, "Elements moved on around the end.");
  ops.add_method("repeat(input, *repeats)", repeat, "Copies side by side along each dim.");
  ops.add("tile(input, *dims)", tile, "repeat, with missing dims in front taken as 1.");
  ops.add_with_in_place("tril(input, diagonal=0)", tril, "The lower triangle of each matrix.");
  ops.add_with_in_place("triu(input, diagonal=0)", triu, "The upper triangle of each matrix.");
  ops.add("diag(input, diagonal=0)", diag, "A matrix' diagonal, or the matrix of a diagonal.");
  ops.add("diag_embed(input, offset=0, dim1=-2, dim2=-1)", diag_embed, "The last dim on the diagonal of two new ones.");
  ops.add("diagflat(input, offset=0)", diagflat, "All elements on the diagonal of a matrix.");
  ops.add("trace(input)", trace, "The sum of a matrix' diagonal.");
}

void bind_padding(Ops& ops, Ops& functional) {
  ops.add_function("constant_pad_nd(input, pad, value=0)", constant_pad_nd, "A constant around input.");
  functional.add_function(
      "pad(input, pad, mode='constant', value=None)",
      [](const Tensor& x, const Shape& sizes, std::string_view mode, std::optional<Scalar> value) {
        return pad(x, sizes, mode, value);
      },
      "A border around input.");
  ops.add_function("pixel_shuffle(input, upscale_factor)", pixel_shuffle, "Channels into space.");
  ops.add_function("pixel_unshuffle(input, downscale_factor)", pixel_unshuffle, "Space into channels.");
  for (const char* name : {"channel_shuffle(input, groups)", "native_channel_shuffle(input, groups)"})
    ops.add_function(name, channel_shuffle, "The channels of each group dealt out over the groups.");
  functional.share(ops, {"pixel_shuffle", "pixel_unshuffle", "channel_shuffle", "native_channel_shuffle"});
}

void bind_view_copies(Ops& ops) {
  ops.add_function("alias_copy(input)", alias_copy, "A copy.");
  ops.add_function("as_strided_copy(input, size, stride, storage_offset=None)", as_strided_copy, "as_strided, copied.");
  ops.add_function("diagonal_copy(input, offset=0, dim1=0, dim2=1)", diagonal_copy, "diagonal, copied.");
  ops.add_function(
      "expand_copy(input, size, *, implicit=False)",
      [](const Tensor& x, const Shape& size, bool) { return expand_copy(x, size); }, "expand, copied.");
  ops.add("narrow_copy(input, dim, start, length)", narrow_copy, "narrow, copied.");
  ops.add_function("permute_copy(input, dims)", permute_copy, "permute, copied.");
  ops.add_function("select_copy(input, dim, index)", select_copy, "select, copied.");
  ops.add_function("slice_copy(input, dim=0, start=None, end=None, step=1)", slice_copy, "slice, copied.");
  ops.add_function(
      "squeeze_copy(input)", [](const Tensor& x) { return squeeze_copy(x); }, "squeeze, copied.");
  ops.add_function("squeeze_copy(input, dim)", [](const Tensor& x, const Shape& dim) { return squeeze_copy(x, dim); });
  ops.add_function("t_copy(input)", t_copy, "t, copied.");
  ops.add_function("transpose_copy(input, dim0, dim1)", transpose_copy, "transpose, copied.");
  ops.add_function("unfold_copy(input, dimension, size, step)", unfold_copy, "Tensor.unfold, copied.");
  ops.add_function("unsqueeze_copy(input, dim)", unsqueeze_copy, "unsqueeze, copied.");
  ops.add_function(
      "view_copy(input, dtype)", [](const Tensor& x, DType dtype) { return view_copy(x, dtype); }, "view, copied.");
  ops.add_function("view_copy(input, size)", [](const Tensor& x, const Shape& size) { return view_copy(x, size); });
  ops.add_function("split_copy(input, split_size, dim=0)", split_copy, "split, copied.");
  ops.add_function("split_with_sizes_copy(input, split_sizes, dim=0)", split_with_sizes_copy,
                   "split_with_sizes, copied.");
  ops.add_function("unbind_copy(input, dim=0)", unbind_copy, "unbind, copied.");

  ops.add("as_strided_scatter(input, src, size, stride, storage_offset=None)", as_strided_scatter,
          "A copy with src where as_strided looks.");
  ops.add("diagonal_scatter(input, src, offset=0, dim1=0, dim2=1)", diagonal_scatter, "A copy with src on a diagonal.");
  ops.add("select_scatter(input, src, dim, index)", select_scatter, "A copy with src in a slice.");
  ops.add("slice_scatter(input, src, dim=0, start=None, end=None, step=1)", slice_scatter,
          "A copy with src in every step-th slice.");
}

/// The binding of a function that gives its first argument another shape, which other threads may be reading.
template <class... Args>
auto alone(Tensor& (*function)(Tensor&, Args...)) {
  return [function](Tensor& x, Args... args) -> PyObject* {
    wait_for_other_threads();
    return wrap(function(x, args...));
  };
}

void bind_own_shape(Ops& ops) {
  using Format = std::optional<MemoryFormat>;
  ops.add_method("as_strided_(input, size, stride, storage_offset=None)", alone(as_strided_));
  ops.add_method("squeeze_(input)", alone<>(squeeze_));
  ops.add_method("squeeze_(input, dim)", alone<const Shape&>(squeeze_));
  ops.add_method("t_(input)", alone(t_));
  ops.add_method("unsqueeze_(input, dim)", alone(unsqueeze_));
  ops.add_method("transpose_(input, dim0, dim1)", alone(transpose_));
  ops.add_method("swapaxes_(input, axis0, axis1)", alone(transpose_));
  ops.add_method("swapdims_(input, dim0, dim1)", alone(transpose_));
  ops.add_method("resize_(input, *size, memory_format=None)",
                 alone(+[](Tensor& x, const Shape& size, Format) -> Tensor& { return resize_(x, size); }),
                 "Another shape for as many of the elements as fit.");
  ops.add("resize_as_(input, the_template, *, memory_format=None)",
          alone(+[](Tensor& x, const Tensor& other, Format) -> Tensor& { return resize_as_(x, other); }));
}

}  // namespace

void bind_rearrange(Ops& ops, Ops& functional) {
  bind_joining(ops);
  bind_turning(ops);
  bind_padding(ops, functional);
  bind_view_copies(ops);
  bind_own_shape(ops);
}

}  // namespace ember::python
