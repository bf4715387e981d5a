#include <algorithm>
#include <cmath>

#include "ember/io/atomic_file.h"
#include "ember/io/gguf.h"
#include "ember/io/gguf_types.h"

namespace ember {

namespace {

using io::Value;
namespace gguf = io::gguf;

uint32_t tensor_type(const std::string& name, DType dtype) {
  for (const auto& [type, known] : gguf::kTensorTypes)
    if (known == dtype) return type;
  fail<TypeError>("save_gguf: GGUF has no ", dtype, ", which '", name, "' is");
}

/// The narrowest of the types that other programs write, of a value or of all of a list.
gguf::Type type_of(const std::string& key, const Value& value) {
  if (value.get_if<bool>()) return gguf::Bool;
  if (value.find_string()) return gguf::String;
  if (const auto* real = value.get_if<double>())
    return std::isnan(*real) || static_cast<double>(static_cast<float>(*real)) == *real ? gguf::Float32 : gguf::Float64;
  if (const auto* whole = value.get_if<int64_t>()) {
    if (*whole == static_cast<int32_t>(*whole)) return *whole < 0 ? gguf::Int32 : gguf::UInt32;
    return *whole == static_cast<uint32_t>(*whole) ? gguf::UInt32 : gguf::Int64;
  }
  const auto* list = value.part<io::Sequence>();
  check<TypeError>(list != nullptr, "save_gguf: '", key, "' is ", value.describe(),
                   ", neither a bool, an int of 64 bits, a float, a str nor a list");
  return gguf::Array;
}

gguf::Type type_of_all(const std::string& key, const io::Values& items) {
  gguf::Type common = items.empty() ? gguf::Int32 : type_of(key, items[0]);
  for (const Value& item : items) {
    const gguf::Type own = type_of(key, item);
    const auto is_one_of = [](gguf::Type type, std::initializer_list<gguf::Type> types) {
      return std::find(types.begin(), types.end(), type) != types.end();
    };
    const auto both_are = [&](std::initializer_list<gguf::Type> types) {
      return is_one_of(own, types) && is_one_of(common, types);
    };
    if (own == common) continue;
    if (both_are({gguf::UInt32, gguf::Int32, gguf::Int64}))
      common = gguf::Int64;
    else if (both_are({gguf::Float32, gguf::Float64}))
      common = gguf::Float64;
    else
      fail<TypeError>("save_gguf: the list '", key, "' has items of several types");
  }
  return common;
}

class Header {
 public:
  template <class T>
  void number(T value) {
    text_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void string(const std::string& text) {
    number(uint64_t{text.size()});
    text_ += text;
  }
  void value(const std::string& key, const Value& value, gguf::Type type) {
    switch (type) {
      case gguf::Bool:
        return number(static_cast<uint8_t>(value.boolean()));
      case gguf::String:
        return string(value.string());
      case gguf::UInt32:
        return number(static_cast<uint32_t>(value.integer()));
      case gguf::Int32:
        return number(static_cast<int32_t>(value.integer()));
      case gguf::Int64:
        return number(value.integer());
      case gguf::Float32:
        return number(static_cast<float>(value.number()));
      case gguf::Float64:
        return number(value.number());
      default: {
        const gguf::Type common = type_of_all(key, value.items());
        check<TypeError>(common != gguf::Array, "save_gguf: '", key, "' is a list of lists");
        number(uint32_t{common});
        number(uint64_t{value.size()});
        for (const Value& item : value.items()) this->value(key, item, common);
      }
    }
  }
  void pad(uint64_t alignment) { text_.resize((text_.size() + alignment - 1) / alignment * alignment, '\0'); }
  const std::string& text() const { return text_; }

 private:
  std::string text_ = "GGUF";
};

}  // namespace

void save_gguf(const TensorDict& tensors, const std::string& path, const Value& metadata) {
  Header header;
  header.number(gguf::kVersion);
  header.number(uint64_t{tensors.size()});
  io::Entries entries = metadata.entries();
  std::erase_if(entries, [](const auto& entry) { return entry.first.string() == gguf::kAlignmentKey; });
  header.number(uint64_t{entries.size()});
  for (const auto& [key, value] : entries) {
    const gguf::Type type = type_of(key.string(), value);
    header.string(key.string());
    header.number(uint32_t{type});
    header.value(key.string(), value, type);
  }
  const auto padding = [](uint64_t bytes) { return (gguf::kAlignment - bytes % gguf::kAlignment) % gguf::kAlignment; };
  std::vector<Tensor> whole;
  uint64_t offset = 0;
  for (const auto& [name, x] : tensors) {
    check<ValueError>(x.defined(), "save_gguf: tensor '", name, "' is undefined");
    check<ValueError>(x.dim() <= int64_t{gguf::kMostDims}, "save_gguf: tensor '", name, "' has ", x.dim(),
                      " dims but GGUF has at most ", gguf::kMostDims);
    header.string(name);
    header.number(static_cast<uint32_t>(x.dim()));
    for (int64_t d = x.dim(); d-- > 0;) header.number(static_cast<uint64_t>(x.size(d)));  // the innermost comes first
    header.number(tensor_type(name, x.dtype()));
    header.number(offset);
    whole.push_back(x.detach().cpu().contiguous());
    offset += static_cast<uint64_t>(x.nbytes()) + padding(static_cast<uint64_t>(x.nbytes()));
  }
  header.pad(gguf::kAlignment);

  io::AtomicFile file(path);
  file.write(header.text().data(), header.text().size());
  for (const Tensor& x : whole) {
    const auto bytes = static_cast<size_t>(x.nbytes());
    file.write(x.raw_data(), bytes);
    file.write(std::string(padding(bytes), '\0').data(), padding(bytes));
  }
  file.commit();
}

}  // namespace ember
