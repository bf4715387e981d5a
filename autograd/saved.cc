#include "ember/autograd/saved.h"

#include "ember/autograd/meta.h"

namespace ember {

thread_local uint64_t SavedTensor::constructed = 0;

void SavedTensor::fail_modified() const {
  const autograd::Node* node = autograd::current_node();
  fail(node ? node->name() : "backward", ": a tensor saved for backward, ", describe(tensor_),
       ", was modified in place: it is at version ", tensor_.version(), " but was saved at version ", version_,
       "; clone() it before the in-place op");
}

Tensor SavedOutput::operator()() const {
  const Tensor& data = data_();
  autograd::Node* node = autograd::current_node();
  if (!data.defined() || !node || !GradMode::is_enabled()) return data;
  const Tensor y = data.alias();
  autograd::set_history(y, IntrusivePtr<autograd::Node>(node), output_);
  return y;
}

}  // namespace ember
