#include <dnnl.hpp>
#include <optional>

#include "core/cpu/convolution_columns.h"
#include "core/cpu/cpu_kernels.h"
#include "core/cpu/dnnl_cache.h"
#include "core/cpu/dnnl_errors.h"
#include "core/cpu/dnnl_kernels.h"
#include "core/cpu/staging.h"
#include "ember/core/determinism.h"
#include "ember/core/kernels/convolution.h"
#include "ember/core/kernels/creation.h"
#include "ember/core/parallel.h"
#include "ember/core/window.h"

namespace ember::dnnl {

namespace {

using Description = ::dnnl::memory::desc;
constexpr auto kFloat = ::dnnl::memory::data_type::f32;
constexpr auto kAlgorithm = ::dnnl::algorithm::convolution_direct;
constexpr size_t kCachedPlans = 512;

/// How x and y lie in memory while oneDNN works on them.
enum class Layout { Plain, ChannelsLast, Any };
enum class Kind { Forward, BackwardInput, BackwardWeight };

const ::dnnl::engine& engine() {
  static const ::dnnl::engine cpu(::dnnl::engine::kind::cpu, 0);
  return cpu;
}

::dnnl::memory::dims dims(const Shape& shape) { return shape.vec(); }

Description layout(const Shape& sizes, Layout wanted) {
  if (wanted == Layout::Any) return Description(dims(sizes), kFloat, ::dnnl::memory::format_tag::any);
  return Description(dims(sizes), kFloat,
                     dims(wanted == Layout::Plain ? contiguous_strides(sizes) : cpu::channels_last_strides(sizes)));
}

/// An activation as it lies in memory: row-major or channels last, which the kernels see to.
Description description(const TensorBase& x) {
  return layout(x.sizes(), x.is_contiguous() ? Layout::Plain : Layout::ChannelsLast);
}

/// [groups, out / groups, ...] of a contiguous weight [out, ...].
Shape weight_sizes(const TensorBase& weight, int64_t groups) {
  Shape sizes = weight.sizes();
  if (groups > 1) {
    sizes[0] /= groups;
    sizes.insert(0, groups);
  }
  return sizes;
}

/// One convolution kernel for one geometry: its primitive, what it wants its operands to look like, and the reorders from
/// and to the layouts that they come in. Operands are in the order x, weight, bias, y, or their gradients.
struct Plan {
  struct Operand {
    int argument;
    bool is_output;
    Description outside, inside;
    ::dnnl::reorder reorder;  ///< empty when the two are the same
  };
  ::dnnl::primitive primitive;
  Description scratchpad;
  std::vector<Operand> operands;
  bool is_reference = false;  ///< oneDNN has no code of its own for this geometry

  void add(int argument, bool is_output, const Description& outside, const Description& inside) {
    Operand operand{argument, is_output, outside, inside, {}};
    if (outside != inside) {
      operand.reorder = is_output ? ::dnnl::reorder({engine(), inside, engine(), outside})
                                  : ::dnnl::reorder({engine(), outside, engine(), inside});
    }
    operands.push_back(std::move(operand));
  }

  void run(std::initializer_list<const TensorBase*> tensors) const;
};

TensorBase bytes_for(const Description& description) {
  return empty_tensor(static_cast<int64_t>(description.get_size()), kUInt8);
}

void Plan::run(std::initializer_list<const TensorBase*> tensors) const {
  prepare_library_call();
  const SignalGuard guard;
  ::dnnl::stream stream(engine());
  std::vector<TensorBase> buffers;
  auto buffer = [&](const Description& of) {
    buffers.push_back(bytes_for(of));
    return ::dnnl::memory(of, engine(), buffers.back().raw_data());
  };
  std::unordered_map<int, ::dnnl::memory> arguments;
  std::vector<std::pair<const Operand*, ::dnnl::memory>> results;
  auto tensor = tensors.begin();
  for (const Operand& operand : operands) {
    ::dnnl::memory outside(operand.outside, engine(), (*tensor++)->raw_data());
    if (!operand.reorder) {
      arguments.emplace(operand.argument, outside);
      continue;
    }
    ::dnnl::memory inside = buffer(operand.inside);
    if (operand.is_output)
      results.emplace_back(&operand, outside);
    else
      operand.reorder.execute(stream, outside, inside);
    arguments.emplace(operand.argument, inside);
  }
  if (scratchpad.get_size() > 0) arguments.emplace(DNNL_ARG_SCRATCHPAD, buffer(scratchpad));
  primitive.execute(stream, arguments);
  for (auto& [operand, outside] : results) operand->reorder.execute(stream, arguments.at(operand->argument), outside);
  stream.wait();
}

/// Everything that decides how a convolution is computed. The bias may be undefined.
struct Problem {
  Kind kind;
  const TensorBase& x;
  const TensorBase& weight;
  const TensorBase& bias;
  const TensorBase& y;
  const Window& window;

  CacheKey key() const {
    CacheKey key = {static_cast<int64_t>(kind), bias.defined(), x.is_contiguous(),
                    y.is_contiguous(),          num_threads(),  window.groups};
    for (const Shape* shape :
         {&x.sizes(), &weight.sizes(), &y.sizes(), &window.stride, &window.padding, &window.dilation})
      key.insert(key.end(), shape->begin(), shape->end());
    return key;
  }

  /// Layouts worth trying, the most promising first.
  std::array<Layout, 3> candidates() const {
    // Where the tensors are row-major and a window is small, packing them costs more than it saves. For groups there is only
    // gemm then, one of a channel each when they are depthwise. Zen 4: 1.6 to 2.8 times as fast for three channels, 3 to 7 times for
    // one; but for the output and the weight's gradient mostly 0.3 to 0.9 times.
    const bool prefers_plain = kind == Kind::BackwardInput && weight.sizes()[1] < 8 && window.groups == 1;
    if (x.is_contiguous() && prefers_plain) return {Layout::Plain, Layout::Any, Layout::ChannelsLast};
    if (!x.is_contiguous()) return {Layout::ChannelsLast, Layout::Any, Layout::Plain};
    return {Layout::Any, Layout::ChannelsLast, Layout::Plain};
  }

  std::shared_ptr<const Plan> plan() const;
  Plan plan(Layout wanted) const;
};

Plan Problem::plan(Layout wanted) const {
  const Description inner_x = layout(x.sizes(), wanted), inner_y = layout(y.sizes(), wanted);
  const Shape weights = weight_sizes(weight, window.groups);
  const Description outer_weight = layout(weights, Layout::Plain), inner_weight = layout(weights, Layout::Any);
  const Description inner_bias = bias.defined() ? layout(bias.sizes(), Layout::Plain) : Description();
  ::dnnl::memory::dims padding = dims(window.padding), dilation = dims(window.dilation);
  for (auto& d : dilation) --d;
  ::dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(::dnnl::scratchpad_mode::user);
  const ::dnnl::convolution_forward::primitive_desc forward(
      engine(), ::dnnl::prop_kind::forward_training, kAlgorithm, inner_x, inner_weight,
      kind == Kind::BackwardInput ? Description() : inner_bias, inner_y, dims(window.stride), dilation, padding,
      padding, attributes);
  Plan plan;
  auto finish = [&](const auto& chosen, auto primitive) {
    plan.primitive = primitive;
    plan.scratchpad = chosen.scratchpad_desc();
    plan.is_reference = std::string_view(chosen.impl_info_str()).starts_with("ref");
  };
  if (kind == Kind::Forward) {
    plan.add(DNNL_ARG_SRC, false, description(x), forward.src_desc());
    plan.add(DNNL_ARG_WEIGHTS, false, outer_weight, forward.weights_desc());
    if (bias.defined()) plan.add(DNNL_ARG_BIAS, false, inner_bias, forward.bias_desc());
    plan.add(DNNL_ARG_DST, true, description(y), forward.dst_desc());
    finish(forward, ::dnnl::convolution_forward(forward));
  } else if (kind == Kind::BackwardInput) {
    const ::dnnl::convolution_backward_data::primitive_desc backward(engine(), kAlgorithm, inner_x, inner_weight,
                                                                     inner_y, dims(window.stride), dilation, padding,
                                                                     padding, forward, attributes);
    plan.add(DNNL_ARG_DIFF_SRC, true, description(x), backward.diff_src_desc());
    plan.add(DNNL_ARG_WEIGHTS, false, outer_weight, backward.weights_desc());
    plan.add(DNNL_ARG_DIFF_DST, false, description(y), backward.diff_dst_desc());
    finish(backward, ::dnnl::convolution_backward_data(backward));
  } else {
    const ::dnnl::convolution_backward_weights::primitive_desc backward(
        engine(), kAlgorithm, inner_x, inner_weight, inner_bias, inner_y, dims(window.stride), dilation, padding,
        padding, forward, attributes);
    plan.add(DNNL_ARG_SRC, false, description(x), backward.src_desc());
    plan.add(DNNL_ARG_DIFF_WEIGHTS, true, outer_weight, backward.diff_weights_desc());
    if (bias.defined()) plan.add(DNNL_ARG_DIFF_BIAS, true, inner_bias, backward.diff_bias_desc());
    plan.add(DNNL_ARG_DIFF_DST, false, description(y), backward.diff_dst_desc());
    finish(backward, ::dnnl::convolution_backward_weights(backward));
  }
  return plan;
}

/// Null when oneDNN has nothing better to offer than columns.
std::shared_ptr<const Plan> Problem::plan() const {
  static Cache<Plan> cache(kCachedPlans);
  return cache.get(key(), [&]() -> std::shared_ptr<const Plan> {
    for (const Layout wanted : candidates()) {
      require_memory_for_code("conv");
      try {
        Plan found = plan(wanted);
        if (!found.is_reference) return std::make_shared<const Plan>(std::move(found));
      } catch (const ::dnnl::error& error) {  // not in this layout
        if (error.status == dnnl_out_of_memory) fail_status("conv", error.status, error.what());
      }
    }
    return nullptr;
  });
}

void run_plan(const Plan& plan, std::initializer_list<const TensorBase*> tensors) {
  translated("conv", [&] { plan.run(tensors); });
}

/// Whether an activation that is not row-major is taken as it lies, with the channels innermost.
bool is_taken_as_it_lies(const TensorBase& x) {
  return !x.is_contiguous() && x.dtype() == compute_dtype(x.dtype()) &&
         cpu::has_strides(x, cpu::channels_last_strides(x.sizes()));
}
TensorBase read_activation(const TensorBase& x, bool needs_rows) {
  return !needs_rows && is_taken_as_it_lies(x) ? x : cpu::read_as(x, compute_dtype(x.dtype()));
}
cpu::WriteAs write_activation(const TensorBase& x, bool needs_rows) {
  if (!needs_rows && is_taken_as_it_lies(x)) return {x, x.dtype(), x.strides()};
  return {x, compute_dtype(x.dtype())};
}
/// Weights and biases, which may be undefined, are taken in rows.
TensorBase read_rows(const TensorBase& x) { return x.defined() ? cpu::read_as(x, compute_dtype(x.dtype())) : x; }
cpu::WriteAs write_rows(const TensorBase& x) { return {x, x.defined() ? compute_dtype(x.dtype()) : kFloat32}; }

void check_dtype(const TensorBase& x) {
  if (!x.is_floating_point()) cpu::fail_dtype("conv", x.dtype());
}

/// float64 and inputs that are all padding have no kernels in oneDNN, whose sums depend on the number of threads; columns want rows.
bool is_for_columns(const TensorBase& x) {
  return x.dtype() == kFloat64 || x.numel() == 0 || are_deterministic_algorithms_enabled();
}

/// One sample of few multiplications, which take less time than calling oneDNN does. Zen 4: 1.7 to 2.7 times as fast.
bool is_tiny(const TensorBase& out, const TensorBase& x, const TensorBase& weight) {
  constexpr int64_t kTiny = 16384;
  return x.dtype() == kFloat32 && x.sizes()[0] == 1 && out.numel() * (weight.numel() / weight.sizes()[0]) <= kTiny;
}

void conv(const TensorBase& out, const TensorBase& x, const TensorBase& weight, const TensorBase& bias,
          const Window& window) {
  check_dtype(x);
  if (out.numel() == 0) return;
  const bool rows = is_for_columns(x) || is_tiny(out, x, weight);
  const cpu::WriteAs to = write_activation(out, rows);
  const TensorBase &y = to.tensor(), input = read_activation(x, rows), filter = read_rows(weight),
                   added = read_rows(bias);
  const auto plan = rows ? nullptr : Problem{Kind::Forward, input, filter, added, y, window}.plan();
  if (!plan) {
    const cpu::WriteAs plain_y = write_rows(y);
    columns::conv(plain_y.tensor(), read_rows(input), filter, added, window);
    plain_y.finish();
  } else if (bias.defined()) {
    run_plan(*plan, {&input, &filter, &added, &y});
  } else {
    run_plan(*plan, {&input, &filter, &y});
  }
  to.finish();
}

void conv_backward_input(const TensorBase& grad_x, const TensorBase& grad, const TensorBase& weight,
                         const Window& window) {
  check_dtype(grad);
  if (grad_x.numel() == 0) return;
  const bool rows = is_for_columns(grad);
  const cpu::WriteAs to = write_activation(grad_x, rows);
  const TensorBase &x = to.tensor(), y = read_activation(grad, rows), filter = read_rows(weight);
  const auto plan = rows ? nullptr : Problem{Kind::BackwardInput, x, filter, {}, y, window}.plan();
  if (!plan) {
    const cpu::WriteAs plain_x = write_rows(x);
    columns::conv_backward_input(plain_x.tensor(), read_rows(y), filter, window);
    plain_x.finish();
  } else {
    run_plan(*plan, {&x, &filter, &y});
  }
  to.finish();
}

void conv_backward_weight(const TensorBase& grad_weight, const TensorBase& grad_bias, const TensorBase& grad,
                          const TensorBase& x, const Window& window) {
  check_dtype(grad);
  if (grad.numel() == 0) {
    for (const TensorBase& sums : {grad_weight, grad_bias})
      if (sums.defined()) kernels::fill[kCPU](sums, 0);
    return;
  }
  const bool rows = is_for_columns(x) || !grad_weight.defined();
  const cpu::WriteAs to_weight = write_rows(grad_weight), to_bias = write_rows(grad_bias);
  const TensorBase &sums = to_weight.tensor(), &bias = to_bias.tensor(), y = read_activation(grad, rows),
                   input = read_activation(x, rows);
  const auto plan = rows ? nullptr : Problem{Kind::BackwardWeight, input, sums, bias, y, window}.plan();
  if (!plan) {
    columns::conv_backward_weight(sums, bias, read_rows(y), read_rows(input), window);
  } else if (grad_bias.defined()) {
    run_plan(*plan, {&input, &sums, &bias, &y});
  } else {
    run_plan(*plan, {&input, &sums, &y});
  }
  to_weight.finish(), to_bias.finish();
}

[[maybe_unused]] const bool registered = [] {
  kernels::conv[kCPU] = conv;
  kernels::conv_backward_input[kCPU] = conv_backward_input;
  kernels::conv_backward_weight[kCPU] = conv_backward_weight;
  return true;
}();

}  // namespace

}  // namespace ember::dnnl
