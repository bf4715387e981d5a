// Transformers. Encoder and decoder call their layers as Python does, so that layers written in Python and hooks take part.
#include "ember/nn/find_child.h"
#include "ember/nn/transformer_decoder.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"
#include "python/bindings/signature_types.h"

namespace ember::python {

namespace {

using ModulePtr = std::shared_ptr<nn::Module>;

/// The child of a stack, or None.
py::object norm_of(const nn::TransformerStack& self) {
  const ModulePtr norm = nn::find_child(self, "norm");
  return norm ? module_object(norm) : py::object(py::none());
}

/// x through all layers, each called as call(layer, x), then the norm.
template <class Call>
py::object run_stack(const nn::TransformerStack& self, py::object x, const Call& call) {
  const ModulePtr layers = nn::find_child(self, "layers");
  check<TypeError>(layers != nullptr, self.name(), ": its layers are None");
  layers->for_each_child([&](const std::string& key, const ModulePtr& layer) {
    check<TypeError>(layer != nullptr, self.name(), ": layer ", key, " is None, which cannot be called");
    x = call(module_object(layer), x);
  });
  const py::object norm = norm_of(self);
  return norm.is_none() ? x : norm(x);
}

/// Encoder or decoder; `layer_name` is what the constructor calls the layer that is copied.
template <class M, class... Ignored>
auto bind_stack(py::module_& m, const char* name, const char* layer_name, const char* doc, const Ignored&... ignored) {
  py::class_<M, nn::Module, Trampoline<M>, py::smart_holder> c(m, name, doc);
  auto* type = reinterpret_cast<PyTypeObject*>(c.ptr());
  // Copies and pickles start without layers and are then given those of the original.
  register_module_class(type, {{{layer_name, [](const nn::Module&) { return py::none(); }},
                                {"num_layers", [](const nn::Module&) { return py::int_(0); }}},
                               true,
                               false});
  c.def(py::init([name, layer_name](const py::object& layer, int64_t num_layers, const py::object& norm,
                                    const typename Ignored::Value&...) {
          for (const auto& [argument, given] : {std::pair(layer_name, layer), std::pair("norm", norm)})
            check<TypeError>(given.is_none() || PyObject_TypeCheck(given.ptr(), module_type), name,
                             ".__init__(): argument '", argument, "' must be Module, not ",
                             short_type_name(given.ptr()));
          return new Trampoline<M>(child_of(layer), num_layers, child_of(norm));
        }),
        py::arg(layer_name), py::arg("num_layers"), py::arg("norm") = py::none(), (py::arg(ignored.name) = true)...);
  c.def_property(
      "norm", [](const M& self) { return norm_of(self); },
      [](M& self, const py::none&) {
        prepare_change(self);
        self.unregister("norm");
      },
      "The child at the end, or None.");
  (c.def_property_readonly(ignored.name, [](const M&) { return false; }), ...);
  c.def_property_readonly("num_layers", [](const M& self) {
    const ModulePtr layers = nn::find_child(self, "layers");
    return layers ? layers->own_children().size() : 0;
  });
  return c;
}

/// A flag that PyTorch has for a way of computing that Ember has not, and which so reads False.
struct IgnoredFlag {
  using Value = bool;
  const char* name;
};

void bind_encoder(py::module_& m) {
  using nn::TransformerEncoderLayerImpl;
  bind_layer<TransformerEncoderLayerImpl>(m, "TransformerEncoderLayer",
                                          "Self-attention and a feed-forward network with residual connections.")
      .also_forward(
          [](const TransformerEncoderLayerImpl& self, const Tensor& src, const Tensor& mask, const Tensor& padding,
             bool is_causal) {
            const GilRelease gil;
            return self.forward(src, mask, padding, is_causal);
          },
          py::arg("src"), py::arg("src_mask") = py::none(), py::arg("src_key_padding_mask") = py::none(),
          py::arg("is_causal") = false);
  bind_stack<nn::TransformerEncoderImpl>(m, "TransformerEncoder", "encoder_layer",
                                         "Copies of a layer one after another, then norm.",
                                         IgnoredFlag{"enable_nested_tensor"}, IgnoredFlag{"mask_check"})
      .def(
          "forward",
          [](const nn::TransformerEncoderImpl& self, const py::object& src, const py::object& mask,
             const py::object& padding, std::optional<bool> is_causal) {
            return run_stack(self, src, [&](const py::object& layer, const py::object& x) {
              return layer(x, py::arg("src_mask") = mask, py::arg("is_causal") = is_causal.value_or(false),
                           py::arg("src_key_padding_mask") = padding);
            });
          },
          py::arg("src"), py::arg("mask") = py::none(), py::arg("src_key_padding_mask") = py::none(),
          py::arg("is_causal") = py::none());
}

void bind_decoder(py::module_& m) {
  using nn::TransformerDecoderLayerImpl;
  bind_layer<TransformerDecoderLayerImpl>(
      m, "TransformerDecoderLayer",
      "Attention to itself and to a memory, and a feed-forward network, with residual connections.")
      .forward(
          [](const TransformerDecoderLayerImpl& self, const Tensor& tgt, const Tensor& memory, const Tensor& tgt_mask,
             const Tensor& memory_mask, const Tensor& tgt_padding, const Tensor& memory_padding, bool tgt_is_causal,
             bool memory_is_causal) {
            const GilRelease gil;
            return self.forward(
                tgt, memory, {{tgt_padding, tgt_mask, tgt_is_causal}, {memory_padding, memory_mask, memory_is_causal}});
          },
          py::arg("tgt"), py::arg("memory"), py::arg("tgt_mask") = py::none(), py::arg("memory_mask") = py::none(),
          py::arg("tgt_key_padding_mask") = py::none(), py::arg("memory_key_padding_mask") = py::none(),
          py::arg("tgt_is_causal") = false, py::arg("memory_is_causal") = false);
  bind_stack<nn::TransformerDecoderImpl>(m, "TransformerDecoder", "decoder_layer",
                                         "Copies of a layer one after another, then norm.")
      .def(
          "forward",
          [](const nn::TransformerDecoderImpl& self, const py::object& tgt, const py::object& memory,
             const py::object& tgt_mask, const py::object& memory_mask, const py::object& tgt_padding,
             const py::object& memory_padding, std::optional<bool> tgt_is_causal, bool memory_is_causal) {
            return run_stack(self, tgt, [&](const py::object& layer, const py::object& x) {
              return layer(x, memory, py::arg("tgt_mask") = tgt_mask, py::arg("memory_mask") = memory_mask,
                           py::arg("tgt_key_padding_mask") = tgt_padding,
                           py::arg("memory_key_padding_mask") = memory_padding,
                           py::arg("tgt_is_causal") = tgt_is_causal.value_or(false),
                           py::arg("memory_is_causal") = memory_is_causal);
            });
          },
          py::arg("tgt"), py::arg("memory"), py::arg("tgt_mask") = py::none(), py::arg("memory_mask") = py::none(),
          py::arg("tgt_key_padding_mask") = py::none(), py::arg("memory_key_padding_mask") = py::none(),
          py::arg("tgt_is_causal") = py::none(), py::arg("memory_is_causal") = false);
}

py::object child_object(const nn::TransformerImpl& self, const char* name) {
  const ModulePtr child = nn::find_child(self, name);
  check<TypeError>(child != nullptr, "Transformer: its ", name, " is None, which cannot be called");
  return module_object(child);
}

void bind_whole(py::module_& m) {
  bind_layer<nn::TransformerImpl>(m, "Transformer", "An encoder of the source and a decoder of the target.")
      .forward(
          [](const nn::TransformerImpl& self, const Tensor& src, const Tensor& tgt, const py::object& src_mask,
             const py::object& tgt_mask, const py::object& memory_mask, const py::object& src_padding,
             const py::object& tgt_padding, const py::object& memory_padding, std::optional<bool> src_is_causal,
             std::optional<bool> tgt_is_causal, bool memory_is_causal) {
            self.check_inputs(src, tgt);
            const py::object memory = child_object(self, "encoder")(src, py::arg("mask") = src_mask,
                                                                    py::arg("src_key_padding_mask") = src_padding,
                                                                    py::arg("is_causal") = src_is_causal);
            return child_object(self, "decoder")(
                tgt, memory, py::arg("tgt_mask") = tgt_mask, py::arg("memory_mask") = memory_mask,
                py::arg("tgt_key_padding_mask") = tgt_padding, py::arg("memory_key_padding_mask") = memory_padding,
                py::arg("tgt_is_causal") = tgt_is_causal, py::arg("memory_is_causal") = memory_is_causal);
          },
          py::arg("src"), py::arg("tgt"), py::arg("src_mask") = py::none(), py::arg("tgt_mask") = py::none(),
          py::arg("memory_mask") = py::none(), py::arg("src_key_padding_mask") = py::none(),
          py::arg("tgt_key_padding_mask") = py::none(), py::arg("memory_key_padding_mask") = py::none(),
          py::arg("src_is_causal") = py::none(), py::arg("tgt_is_causal") = py::none(),
          py::arg("memory_is_causal") = false)
      .function(
          "generate_square_subsequent_mask",
          [](int64_t size, std::optional<Device> device, std::optional<DType> dtype) {
            TensorOptions options;
            options.dtype_ = dtype;
            return nn::generate_square_subsequent_mask(size, options.device(device.value_or(Device())));
          },
          py::arg("sz"), py::arg("device") = py::none(), py::arg("dtype") = py::none(),
          "[sz, sz]: 0 on and below the diagonal, -inf above.");
}

}  // namespace

void bind_transformer_layers(py::module_& m) {
  bind_encoder(m);
  bind_decoder(m);
  bind_whole(m);
}

}  // namespace ember::python
