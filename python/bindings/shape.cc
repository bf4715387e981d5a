// Views and rearrangements.
#include "ember/ops/shape/shape.h"

#include "ember/ops/shape/split.h"
#include "ember/ops/shape/views.h"
#include "python/bindings/ops.h"

namespace ember::python {

namespace {

Tensor view_as_shape(const Tensor& x, const Shape& shape) { return view(x, shape); }
Tensor view_as_dtype(const Tensor& x, DType dtype) { return view(x, dtype); }

/// A function of tensors given one by one or as a list; of a single tensor, a tensor.
template <auto f>
std::vector<Tensor> each(const std::vector<Tensor>& tensors) {
  std::vector<Tensor> result;
  for (const Tensor& x : tensors) result.push_back(f(x));
  return result;
}

using Pieces = std::vector<Tensor>;

void bind_pieces(Ops& ops) {
  const auto by_size = [](const Tensor& x, int64_t size, int64_t dim) { return split(x, size, dim); };
  const auto by_sizes = [](const Tensor& x, const Shape& sizes, int64_t dim) { return split(x, sizes, dim); };
  for (const std::string name : {"split", "unsafe_split"}) {
    ops.add((name + "(input, split_size_or_sections, dim=0)").c_str(), by_size,
            "Pieces of a size, or of a list of sizes.");
    ops.add((name + "(input, split_size_or_sections, dim=0)").c_str(), by_sizes);
    ops.add((name + "(input, split_size, dim=0)").c_str(), by_size);
    ops.add((name + "(input, split_size, dim=0)").c_str(), by_sizes);
  }
  for (const std::string name : {"split_with_sizes", "unsafe_split_with_sizes"})
    ops.add((name + "(input, split_sizes, dim=0)").c_str(), by_sizes, "Pieces of these sizes.");
  for (const std::string name : {"chunk", "unsafe_chunk"})
    ops.add((name + "(input, chunks, dim=0)").c_str(), chunk, "At most this many pieces of equal size.");
  ops.add("unbind(input, dim=0)", unbind, "Views of every slice along dim.");

  const auto into_sections = [](const Tensor& x, int64_t sections, int64_t dim) {
    return tensor_split(x, sections, dim);
  };
  const auto at_indices = [](const Tensor& x, const Shape& indices, int64_t dim) {
    return tensor_split(x, indices, dim);
  };
  ops.add("tensor_split(input, sections, dim=0)", into_sections, "So many pieces, or those between these indices.");
  ops.add("tensor_split(input, indices, dim=0)", at_indices);
  ops.add("tensor_split(input, indices_or_sections, dim=0)", into_sections);
  ops.add("tensor_split(input, indices_or_sections, dim=0)", at_indices);
  ops.add("tensor_split(input, tensor_indices_or_sections, dim=0)",
          [](const Tensor& x, const Tensor& given, int64_t dim) {
            check(is_integral(given.dtype()) && given.dim() <= 1,
                  "tensor_split: indices must be a vector of integers or one, not ", describe(given));
            if (given.dim() == 0) return tensor_split(x, given.item<int64_t>(), dim);
            Shape indices;
            for (int64_t i = 0; i < given.numel(); ++i) indices.push_back(given[i].item<int64_t>());
            return tensor_split(x, indices, dim);
          });
  const auto add_split = [&ops](const std::string& name, Pieces (*into)(const Tensor&, int64_t),
                                Pieces (*at)(const Tensor&, const Shape&), const char* doc) {
    ops.add((name + "(input, sections)").c_str(), into, doc);
    ops.add((name + "(input, indices)").c_str(), at);
    ops.add((name + "(input, *indices_or_sections)").c_str(), at);
  };
  add_split("hsplit", hsplit, hsplit, "tensor_split along the columns.");
  add_split("vsplit", vsplit, vsplit, "tensor_split along the rows.");
  add_split("dsplit", dsplit, dsplit, "tensor_split along the third dim.");
}

}  // namespace

void bind_shape(Ops& ops) {
  ops.add_method("view(input, dtype)", view_as_dtype, "The same memory in another shape, or as another dtype.");
  ops.add_method("view(input, *shape)", view_as_shape);
  ops.add_method("view(input, *size)", view_as_shape);
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

  bind_pieces(ops);
  ops.add_function("broadcast_tensors(*tensors)", broadcast_tensors, "All expanded to their common shape.");

  ops.add("slice(input, dim=0, start=None, end=None, step=1)", slice, "input[start:end:step] along dim.");
  ops.add_method("unfold(input, dimension, size, step)", unfold, "A view of the windows of size elements, step apart.");
  ops.add_function("atleast_1d(input)", atleast_1d, "A view with at least one dim.");
  ops.add_function("atleast_1d(*tensors)", each<atleast_1d>);
  ops.add_function("atleast_2d(input)", atleast_2d, "A view with at least two dims.");
  ops.add_function("atleast_2d(*tensors)", each<atleast_2d>);
  ops.add_function("atleast_3d(input)", atleast_3d, "A view with at least three dims.");
  ops.add_function("atleast_3d(*tensors)", each<atleast_3d>);

  for (auto [name, existing] : {std::pair{"swapaxes", "transpose"}, {"swapdims", "transpose"}, {"moveaxis", "movedim"}})
    ops.alias(name, existing);
}

}  // namespace ember::python
