// Ops that take an index or a mask.
#include "ember/ops/indexing/indexing.h"

#include "ember/ops/creation/copy.h"
#include "ember/ops/indexing/take.h"
#include "ember/ops/indexing/tensor_index.h"
#include "ember/ops/pointwise/comparison.h"
#include "ops/internal/in_place.h"
#include "python/bindings/ops.h"

namespace ember::python {

namespace {

Tensor scatter_plain(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src) {
  return scatter(x, dim, index, src);
}
Tensor scatter_reducing(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce) {
  return scatter(x, dim, index, src, reduce);
}

void bind_scatter(Ops& ops) {
  for (const std::string last : {"src", "value: Number"}) {
    const std::string head = "(input, dim, index, " + last;
    ops.add(("scatter" + head + ")").c_str(), scatter_plain, "A copy with src written where index says.");
    ops.add(("scatter" + head + ", *, reduce)").c_str(), scatter_reducing);
    ops.add_method(("scatter_" + head + ")").c_str(), scatter_);
    ops.add_in_place(("scatter" + head + ", *, reduce)").c_str(), scatter_reducing);
  }
  ops.add("scatter_add(input, dim, index, src)", scatter_add, "A copy with src added where index says.");
  ops.add_method("scatter_add_(input, dim, index, src)", scatter_add_);
  ops.add_with_in_place("scatter_reduce(input, dim, index, src, reduce, *, include_self=True)", scatter_reduce,
                        "A copy with the sum, prod, mean, amax or amin of what meets where index says.");
  ops.add("index_add(input, dim, index, source, *, alpha=1)", index_add,
          "A copy with alpha source added to the slices named by index.");
  ops.add_method("index_add_(input, dim, index, source, *, alpha=1)", index_add_);
  ops.add("index_copy(input, dim, index, source)", index_copy, "A copy with source in the slices named by index.");
  ops.add_method("index_copy_(input, dim, index, source)", index_copy_);
  ops.add("index_fill(input, dim, index, value: Number)", index_fill,
          "A copy with value in the slices named by index.");
  ops.add_method("index_fill_(input, dim, index, value: Number)", index_fill_);
  ops.add_with_in_place("index_reduce(input, dim, index, source, reduce, *, include_self=True)", index_reduce,
                        "scatter_reduce for slices.");
}

/// The tensors of an index, where None is a whole dim.
std::vector<TensorIndex> indices_of(PyObject* given) {
  check<TypeError>(PyTuple_Check(given) || PyList_Check(given), "index_put: indices must be a tuple of tensors, not ",
                   type_name(given));
  std::vector<TensorIndex> indices;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(given); ++i) {
    PyObject* item = PySequence_Fast_GET_ITEM(given, i);
    check<TypeError>(item == Py_None || is_tensor(item), "index_put: indices must be tensors or None, not ",
                     type_name(item));
    indices.push_back(item == Py_None ? TensorIndex(Slice()) : TensorIndex(tensor_of(item)));
  }
  return indices;
}

void bind_masks(Ops& ops) {
  ops.add("masked_fill(input, mask, value: Number)", masked_fill, "value where mask holds.");
  ops.add_method("masked_fill_(input, mask, value: Number)", masked_fill_);
  ops.add_with_in_place("masked_scatter(input, mask, source)", masked_scatter,
                        "The elements of source, in order, where mask holds.");
  ops.add("masked_select(input, mask)", masked_select, "The elements where mask holds, 1-d.");
  ops.add("nonzero(input)", nonzero, "Positions of the elements that are not zero.");
  ops.add("nonzero(input, *, as_tuple)", [](PyObject* x, bool as_tuple) {
    check<TypeError>(is_tensor(x), "nonzero: input must be a tensor, not ", type_name(x));
    return as_tuple ? to_python(nonzero_tuple(tensor_of(x))) : wrap(nonzero(tensor_of(x)));
  });
  ops.add("nonzero_static(input, *, size, fill_value=-1)", nonzero_static, "The first rows of nonzero.");
  ops.add("argwhere(input)", argwhere, "Positions of the elements that are not zero.");
}

}  // namespace

void bind_indexing(Ops& ops, Ops& functional) {
  bind_scatter(ops);
  bind_masks(ops);
  ops.add(
      "gather(input, dim, index, *, sparse_grad=False)",
      [](const Tensor& x, int64_t dim, const Tensor& index, bool) { return gather(x, dim, index); },
      "Elements of dim named by index.");
  ops.add("take_along_dim(input, indices, dim=None)", take_along_dim, "gather with broadcasting.");
  ops.add("take(input, index)", take, "Elements of the flattened tensor.");
  ops.add_with_in_place("put(input, index, source, accumulate=False)", put, "A copy with source at flat positions.");
  ops.add("index_select(input, dim, index)", index_select, "The slices of dim named by a 1-d index.");
  ops.add(
      "index_put(input, indices, values, accumulate=False)",
      [](const Tensor& x, PyObject* indices, const Tensor& values, bool accumulate) {
        return wrap(index_put(x, indices_of(indices), values, accumulate));
      },
      "A copy with values at these indices, as by x[indices] = values.");
  ops.add_method("index_put_(input, indices, values, accumulate=False)",
                 [](Tensor& x, PyObject* indices, const Tensor& values, bool accumulate) {
                   return wrap(index_put_(x, indices_of(indices), values, accumulate));
                 });
  ops.add_function("unravel_index(indices, shape)", unravel_index, "The coordinates of flat positions.");

  using Size = std::optional<int64_t>;
  const auto repeat_all = [](const Tensor& x, int64_t repeats, Size dim, Size output_size) {
    return repeat_interleave(x, repeats, dim, output_size);
  };
  const auto repeat_each = [](const Tensor& x, const Tensor& repeats, Size dim, Size output_size) {
    return repeat_interleave(x, repeats, dim, output_size);
  };
  ops.add("repeat_interleave(input, repeats, dim=None, *, output_size=None)", repeat_all,
          "Every slice of dim repeated in place.");
  ops.add("repeat_interleave(input, repeats, dim=None, *, output_size=None)", repeat_each);
  ops.add("repeat_interleave(repeats, *, output_size=None)",
          [](const Tensor& repeats, Size output_size) { return repeat_interleave(repeats, output_size); });

  functional.add_function("one_hot(input, num_classes=-1)", one_hot, "A 1 at each class.");
}

}  // namespace ember::python
