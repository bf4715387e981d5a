// Tensor's methods that look at or place its elements elsewhere.
#include "ops/diagonal.h"
#include "ops/indexing.h"
#include "ops/scatter.h"
#include "ops/shape.h"
#include "ops/view_copies.h"

namespace ember {

Tensor TensorMethods::view(const Shape& shape) const { return ember::view(self(), shape); }
Tensor TensorMethods::view(DType dtype) const { return ember::view(self(), dtype); }
Tensor TensorMethods::view_as(const Tensor& other) const { return ember::view_as(self(), other); }
Tensor TensorMethods::reshape(const Shape& shape) const { return ember::reshape(self(), shape); }
Tensor TensorMethods::reshape_as(const Tensor& other) const { return ember::reshape_as(self(), other); }
Tensor TensorMethods::ravel() const { return ember::reshape(self(), -1); }
Tensor TensorMethods::flatten(int64_t start_dim, int64_t end_dim) const {
  return ember::flatten(self(), start_dim, end_dim);
}
Tensor TensorMethods::unflatten(int64_t dim, const Shape& sizes) const { return ember::unflatten(self(), dim, sizes); }
Tensor TensorMethods::transpose(int64_t dim0, int64_t dim1) const { return ember::transpose(self(), dim0, dim1); }
Tensor TensorMethods::swapaxes(int64_t dim0, int64_t dim1) const { return ember::transpose(self(), dim0, dim1); }
Tensor TensorMethods::swapdims(int64_t dim0, int64_t dim1) const { return ember::transpose(self(), dim0, dim1); }
Tensor TensorMethods::permute(const Shape& dims) const { return ember::permute(self(), dims); }
Tensor TensorMethods::movedim(const Shape& source, const Shape& destination) const {
  return ember::movedim(self(), source, destination);
}
Tensor TensorMethods::moveaxis(const Shape& source, const Shape& destination) const {
  return ember::movedim(self(), source, destination);
}
Tensor TensorMethods::t() const { return ember::t(self()); }
Tensor TensorMethods::T() const { return ember::T(self()); }
Tensor TensorMethods::H() const { return ember::H(self()); }
Tensor TensorMethods::mT() const { return ember::mT(self()); }
Tensor TensorMethods::mH() const { return ember::mH(self()); }
Tensor TensorMethods::adjoint() const { return ember::mH(self()); }
Tensor TensorMethods::expand(const Shape& shape) const { return ember::expand(self(), shape); }
Tensor TensorMethods::expand_as(const Tensor& other) const { return ember::expand_as(self(), other); }
Tensor TensorMethods::broadcast_to(const Shape& shape) const { return ember::broadcast_to(self(), shape); }
Tensor TensorMethods::squeeze() const { return ember::squeeze(self()); }
Tensor TensorMethods::squeeze(const Shape& dims) const { return ember::squeeze(self(), dims); }
Tensor TensorMethods::unsqueeze(int64_t dim) const { return ember::unsqueeze(self(), dim); }
Tensor TensorMethods::as_strided(const Shape& sizes, const Shape& strides,
                                 std::optional<int64_t> storage_offset) const {
  return ember::as_strided(self(), sizes, strides, storage_offset);
}
Tensor TensorMethods::select(int64_t dim, int64_t index) const { return ember::select(self(), dim, index); }
Tensor TensorMethods::narrow(int64_t dim, int64_t start, int64_t length) const {
  return ember::narrow(self(), dim, start, length);
}
Tensor TensorMethods::slice(int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end, int64_t step) const {
  return ember::slice(self(), dim, start, end, step);
}
Tensor TensorMethods::diagonal(int64_t offset, int64_t dim1, int64_t dim2) const {
  return ember::diagonal(self(), offset, dim1, dim2);
}
Tensor TensorMethods::unfold(int64_t dim, int64_t size, int64_t step) const {
  return ember::unfold(self(), dim, size, step);
}
std::vector<Tensor> TensorMethods::split(int64_t size, int64_t dim) const { return ember::split(self(), size, dim); }
std::vector<Tensor> TensorMethods::split(const Shape& sizes, int64_t dim) const {
  return ember::split(self(), sizes, dim);
}
std::vector<Tensor> TensorMethods::split_with_sizes(const Shape& sizes, int64_t dim) const {
  return ember::split(self(), sizes, dim);
}
std::vector<Tensor> TensorMethods::chunk(int64_t chunks, int64_t dim) const {
  return ember::chunk(self(), chunks, dim);
}
std::vector<Tensor> TensorMethods::unsafe_split(int64_t size, int64_t dim) const {
  return ember::split(self(), size, dim);
}
std::vector<Tensor> TensorMethods::unsafe_split_with_sizes(const Shape& sizes, int64_t dim) const {
  return ember::split(self(), sizes, dim);
}
std::vector<Tensor> TensorMethods::unsafe_chunk(int64_t chunks, int64_t dim) const {
  return ember::chunk(self(), chunks, dim);
}
std::vector<Tensor> TensorMethods::unbind(int64_t dim) const { return ember::unbind(self(), dim); }
std::vector<Tensor> TensorMethods::tensor_split(int64_t sections, int64_t dim) const {
  return ember::tensor_split(self(), sections, dim);
}
std::vector<Tensor> TensorMethods::tensor_split(const Shape& indices, int64_t dim) const {
  return ember::tensor_split(self(), indices, dim);
}
std::vector<Tensor> TensorMethods::hsplit(int64_t sections) const { return ember::hsplit(self(), sections); }
std::vector<Tensor> TensorMethods::hsplit(const Shape& indices) const { return ember::hsplit(self(), indices); }
std::vector<Tensor> TensorMethods::vsplit(int64_t sections) const { return ember::vsplit(self(), sections); }
std::vector<Tensor> TensorMethods::vsplit(const Shape& indices) const { return ember::vsplit(self(), indices); }
std::vector<Tensor> TensorMethods::dsplit(int64_t sections) const { return ember::dsplit(self(), sections); }
std::vector<Tensor> TensorMethods::dsplit(const Shape& indices) const { return ember::dsplit(self(), indices); }

Tensor TensorMethods::flip(const Shape& dims) const { return ember::flip(self(), dims); }
Tensor TensorMethods::fliplr() const { return ember::fliplr(self()); }
Tensor TensorMethods::flipud() const { return ember::flipud(self()); }
Tensor TensorMethods::rot90(int64_t k, const Shape& dims) const { return ember::rot90(self(), k, dims); }
Tensor TensorMethods::roll(const Shape& shifts, const Shape& dims) const { return ember::roll(self(), shifts, dims); }
Tensor TensorMethods::repeat(const Shape& repeats) const { return ember::repeat(self(), repeats); }
Tensor TensorMethods::tile(const Shape& repeats) const { return ember::tile(self(), repeats); }
Tensor TensorMethods::repeat_interleave(std::optional<int64_t> output_size) const {
  return ember::repeat_interleave(self(), output_size);
}
Tensor TensorMethods::repeat_interleave(int64_t repeats, std::optional<int64_t> dim,
                                        std::optional<int64_t> output_size) const {
  return ember::repeat_interleave(self(), repeats, dim, output_size);
}
Tensor TensorMethods::repeat_interleave(const Tensor& repeats, std::optional<int64_t> dim,
                                        std::optional<int64_t> output_size) const {
  return ember::repeat_interleave(self(), repeats, dim, output_size);
}
Tensor TensorMethods::tril(int64_t diagonal) const { return ember::tril(self(), diagonal); }
Tensor TensorMethods::triu(int64_t diagonal) const { return ember::triu(self(), diagonal); }
Tensor TensorMethods::diag(int64_t offset) const { return ember::diag(self(), offset); }
Tensor TensorMethods::diag_embed(int64_t offset, int64_t dim1, int64_t dim2) const {
  return ember::diag_embed(self(), offset, dim1, dim2);
}
Tensor TensorMethods::diagflat(int64_t offset) const { return ember::diagflat(self(), offset); }
Tensor TensorMethods::narrow_copy(int64_t dim, int64_t start, int64_t length) const {
  return ember::narrow_copy(self(), dim, start, length);
}
Tensor TensorMethods::as_strided_scatter(const Tensor& src, const Shape& sizes, const Shape& strides,
                                         std::optional<int64_t> storage_offset) const {
  return ember::as_strided_scatter(self(), src, sizes, strides, storage_offset);
}
Tensor TensorMethods::diagonal_scatter(const Tensor& src, int64_t offset, int64_t dim1, int64_t dim2) const {
  return ember::diagonal_scatter(self(), src, offset, dim1, dim2);
}
Tensor TensorMethods::select_scatter(const Tensor& src, int64_t dim, int64_t index) const {
  return ember::select_scatter(self(), src, dim, index);
}
Tensor TensorMethods::slice_scatter(const Tensor& src, int64_t dim, std::optional<int64_t> start,
                                    std::optional<int64_t> end, int64_t step) const {
  return ember::slice_scatter(self(), src, dim, start, end, step);
}

Tensor TensorMethods::index(const std::vector<TensorIndex>& indices) const { return ember::index(self(), indices); }
Tensor TensorMethods::index_put(const std::vector<TensorIndex>& indices, const Tensor& value, bool accumulate) const {
  return ember::index_put(self(), indices, value, accumulate);
}
Tensor TensorMethods::gather(int64_t dim, const Tensor& index) const { return ember::gather(self(), dim, index); }
Tensor TensorMethods::take_along_dim(const Tensor& index, std::optional<int64_t> dim) const {
  return ember::take_along_dim(self(), index, dim);
}
Tensor TensorMethods::take(const Tensor& index) const { return ember::take(self(), index); }
Tensor TensorMethods::put(const Tensor& index, const Tensor& source, bool accumulate) const {
  return ember::put(self(), index, source, accumulate);
}
Tensor TensorMethods::scatter(int64_t dim, const Tensor& index, const Tensor& src) const {
  return ember::scatter(self(), dim, index, src);
}
Tensor TensorMethods::scatter(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce) const {
  return ember::scatter(self(), dim, index, src, reduce);
}
Tensor TensorMethods::scatter_add(int64_t dim, const Tensor& index, const Tensor& src) const {
  return ember::scatter_add(self(), dim, index, src);
}
Tensor TensorMethods::scatter_reduce(int64_t dim, const Tensor& index, const Tensor& src, std::string_view reduce,
                                     bool include_self) const {
  return ember::scatter_reduce(self(), dim, index, src, reduce, include_self);
}
Tensor TensorMethods::index_select(int64_t dim, const Tensor& index) const {
  return ember::index_select(self(), dim, index);
}
Tensor TensorMethods::index_add(int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha) const {
  return ember::index_add(self(), dim, index, source, alpha);
}
Tensor TensorMethods::index_copy(int64_t dim, const Tensor& index, const Tensor& source) const {
  return ember::index_copy(self(), dim, index, source);
}
Tensor TensorMethods::index_fill(int64_t dim, const Tensor& index, const Tensor& value) const {
  return ember::index_fill(self(), dim, index, value);
}
Tensor TensorMethods::index_reduce(int64_t dim, const Tensor& index, const Tensor& source, std::string_view reduce,
                                   bool include_self) const {
  return ember::index_reduce(self(), dim, index, source, reduce, include_self);
}
Tensor TensorMethods::masked_fill(const Tensor& mask, const Tensor& value) const {
  return ember::masked_fill(self(), mask, value);
}
Tensor TensorMethods::masked_select(const Tensor& mask) const { return ember::masked_select(self(), mask); }
Tensor TensorMethods::masked_scatter(const Tensor& mask, const Tensor& source) const {
  return ember::masked_scatter(self(), mask, source);
}
Tensor TensorMethods::nonzero() const { return ember::nonzero(self()); }
Tensor TensorMethods::nonzero_static(int64_t size, int64_t fill_value) const {
  return ember::nonzero_static(self(), size, fill_value);
}
Tensor TensorMethods::argwhere() const { return ember::argwhere(self()); }

}  // namespace ember
