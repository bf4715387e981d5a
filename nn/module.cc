#include "ember/nn/module.h"

#include <pthread.h>

#include <algorithm>
#include <list>

#include "ember/autograd/grad_mode.h"
#include "ember/nn/lazy.h"

namespace ember::nn {
namespace {

/// x stays the same tensor and takes the data of `value`.
void set_data(const Tensor& x, const Tensor& value) {
  TensorImpl& impl = *x.impl();
  impl.storage = value.storage();
  impl.dtype = value.dtype();
  impl.set_geometry(value.sizes(), value.strides(), value.storage_offset());
  impl.batch = value.impl()->batch;
}

/// Converts a parameter or buffer and its gradient.
template <class Convert>
void convert_tensor(const Tensor& x, const Convert& convert) {
  if (!x.defined()) return;
  Tensor converted = convert(x.detach());
  if (converted.storage() == x.storage() && converted.dtype() == x.dtype()) return;
  if (is_lazy(x)) converted = uninitialized(converted.options());
  set_data(x, converted);
  if (x.requires_grad() && x.grad().defined()) set_data(x.grad(), convert(x.grad().detach()));
}

template <class Convert>
void convert_all(Module& module, const Convert& convert) {
  NoGradGuard no_grad;
  for (const Tensor& p : module.parameters()) convert_tensor(p, convert);
  for (const Tensor& b : module.buffers()) convert_tensor(b, convert);
}

constexpr int kMaxDepth = 1000;
constexpr intptr_t kStackReserve = 96 * 1024;  // for what a level calls beside the next one
thread_local int depth = 0;

/// Where this thread's stack ends.
intptr_t stack_limit() {
  thread_local const intptr_t limit = [] {
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return intptr_t{0};
    void* lowest = nullptr;
    size_t size = 0;
    pthread_attr_getstack(&attributes, &lowest, &size);
    pthread_attr_destroy(&attributes);
    return reinterpret_cast<intptr_t>(lowest);
  }();
  return limit;
}

}  // namespace

namespace detail {

void fail_forward_count(const Module& module, size_t given, size_t expected) {
  fail<TypeError>(module.name(), ": forward takes ", expected, " arguments but got ", given);
}

void fail_forward_argument(const Module& module, size_t i, const std::type_info& given,
                           const std::type_info& expected) {
  fail<TypeError>(module.name(), ": forward takes ", type_text(expected), " as argument ", i, " but got ",
                  type_text(given));
}

}  // namespace detail

TreeLevel::TreeLevel() {
  const auto here = reinterpret_cast<intptr_t>(__builtin_frame_address(0));
  if (depth == kMaxDepth || (depth > 0 && here - stack_limit() < kStackReserve))
    fail<RecursionError>("a tree of modules is too deep at level ", depth, ": does a module hold itself?");
  ++depth;
}

TreeLevel::~TreeLevel() { --depth; }

Module::~Module() {
  // The children of children wait in one list, so that the end of a deep tree takes no stack.
  using Items = std::list<OrderedDict<std::shared_ptr<Module>>::Item>;
  thread_local Items* waiting = nullptr;
  Items items;
  children_.move_items_to(waiting ? *waiting : items);
  if (waiting || items.empty()) return;
  waiting = &items;
  while (!items.empty()) {
    Items first;
    first.splice(first.begin(), items, items.begin());
  }
  waiting = nullptr;
}

Tensor Module::forward(const Tensor& input) {
  if (own_forward_ && own_forward_->map) return own_forward_->map(*this, input);
  check<NotImplementedError>(!own_forward_, "Module [", name(), "]: forward does not map one tensor to one");
  fail<NotImplementedError>("Module [", name(), "] is missing the required \"forward\" function");
}

std::any Module::call(std::span<const std::any> arguments) {
  const Tensor* input = arguments.size() == 1 ? std::any_cast<Tensor>(&arguments[0]) : nullptr;
  if (input && (!own_forward_ || own_forward_->map)) return (*this)(*input);
  if (own_forward_ && own_forward_->call) return own_forward_->call(*this, arguments);
  if (arguments.size() != 1) detail::fail_forward_count(*this, arguments.size(), 1);
  detail::fail_forward_argument(*this, 0, arguments[0].type(), typeid(Tensor));
}

Tensor Module::operator()(const Tensor& input) {
  if (hooks_.empty()) [[likely]]
    return forward(input);
  return call_with_hooks(input);
}

Tensor Module::call_with_hooks(const Tensor& input) {
  // A hook may remove itself, so the walk is over a copy.
  const std::vector<Hook> hooks = hooks_;
  Tensor x = input;
  for (const Hook& hook : hooks) {
    if (!hook.before) continue;
    if (Tensor changed = hook.before(*this, x); changed.defined()) x = changed;
  }
  Tensor y = forward(x);
  for (const Hook& hook : hooks) {
    if (!hook.after) continue;
    if (Tensor changed = hook.after(*this, x, y); changed.defined()) y = changed;
  }
  return y;
}

int64_t Module::register_forward_hook(ForwardHook hook) {
  hooks_.push_back({next_hook_id_, std::move(hook), {}});
  return next_hook_id_++;
}

int64_t Module::register_forward_pre_hook(ForwardPreHook hook) {
  hooks_.push_back({next_hook_id_, {}, std::move(hook)});
  return next_hook_id_++;
}

void Module::remove_hook(int64_t id) {
  std::erase_if(hooks_, [&](const Hook& hook) { return hook.id == id; });
}

void Module::check_name(const std::string& name, const char* kind) const {
  check<ValueError>(!name.empty(), kind, " name can't be empty string \"\"");
  check<ValueError>(name.find('.') == std::string::npos, kind, " name can't contain \".\", got: \"", name, "\"");
  const bool taken = (kind[0] != 'p' && parameters_.contains(name)) || (kind[0] != 'b' && buffers_.contains(name)) ||
                     (kind[0] != 'm' && children_.contains(name));
  if (taken) fail<ValueError>("attribute '", name, "' already exists in ", this->name());
}

Tensor& Module::register_parameter(std::string name, Tensor tensor, bool requires_grad) {
  check(!parameters_.contains(name), "Parameter '", name, "' already defined");
  return set_parameter(std::move(name), std::move(tensor), requires_grad);
}

Tensor& Module::register_buffer(std::string name, Tensor tensor, bool persistent) {
  check(!buffers_.contains(name), "Buffer '", name, "' already defined");
  return set_buffer(std::move(name), std::move(tensor), persistent);
}

std::shared_ptr<Module>& Module::register_child(std::string name, std::shared_ptr<Module> child) {
  check(!children_.contains(name), "Submodule '", name, "' already defined");
  return set_child(std::move(name), std::move(child));
}

Tensor& Module::set_parameter(std::string name, Tensor tensor, bool requires_grad) {
  check_name(name, "parameter");
  if (tensor.defined()) {
    check<ValueError>(tensor.is_leaf(), "register_parameter: '", name,
                      "' is not a leaf; detach it, or build it without gradients");
    // Also where it does already, as a view that was not recorded may by its base alone.
    if (requires_grad || tensor.requires_grad()) tensor.requires_grad_(requires_grad);
  }
  return parameters_.insert(std::move(name), std::move(tensor));
}

Tensor& Module::set_buffer(std::string name, Tensor tensor, bool persistent) {
  check_name(name, "buffer");
  std::erase(non_persistent_, name);
  if (!persistent) non_persistent_.push_back(name);
  return buffers_.insert(std::move(name), std::move(tensor));
}

std::shared_ptr<Module>& Module::set_child(std::string name, std::shared_ptr<Module> child) {
  check_name(name, "module");
  return children_.insert(std::move(name), std::move(child));
}

bool Module::unregister(const std::string& name) {
  std::erase(non_persistent_, name);
  return parameters_.erase(name) || buffers_.erase(name) || children_.erase(name);
}

bool Module::is_persistent(const std::string& buffer) const {
  return std::find(non_persistent_.begin(), non_persistent_.end(), buffer) == non_persistent_.end();
}

void Module::train(bool on) {
  TreeLevel level;
  training_ = on;
  for_each_child([&](const std::string&, const std::shared_ptr<Module>& child) {
    if (child) child->train(on);
  });
}

void Module::to(DType dtype) {
  check<TypeError>(ember::is_floating_point(dtype), "Module.to only accepts floating point dtypes, but got ", dtype);
  convert_all(*this, [&](const Tensor& x) { return x.is_floating_point() ? x.to(dtype) : x; });
}

void Module::to(Device device) {
  convert_all(*this, [&](const Tensor& x) { return x.to(device); });
}

void Module::to(Device device, DType dtype) {
  to(dtype);
  to(device);
}

void Module::apply(const std::function<void(Module&)>& function) {
  TreeLevel level;
  for_each_child([&](const std::string&, const std::shared_ptr<Module>& child) {
    if (child) child->apply(function);
  });
  function(*this);
}

void Module::zero_grad(bool set_to_none) {
  NoGradGuard no_grad;
  for (Tensor& p : parameters()) {
    Tensor grad = p.grad();
    if (!grad.defined()) continue;
    if (set_to_none) {
      p.set_grad(Tensor());
    } else {
      grad = grad.detach();
      grad.zero_();
      p.set_grad(grad);
    }
  }
}

void Module::requires_grad_(bool value) {
  for (Tensor& p : parameters()) p.requires_grad_(value);
}

}  // namespace ember::nn
