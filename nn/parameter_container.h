// ParameterList and ParameterDict hold parameters for a module's own forward, as ModuleList and ModuleDict hold modules.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ember/nn/module.h"

namespace ember::nn {

/// What the two share: how they print.
class ParameterContainer : public Module {
 public:
  size_t size() const { return own_parameters().size(); }
  bool is_empty() const { return size() == 0; }
  std::string extra_repr() const override;
};

/// Parameters named "0", "1", ...
class ParameterListImpl : public ParameterContainer {
 public:
  ParameterListImpl() = default;
  explicit ParameterListImpl(const std::vector<Tensor>& parameters) { extend(parameters); }
  /// The parameter at this place; negative counts from the end. IndexError when out of range.
  Tensor operator[](int64_t index) const;
  void append(const Tensor& parameter);
  void extend(const std::vector<Tensor>& parameters);
  void replace(int64_t index, const Tensor& parameter);

 protected:
  std::shared_ptr<Module> make_empty() const override { return std::make_shared<ParameterListImpl>(); }

 private:
  size_t wrap(int64_t index) const;
};
using ParameterList = ModuleHolder<ParameterListImpl>;

/// Parameters by name, in the order in which they came.
class ParameterDictImpl : public ParameterContainer {
 public:
  ParameterDictImpl() = default;
  explicit ParameterDictImpl(const std::vector<std::pair<std::string, Tensor>>& parameters);
  bool contains(const std::string& key) const { return own_parameters().contains(key); }
  /// IndexError for another name.
  Tensor operator[](const std::string& key) const;
  void insert(const std::string& key, const Tensor& parameter);
  /// Takes it out. IndexError for another name.
  Tensor pop(const std::string& key);
  void clear() { own_parameters().clear(); }
  std::vector<std::string> keys() const { return own_parameters().keys(); }
  std::vector<Tensor> values() const { return own_parameters().values(); }

 protected:
  std::shared_ptr<Module> make_empty() const override { return std::make_shared<ParameterDictImpl>(); }
};
using ParameterDict = ModuleHolder<ParameterDictImpl>;

}  // namespace ember::nn
