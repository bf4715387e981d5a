#include "ember/nn/options.h"

#include <algorithm>

#include "ember/nn/format.h"
#include "ember/ops/creation/creation.h"

namespace ember::nn {
namespace {

std::string value_text(bool* value) { return text(*value); }
std::string value_text(int64_t* value) { return std::to_string(*value); }
std::string value_text(double* value) { return text(*value); }
std::string value_text(std::string* value) { return "'" + *value + "'"; }
std::string value_text(Shape* value) { return text(*value); }
/// Layers whose options are of other kinds say themselves how they are printed.
template <class Place>
std::string value_text(const Place&) {
  fail<NotImplementedError>("described: an option of a kind that is not printed");
}

}  // namespace

std::string described(const OptionFields& fields, std::initializer_list<std::string_view> without) {
  std::string result;
  for (const OptionField& field : fields) {
    if (std::find(without.begin(), without.end(), field.name) != without.end()) continue;
    if (std::holds_alternative<FormerName>(field.place)) continue;
    result += (result.empty() ? "" : ", ") + std::string(field.name) + "=";
    result += std::visit([](const auto& place) { return value_text(place); }, field.place);
  }
  return result;
}

Tensor empty_if(bool wanted, const Shape& sizes, const TensorOptions& options) {
  return wanted ? empty(sizes, options) : Tensor();
}

}  // namespace ember::nn
