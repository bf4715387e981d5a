// How options are written in extra_repr: as Python prints them.
#pragma once

#include <optional>
#include <string>

#include "ember/core/shape.h"

namespace ember::nn {

/// "True" or "False".
inline std::string text(bool value) { return value ? "True" : "False"; }

/// Python's float: "1e-05", "0.1", "1.0".
std::string text(double value);
inline std::string text(const std::optional<double>& value) { return value ? text(*value) : "None"; }

/// A tuple, "(3, 5)", "(3,)"; an empty one is "()".
std::string tuple_text(const Shape& values);
/// The number alone if there is one, a tuple otherwise: how a window was given.
std::string text(const Shape& values);

}  // namespace ember::nn
