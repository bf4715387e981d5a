// save and load by libtorch's names: tensors, modules, optimizers and data of any form in one file. A file named .pt, .pth, .ckpt or .bin
// is PyTorch's, which torch.load reads; any other is a safetensors file. Reading goes by the file's bytes, whatever its name.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ember/io/value.h"
#include "ember/ops/tensor.h"

namespace ember::nn {
class Module;
}
namespace ember::optim {
class Optimizer;
}

namespace ember {

void save(const Tensor& x, const std::string& path);
void save(const std::vector<Tensor>& tensors, const std::string& path);
/// The module's state_dict.
void save(const nn::Module& module, const std::string& path);
void save(const std::shared_ptr<nn::Module>& module, const std::string& path);
/// The optimizer's state_dict.
void save(const optim::Optimizer& optimizer, const std::string& path);
/// Anything, in PyTorch's format, whatever the file is called. TypeError and ValueError for what no file can hold.
void save(const io::Value& value, const std::string& path);

/// IoError for a file that holds something else.
void load(Tensor& x, const std::string& path);
void load(std::vector<Tensor>& tensors, const std::string& path);
/// Copies into the module's own tensors, strictly: missing, unexpected and misshapen entries throw.
void load(nn::Module& module, const std::string& path);
void load(const std::shared_ptr<nn::Module>& module, const std::string& path);
void load(optim::Optimizer& optimizer, const std::string& path);
/// All that a file holds; of a safetensors file its tensors. IoError for a damaged file, io::RefusedError for one that would run code.
io::Value load(const std::string& path);

}  // namespace ember
