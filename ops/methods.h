// What the headers of ops stand on whose functions are methods of Tensor too: Tensor is not yet whole there.
#pragma once

namespace ember {

class Tensor;

/// The tensor that these methods belong to: nothing but a Tensor is made of a class of methods.
template <class Methods>
const Tensor& self(const Methods* methods) {
  return static_cast<const Tensor&>(*methods);
}
template <class Methods>
Tensor& self(Methods* methods) {
  return static_cast<Tensor&>(*methods);
}

}  // namespace ember
