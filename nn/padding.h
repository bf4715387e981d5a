// Layers that put a border around the last dims: zeros or another constant, a mirror image, the edge's elements, the other end.
#pragma once

#include "ember/nn/module.h"

namespace ember::nn {

/// One number for all sides, or pairs (before, after), the last dim's first; a negative one crops.
struct PadOptions {
  PadOptions(Shape padding) : padding_(std::move(padding)) {}
  PadOptions(std::initializer_list<int64_t> padding) : padding_(padding) {}
  OptionFields fields() { return {{"padding", &padding_, kRequired}}; }

  Shape padding_;
};

struct ConstantPadOptions {
  ConstantPadOptions(Shape padding, double value) : padding_(std::move(padding)), value_(value) {}
  OptionFields fields() { return {{"padding", &padding_, kRequired}, {"value", &value_, kRequired}}; }

  Shape padding_;
  double value_;
};

/// x with a border around its last D dims, in front of which stand one or two dims (any number for a constant). ValueError unless
/// there are 1 or 2 D numbers.
template <int D, class Derived, class Options = PadOptions>
class PadLayer : public Layer<Derived, Options> {
 public:
  explicit PadLayer(Options options);
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};

class ZeroPad1dImpl : public PadLayer<1, ZeroPad1dImpl> {
 public:
  using PadLayer::PadLayer;
};
using ZeroPad1d = ModuleHolder<ZeroPad1dImpl>;
class ZeroPad2dImpl : public PadLayer<2, ZeroPad2dImpl> {
 public:
  using PadLayer::PadLayer;
};
using ZeroPad2d = ModuleHolder<ZeroPad2dImpl>;
class ZeroPad3dImpl : public PadLayer<3, ZeroPad3dImpl> {
 public:
  using PadLayer::PadLayer;
};
using ZeroPad3d = ModuleHolder<ZeroPad3dImpl>;

class ConstantPad1dImpl : public PadLayer<1, ConstantPad1dImpl, ConstantPadOptions> {
 public:
  using PadLayer::PadLayer;
  ConstantPad1dImpl(Shape padding, double value) : PadLayer(ConstantPadOptions(std::move(padding), value)) {}
};
using ConstantPad1d = ModuleHolder<ConstantPad1dImpl>;
class ConstantPad2dImpl : public PadLayer<2, ConstantPad2dImpl, ConstantPadOptions> {
 public:
  using PadLayer::PadLayer;
  ConstantPad2dImpl(Shape padding, double value) : PadLayer(ConstantPadOptions(std::move(padding), value)) {}
};
using ConstantPad2d = ModuleHolder<ConstantPad2dImpl>;
class ConstantPad3dImpl : public PadLayer<3, ConstantPad3dImpl, ConstantPadOptions> {
 public:
  using PadLayer::PadLayer;
  ConstantPad3dImpl(Shape padding, double value) : PadLayer(ConstantPadOptions(std::move(padding), value)) {}
};
using ConstantPad3d = ModuleHolder<ConstantPad3dImpl>;

class ReflectionPad1dImpl : public PadLayer<1, ReflectionPad1dImpl> {
 public:
  using PadLayer::PadLayer;
};
using ReflectionPad1d = ModuleHolder<ReflectionPad1dImpl>;
class ReflectionPad2dImpl : public PadLayer<2, ReflectionPad2dImpl> {
 public:
  using PadLayer::PadLayer;
};
using ReflectionPad2d = ModuleHolder<ReflectionPad2dImpl>;
class ReflectionPad3dImpl : public PadLayer<3, ReflectionPad3dImpl> {
 public:
  using PadLayer::PadLayer;
};
using ReflectionPad3d = ModuleHolder<ReflectionPad3dImpl>;

class ReplicationPad1dImpl : public PadLayer<1, ReplicationPad1dImpl> {
 public:
  using PadLayer::PadLayer;
};
using ReplicationPad1d = ModuleHolder<ReplicationPad1dImpl>;
class ReplicationPad2dImpl : public PadLayer<2, ReplicationPad2dImpl> {
 public:
  using PadLayer::PadLayer;
};
using ReplicationPad2d = ModuleHolder<ReplicationPad2dImpl>;
class ReplicationPad3dImpl : public PadLayer<3, ReplicationPad3dImpl> {
 public:
  using PadLayer::PadLayer;
};
using ReplicationPad3d = ModuleHolder<ReplicationPad3dImpl>;

class CircularPad1dImpl : public PadLayer<1, CircularPad1dImpl> {
 public:
  using PadLayer::PadLayer;
};
using CircularPad1d = ModuleHolder<CircularPad1dImpl>;
class CircularPad2dImpl : public PadLayer<2, CircularPad2dImpl> {
 public:
  using PadLayer::PadLayer;
};
using CircularPad2d = ModuleHolder<CircularPad2dImpl>;
class CircularPad3dImpl : public PadLayer<3, CircularPad3dImpl> {
 public:
  using PadLayer::PadLayer;
};
using CircularPad3d = ModuleHolder<CircularPad3dImpl>;

extern template class PadLayer<1, ZeroPad1dImpl>;
extern template class PadLayer<2, ZeroPad2dImpl>;
extern template class PadLayer<3, ZeroPad3dImpl>;
extern template class PadLayer<1, ConstantPad1dImpl, ConstantPadOptions>;
extern template class PadLayer<2, ConstantPad2dImpl, ConstantPadOptions>;
extern template class PadLayer<3, ConstantPad3dImpl, ConstantPadOptions>;
extern template class PadLayer<1, ReflectionPad1dImpl>;
extern template class PadLayer<2, ReflectionPad2dImpl>;
extern template class PadLayer<3, ReflectionPad3dImpl>;
extern template class PadLayer<1, ReplicationPad1dImpl>;
extern template class PadLayer<2, ReplicationPad2dImpl>;
extern template class PadLayer<3, ReplicationPad3dImpl>;
extern template class PadLayer<1, CircularPad1dImpl>;
extern template class PadLayer<2, CircularPad2dImpl>;
extern template class PadLayer<3, CircularPad3dImpl>;

}  // namespace ember::nn
