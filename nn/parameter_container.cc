#include "ember/nn/parameter_container.h"

#include <iterator>

#include "ember/core/dtype.h"

namespace ember::nn {
namespace {

/// "2x3".
std::string sizes_text(const Shape& sizes) {
  std::string result;
  for (const int64_t size : sizes) result += concat(result.empty() ? "" : "x", size);
  return result;
}

}  // namespace

std::string ParameterContainer::extra_repr() const {
  std::string lines;
  for (const auto& [name, p] : own_parameters()) {
    lines += concat(lines.empty() ? "  (" : "\n  (", name, "): ");
    lines +=
        p.defined() ? concat("Parameter containing: [", p.dtype(), " of size ", sizes_text(p.sizes()), "]") : "None";
  }
  return lines;
}

size_t ParameterListImpl::wrap(int64_t index) const {
  const auto count = static_cast<int64_t>(size());
  check<IndexError>(index >= -count && index < count, "ParameterList: index ", index, " is out of range for ", count,
                    " parameters");
  return static_cast<size_t>(index < 0 ? index + count : index);
}

Tensor ParameterListImpl::operator[](int64_t index) const {
  return *own_parameters().find(std::to_string(wrap(index)));
}

void ParameterListImpl::append(const Tensor& parameter) {
  register_parameter(std::to_string(size()), parameter, parameter.requires_grad());
}

void ParameterListImpl::extend(const std::vector<Tensor>& parameters) {
  for (const Tensor& p : parameters) append(p);
}

void ParameterListImpl::replace(int64_t index, const Tensor& parameter) {
  set_parameter(std::to_string(wrap(index)), parameter, parameter.requires_grad());
}

ParameterDictImpl::ParameterDictImpl(const std::vector<std::pair<std::string, Tensor>>& parameters) {
  for (const auto& [key, p] : parameters) insert(key, p);
}

Tensor ParameterDictImpl::operator[](const std::string& key) const {
  const Tensor* p = own_parameters().find(key);
  check<IndexError>(p != nullptr, "ParameterDict: no parameter named '", key, "'");
  return *p;
}

void ParameterDictImpl::insert(const std::string& key, const Tensor& parameter) {
  set_parameter(key, parameter, parameter.requires_grad());
}

Tensor ParameterDictImpl::pop(const std::string& key) {
  Tensor p = (*this)[key];
  unregister(key);
  return p;
}

}  // namespace ember::nn
