#include "ember/nn/container.h"

namespace ember::nn {

size_t IndexedModules::wrap(int64_t index, bool allow_end) const {
  const auto count = static_cast<int64_t>(size());
  const int64_t wrapped = index < 0 ? index + count : index;
  if (wrapped < 0 || wrapped >= count + allow_end)
    fail<IndexError>(name(), ": index ", index, " is out of range for ", count, " modules");
  return static_cast<size_t>(wrapped);
}

std::shared_ptr<Module> IndexedModules::operator[](int64_t index) const {
  return std::next(own_children().begin(), static_cast<int64_t>(wrap(index, false)))->second;
}

void IndexedModules::fail_type(int64_t index) const {
  const std::shared_ptr<Module> child = (*this)[index];
  fail<TypeError>(name(), ": module ", index, " is ", child ? "a " + child->name() : "null",
                  ", not of the class asked for");
}

void IndexedModules::append(std::shared_ptr<Module> module) {
  register_child(std::to_string(size()), std::move(module));
}

void IndexedModules::insert(int64_t index, std::shared_ptr<Module> module) {
  auto modules = own_children().values();
  modules.insert(modules.begin() + static_cast<int64_t>(wrap(index, true)), std::move(module));
  rebuild(std::move(modules));
}

void IndexedModules::replace(int64_t index, std::shared_ptr<Module> module) {
  std::next(own_children().begin(), static_cast<int64_t>(wrap(index, false)))->second = std::move(module);
}

void IndexedModules::erase(int64_t index) {
  auto modules = own_children().values();
  modules.erase(modules.begin() + static_cast<int64_t>(wrap(index, false)));
  rebuild(std::move(modules));
}

void IndexedModules::rebuild(std::vector<std::shared_ptr<Module>> modules) {
  own_children().clear();
  for (auto& module : modules) append(std::move(module));
}

SequentialImpl::SequentialImpl(const NamedModules& modules) {
  for (const auto& [name, module] : modules) push_back(name, module);
}

Tensor SequentialImpl::forward(const Tensor& input) {
  TreeLevel level;
  for (const auto& [name, module] : own_children())
    if (const OwnForward* own = module ? module->own_forward() : nullptr; own && !own->map)
      return result_as<Tensor>(run({input}));
  Tensor x = input;
  for_each_callable([&](Module& module) { x = module(x); });
  return x;
}

void SequentialImpl::for_each_callable(FunctionRef<void(Module& module)> visit) const {
  for_each_child([&](const std::string& key, const std::shared_ptr<Module>& module) {
    check<TypeError>(module != nullptr, name(), ": child '", key, "' is None, which cannot be called");
    visit(*module);
  });
}

std::any SequentialImpl::run(std::vector<std::any> arguments) {
  check(!is_empty(), "Cannot call forward() on an empty Sequential");
  for_each_callable([&](Module& module) {
    std::any result = module.call(arguments);
    arguments.assign(1, std::move(result));
  });
  return std::move(arguments[0]);
}

void SequentialImpl::fail_result(const std::type_info& type) const {
  fail<TypeError>(name(), ": the last module gave ", detail::type_text(type), ", not the type asked for");
}

ModuleListImpl::ModuleListImpl(const std::vector<std::shared_ptr<Module>>& modules) {
  for (const auto& module : modules) append(module);
}

std::shared_ptr<Module> ModuleDictImpl::pop(const std::string& key) {
  std::shared_ptr<Module> module = own_children()[key];
  own_children().erase(key);
  return module;
}

}  // namespace ember::nn
