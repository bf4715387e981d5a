#include "ember/io/serialize.h"

#include "ember/io/checkpoint.h"
#include "ember/io/optimizer_state.h"
#include "ember/io/safetensors.h"
#include "ember/nn/module.h"

namespace ember {

namespace {

constexpr const char* kOptimizerGroups = "optimizer";

nn::Module& check_module(const std::shared_ptr<nn::Module>& module, const char* op) {
  check<ValueError>(module != nullptr, op, ": the module is empty");
  return *module;
}

}  // namespace

void save(const Tensor& x, const std::string& path) { save(std::vector<Tensor>{x}, path); }

void save(const std::vector<Tensor>& tensors, const std::string& path) {
  TensorDict dict;
  for (size_t i = 0; i < tensors.size(); ++i) dict.insert(std::to_string(i), tensors[i]);
  save_tensors(dict, path);
}

void save(const nn::Module& module, const std::string& path) { save_tensors(module.state_dict(), path); }

void save(const std::shared_ptr<nn::Module>& module, const std::string& path) {
  save(check_module(module, "save"), path);
}

void save(const optim::Optimizer& optimizer, const std::string& path) {
  const auto state = optimizer.state_dict();
  TensorDict tensors;
  io::append_tensors(state, "", tensors);
  save_tensors(tensors, path, {{kOptimizerGroups, io::groups_to_json(state)}});
}

void load(Tensor& x, const std::string& path) {
  const TensorDict tensors = load_tensors(path);
  check<IoError>(tensors.size() == 1, path, ": expected one tensor but it holds ", tensors.size());
  x = tensors.begin()->second;
}

void load(std::vector<Tensor>& tensors, const std::string& path) {
  const TensorDict dict = load_tensors(path);
  std::vector<Tensor> loaded;
  for (size_t i = 0; i < dict.size(); ++i) {
    const Tensor* x = dict.find(std::to_string(i));
    check<IoError>(x != nullptr, path, ": holds no list of tensors: of its ", dict.size(), " none is named '", i, "'");
    loaded.push_back(*x);
  }
  tensors = std::move(loaded);
}

void load(nn::Module& module, const std::string& path) {
  Metadata metadata;
  TensorDict tensors = load_tensors(path, &metadata);
  module.load_state_dict(model_state(std::move(tensors), metadata));
}

void load(const std::shared_ptr<nn::Module>& module, const std::string& path) {
  load(check_module(module, "load"), path);
}

void load(optim::Optimizer& optimizer, const std::string& path) {
  Metadata metadata;
  const TensorDict tensors = load_tensors(path, &metadata);
  const auto groups = metadata.find(kOptimizerGroups);
  check<IoError>(groups != metadata.end(), path, ": holds tensors but no optimizer");
  optimizer.load_state_dict(io::read_optimizer_state(tensors, "", groups->second, path));
}

}  // namespace ember
