// Options by name, for state dicts and Python.
#include "ember/optim/optimizer.h"

namespace ember::optim {
namespace {

const OptionField* find_field(const std::vector<OptionField>& fields, const std::string& name) {
  for (const OptionField& field : fields)
    if (name == field.name) return &field;
  return nullptr;
}

std::vector<OptionField> all_fields(OptimizerOptions& options) {
  std::vector<OptionField> fields = options.fields();
  fields.push_back({"initial_lr", &options.initial_lr_});
  return fields;
}

OptionValue read(const OptionField& field) {
  return std::visit(
      [](auto* value) -> OptionValue {
        if constexpr (std::is_same_v<decltype(value), std::optional<double>*>) {
          if (!*value) return std::monostate();
          return **value;
        } else {
          return *value;
        }
      },
      field.value);
}

std::optional<double> as_number(const OptionValue& value) {
  if (const auto* x = std::get_if<double>(&value)) return *x;
  if (const auto* x = std::get_if<int64_t>(&value)) return static_cast<double>(*x);
  if (const auto* x = std::get_if<bool>(&value)) return *x ? 1.0 : 0.0;
  return {};
}

/// False when the value is of the wrong kind.
bool write(const OptionField& field, const OptionValue& value) {
  const std::optional<double> number = as_number(value);
  if (auto* const* flag = std::get_if<bool*>(&field.value)) {
    if (number) **flag = *number != 0;
    return number.has_value();
  }
  if (auto* const* real = std::get_if<double*>(&field.value)) {
    if (number) **real = *number;
    return number.has_value();
  }
  if (auto* const* optional = std::get_if<std::optional<double>*>(&field.value)) {
    **optional = number;
    return number || std::holds_alternative<std::monostate>(value);
  }
  const auto* pair = std::get_if<std::pair<double, double>>(&value);
  if (pair) *std::get<std::pair<double, double>*>(field.value) = *pair;
  return pair != nullptr;
}

}  // namespace

OptionValue OptimizerOptions::get(const std::string& name) const {
  const std::vector<OptionField> fields = all_fields(const_cast<OptimizerOptions&>(*this));
  const OptionField* field = find_field(fields, name);
  ember::check<IndexError>(field != nullptr, "optimizer options: no option named '", name, "'");
  return read(*field);
}

void OptimizerOptions::set(const std::string& name, const OptionValue& value) {
  const std::vector<OptionField> fields = all_fields(*this);
  const OptionField* field = find_field(fields, name);
  ember::check<IndexError>(field != nullptr, "optimizer options: no option named '", name, "'");
  ember::check<TypeError>(write(*field, value), "optimizer options: '", name, "' got a value of the wrong kind");
}

bool OptimizerOptions::has(const std::string& name) const {
  return find_field(all_fields(const_cast<OptimizerOptions&>(*this)), name) != nullptr;
}

OptionDict OptimizerOptions::to_dict() const {
  OptionDict dict;
  for (const OptionField& field : all_fields(const_cast<OptimizerOptions&>(*this))) {
    OptionValue value = read(field);
    if (!std::holds_alternative<std::monostate>(value)) dict.insert(field.name, value);
  }
  return dict;
}

}  // namespace ember::optim
