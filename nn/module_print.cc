// Modules as text, in PyTorch's layout.
#include <cxxabi.h>

#include <cstdlib>
#include <ostream>
#include <typeinfo>

#include "ember/nn/container.h"
#include "ember/nn/module.h"

namespace ember::nn {
namespace {

std::string indented(const std::string& text) {
  std::string result;
  for (char c : text) {
    result += c;
    if (c == '\n') result += "  ";
  }
  return result;
}

std::string demangled(const std::type_info& type) {
  int status = 0;
  char* text = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
  std::string name = status == 0 ? text : type.name();
  std::free(text);
  return name;
}

/// "(anonymous namespace)::Net" -> "Net", "ember::nn::LinearImpl" -> "Linear".
std::string class_name(const std::type_info& type) {
  std::string name = demangled(type);
  int depth = 0;
  for (size_t i = name.size(); i-- > 1;) {
    if (name[i] == '>' || name[i] == ')') ++depth;
    if (name[i] == '<' || name[i] == '(') --depth;
    if (depth == 0 && name[i] == ':' && name[i - 1] == ':') {
      name = name.substr(i + 1);
      break;
    }
  }
  if (name.size() > 4 && name.ends_with("Impl")) name.resize(name.size() - 4);
  return name;
}

std::string child_text(const std::shared_ptr<Module>& child) { return child ? child->repr() : "None"; }

}  // namespace

std::string detail::type_text(const std::type_info& type) {
  std::string text = demangled(type);
  for (size_t at = text.find("ember::"); at != std::string::npos; at = text.find("ember::", at)) text.erase(at, 7);
  return text;
}

std::string Module::name() const { return name_.empty() ? class_name(typeid(*this)) : name_; }

std::string Module::repr() const {
  TreeLevel level;
  const std::string extra = extra_repr();
  if (children_.is_empty()) {
    if (extra.find('\n') == std::string::npos) return name() + "(" + extra + ")";
  }
  std::string text = name() + "(\n";
  if (!extra.empty()) text += "  " + indented(extra) + "\n";
  for_each_child([&](const std::string& key, const std::shared_ptr<Module>& child) {
    text += "  (" + key + "): " + indented(child_text(child)) + "\n";
  });
  return text + ")";
}

std::string ModuleListImpl::repr() const {
  if (is_empty()) return name() + "()";
  TreeLevel level;
  std::vector<std::string> texts;
  for_each_child([&](const std::string&, const std::shared_ptr<Module>& child) { texts.push_back(child_text(child)); });
  std::string text = name() + "(\n";
  for (size_t first = 0, last; first < texts.size(); first = last) {
    last = first + 1;
    while (last < texts.size() && texts[last] == texts[first]) ++last;
    text += last - first == 1 ? concat("  (", first, "): ")
                              : concat("  (", first, "-", last - 1, "): ", last - first, " x ");
    text += indented(texts[first]) + "\n";
  }
  return text + ")";
}

std::ostream& operator<<(std::ostream& out, const Module& module) { return out << module.repr(); }

}  // namespace ember::nn
