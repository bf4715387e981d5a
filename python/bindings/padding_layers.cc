// Layers that put a border around images, or exchange their pixels and channels.
#include "ember/nn/padding.h"
#include "ember/nn/shuffle.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"

namespace ember::python {

namespace {

template <class M>
void bind_zeros(py::module_& m, const char* name) {
  bind_layer<M>(m, name, "Zeros around the last dims.").attribute("value", [](const M&) { return 0.0; });
}

}  // namespace

void bind_padding_layers(py::module_& m) {
  using namespace nn;
  bind_zeros<ZeroPad1dImpl>(m, "ZeroPad1d");
  bind_zeros<ZeroPad2dImpl>(m, "ZeroPad2d");
  bind_zeros<ZeroPad3dImpl>(m, "ZeroPad3d");
  const char* constant = "A constant around the last dims.";
  bind_layer<ConstantPad1dImpl>(m, "ConstantPad1d", constant);
  bind_layer<ConstantPad2dImpl>(m, "ConstantPad2d", constant);
  bind_layer<ConstantPad3dImpl>(m, "ConstantPad3d", constant);
  const char* reflection = "The mirror image around the last dims.";
  bind_layer<ReflectionPad1dImpl>(m, "ReflectionPad1d", reflection);
  bind_layer<ReflectionPad2dImpl>(m, "ReflectionPad2d", reflection);
  bind_layer<ReflectionPad3dImpl>(m, "ReflectionPad3d", reflection);
  const char* replication = "The edge's elements around the last dims.";
  bind_layer<ReplicationPad1dImpl>(m, "ReplicationPad1d", replication);
  bind_layer<ReplicationPad2dImpl>(m, "ReplicationPad2d", replication);
  bind_layer<ReplicationPad3dImpl>(m, "ReplicationPad3d", replication);
  const char* circular = "The other end around the last dims.";
  bind_layer<CircularPad1dImpl>(m, "CircularPad1d", circular);
  bind_layer<CircularPad2dImpl>(m, "CircularPad2d", circular);
  bind_layer<CircularPad3dImpl>(m, "CircularPad3d", circular);
  bind_layer<PixelShuffleImpl>(m, "PixelShuffle", "[*, C r^2, H, W] to [*, C, H r, W r].");
  bind_layer<PixelUnshuffleImpl>(m, "PixelUnshuffle", "[*, C, H r, W r] to [*, C r^2, H, W].");
  bind_layer<ChannelShuffleImpl>(m, "ChannelShuffle", "The channels of each group dealt out over the groups.");
}

}  // namespace ember::python
