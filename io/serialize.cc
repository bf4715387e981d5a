#include "ember/io/serialize.h"

#include "ember/io/checkpoint.h"
#include "ember/io/optimizer_state.h"
#include "ember/io/optimizer_value.h"
#include "ember/io/pt_file.h"
#include "ember/io/safetensors.h"
#include "ember/nn/module.h"

namespace ember {

namespace {

constexpr const char* kOptimizerGroups = "optimizer";

nn::Module& check_module(const std::shared_ptr<nn::Module>& module, const char* op) {
  check<ValueError>(module != nullptr, op, ": the module is empty");
  return *module;
}

bool is_pt_file(const std::string& path) { return io::kind_of(io::InputFile(path)) != io::FileKind::Safetensors; }

/// Reads the file; what `take` does not find as it should be becomes an IoError.
template <class F>
void from_pt(const std::string& path, F take) {
  const io::Value value = io::load_pt(path);
  try {
    take(value);
  } catch (const TypeError& error) {
    fail<IoError>(path, ": ", error.what());
  } catch (const IndexError& error) {
    fail<IoError>(path, ": ", error.what());
  }
}

}  // namespace

void save(const Tensor& x, const std::string& path) {
  if (io::is_pt_name(path)) return io::save_pt(x, path);
  save(std::vector<Tensor>{x}, path);
}

void save(const std::vector<Tensor>& tensors, const std::string& path) {
  if (io::is_pt_name(path)) return io::save_pt(io::Value::list({tensors.begin(), tensors.end()}), path);
  TensorDict dict;
  for (size_t i = 0; i < tensors.size(); ++i) dict.insert(std::to_string(i), tensors[i]);
  save_tensors(dict, path);
}

void save(const nn::Module& module, const std::string& path) {
  if (io::is_pt_name(path)) return io::save_pt(module.state_dict(), path);
  save_tensors(module.state_dict(), path);
}

void save(const std::shared_ptr<nn::Module>& module, const std::string& path) {
  save(check_module(module, "save"), path);
}

void save(const optim::Optimizer& optimizer, const std::string& path) {
  const auto state = optimizer.state_dict();
  if (io::is_pt_name(path)) return io::save_pt(io::optimizer_value(state), path);
  TensorDict tensors;
  io::append_tensors(state, "", tensors);
  save_tensors(tensors, path, {{kOptimizerGroups, io::groups_to_json(state)}});
}

void save(const io::Value& value, const std::string& path) { io::save_pt(value, path); }

void load(Tensor& x, const std::string& path) {
  if (is_pt_file(path)) {
    from_pt(path, [&](const io::Value& value) { x = value.tensor(); });
    return;
  }
  const TensorDict tensors = load_tensors(path);
  check<IoError>(tensors.size() == 1, path, ": expected one tensor but it holds ", tensors.size());
  x = tensors.begin()->second;
}

void load(std::vector<Tensor>& tensors, const std::string& path) {
  if (is_pt_file(path)) {
    from_pt(path, [&](const io::Value& value) {
      std::vector<Tensor> loaded;
      for (const io::Value& item : value.items()) loaded.push_back(item.tensor());
      tensors = std::move(loaded);
    });
    return;
  }
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
  if (is_pt_file(path)) {
    nn::StateDict state;
    from_pt(path, [&](const io::Value& value) { state = value.tensors(); });
    module.load_state_dict(state);
    return;
  }
  if (is_shard_index(path)) return static_cast<void>(module.load_state_dict(load_shards(path)));
  Metadata metadata;
  TensorDict tensors = load_tensors(path, &metadata);
  module.load_state_dict(model_state(std::move(tensors), metadata));
}

void load(const std::shared_ptr<nn::Module>& module, const std::string& path) {
  load(check_module(module, "load"), path);
}

void load(optim::Optimizer& optimizer, const std::string& path) {
  if (is_pt_file(path)) {
    optim::OptimizerState state;
    from_pt(path, [&](const io::Value& value) { state = io::read_optimizer_value(value); });
    optimizer.load_state_dict(state);
    return;
  }
  Metadata metadata;
  const TensorDict tensors = load_tensors(path, &metadata);
  const auto groups = metadata.find(kOptimizerGroups);
  check<IoError>(groups != metadata.end(), path, ": holds tensors but no optimizer");
  optimizer.load_state_dict(io::read_optimizer_state(tensors, "", groups->second, path));
}

io::Value load(const std::string& path) {
  if (is_shard_index(path)) return load_shards(path);
  if (is_pt_file(path)) return io::load_pt(path);
  return load_tensors(path);
}

}  // namespace ember
