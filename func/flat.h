// Transforms of functions of a list of tensors that give a list: what those of func.h, and Python's, do with the tensors of their trees.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "ember/core/batching.h"
#include "ember/core/function_ref.h"
#include "ember/func/tree.h"

namespace ember::func {

/// The dim of each tensor that holds the samples; none where all samples share it.
using Dims = std::vector<std::optional<int64_t>>;

struct VmapOptions {
  Randomness randomness = Randomness::Error;
  std::optional<int64_t> chunk_size;  ///< so many samples at a time
};

}  // namespace ember::func

namespace ember::func::flat {

using Function = std::function<Tensors(const Tensors& inputs)>;
/// The places of so many outputs, asked for once the function has returned.
using OutDims = FunctionRef<Dims(size_t outputs)>;

/// f mapped over `in_dims` of the inputs. ValueError when dims do not fit or sizes differ.
Tensors vmap(const Function& f, const Tensors& inputs, const Dims& in_dims, OutDims out_dims,
             const VmapOptions& options = {});

/// What f gave, and derivatives of it. Both are on the tape when the inputs were, or within another transform.
struct Derivatives {
  Tensors outputs, derivatives;
  bool are_on_tape = false;
};
/// The gradients, for each input, of f's first output, a zero-dim tensor.
Derivatives grad_and_value(const Function& f, const Tensors& inputs);

/// f's linearisation at the inputs, to be multiplied from the left.
struct Pullback {
  Tensors outputs;
  Tensors roots, variables;  ///< where the tape ends and begins
  bool is_on_tape = false;

  /// The product of a cotangent for each root with the Jacobian, for each input.
  Tensors operator()(const Tensors& cotangents) const;
};
Pullback vjp(const Function& f, const Tensors& inputs);

/// f(inputs), and the Jacobian times a tangent of each input, in forward mode (autograd/forward.h): no graph is kept for it.
Derivatives jvp(const Function& f, const Tensors& inputs, const Tensors& tangents);

/// [i][j] is the derivative of output i for input j: output i's shape, then input j's.
struct Jacobian {
  Tensors outputs;
  std::vector<Tensors> rows;
  bool is_on_tape = false;
};
/// By rows: vjp of all directions of the outputs at once, or `chunk_size` of them at a time.
Jacobian jacrev(const Function& f, const Tensors& inputs, std::optional<int64_t> chunk_size = {});
/// By columns: jvp of all directions of the inputs.
Jacobian jacfwd(const Function& f, const Tensors& inputs, const VmapOptions& options = {});

}  // namespace ember::func::flat
