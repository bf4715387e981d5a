#include <algorithm>
#include <bit>
#include <cstring>

#include "ember/io/gguf.h"
#include "ember/io/gguf_types.h"
#include "ember/io/json.h"
#include "ember/io/pickle_reader.h"
#include "ember/io/stored_tensor.h"

namespace ember {

namespace {

using io::Value;
using io::Values;
namespace gguf = io::gguf;

constexpr int kDeepestArray = 4;

class Reader {
 public:
  explicit Reader(const io::InputFile& file) : file_(file), cursor_(file, 0, file.size()) {}

  TensorDict read(Value* metadata) {
    require(file_.size() >= 24 && std::string_view(cursor_.take(4), 4) == "GGUF", "is no GGUF file");
    const auto version = number<uint32_t>();
    require(version == 2 || version == 3, "has the GGUF version ", version, " but 2 and 3 are known");
    const auto tensors = number<uint64_t>(), pairs = number<uint64_t>();
    io::Entries entries;
    for (uint64_t i = 0; i < pairs; ++i) {
      std::string key = string();
      Value value = this->value(number<uint32_t>(), 0);
      if (key == gguf::kAlignmentKey) set_alignment(value);
      entries.emplace_back(std::move(key), std::move(value));
    }
    std::vector<Entry> infos;
    for (uint64_t i = 0; i < tensors; ++i) infos.push_back(entry());
    const uint64_t start = (cursor_.position() + alignment_ - 1) / alignment_ * alignment_;
    const io::MappedFile mapped(file_);
    TensorDict found;
    for (const Entry& info : infos) {
      require(io::is_utf8(info.name), "has a tensor whose name of ", info.name.size(), " bytes is no UTF-8");
      require(!found.contains(info.name), "has two tensors named '", info.name, "'");
      found.insert(info.name, tensor(info, start, mapped));
    }
    if (metadata) *metadata = Value::dict(std::move(entries));
    return found;
  }

 private:
  struct Entry {
    std::string name;
    DType dtype;
    Shape shape;
    uint64_t offset;
  };

  template <class... Parts>
  void require(bool ok, const Parts&... parts) const {
    check<IoError>(ok, file_.path(), ": ", parts...);
  }
  template <class T>
  T number() {
    T value;
    std::memcpy(&value, cursor_.take(sizeof value), sizeof value);
    return value;
  }
  std::string string() {
    const auto size = number<uint64_t>();
    const char* from = cursor_.take(size);
    return std::string(from, size);
  }

  void set_alignment(const Value& value) {
    const int64_t* given = value.get_if<int64_t>();
    require(given && *given > 0 && *given <= 1 << 20 && std::has_single_bit(static_cast<uint64_t>(*given)),
            "has the alignment ", value.describe());
    alignment_ = static_cast<uint64_t>(*given);
  }

  Value value(uint32_t type, int depth) {
    switch (type) {
      case gguf::UInt8:
        return number<uint8_t>();
      case gguf::Int8:
        return number<int8_t>();
      case gguf::UInt16:
        return number<uint16_t>();
      case gguf::Int16:
        return number<int16_t>();
      case gguf::UInt32:
        return number<uint32_t>();
      case gguf::Int32:
        return number<int32_t>();
      case gguf::Float32:
        return double{number<float>()};
      case gguf::Bool:
        return number<uint8_t>() != 0;
      case gguf::String:
        return string();
      case gguf::Array:
        return array(depth);
      case gguf::UInt64: {
        const auto wide = number<uint64_t>();
        if (wide <= INT64_MAX) return wide;
        std::string bytes(reinterpret_cast<const char*>(&wide), sizeof wide);
        return {io::Text::Kind::Integer, bytes + '\0'};
      }
      case gguf::Int64:
        return number<int64_t>();
      case gguf::Float64:
        return number<double>();
      default:
        fail<IoError>(file_.path(), ": has metadata of the type ", type, ", which is none of GGUF's");
    }
  }

  Value array(int depth) {
    require(depth < kDeepestArray, "has arrays in arrays, more than ", kDeepestArray, " deep");
    const auto type = number<uint32_t>();
    const auto size = number<uint64_t>();
    Values items;
    for (uint64_t i = 0; i < size; ++i) items.push_back(value(type, depth + 1));
    return Value::list(std::move(items));
  }

  Entry entry() {
    Entry info{string(), kFloat32, {}, 0};
    const auto dims = number<uint32_t>();
    require(dims <= gguf::kMostDims, "its tensor '", info.name, "' has ", dims, " dims");
    for (uint32_t d = 0; d < dims; ++d) {
      const auto size = number<uint64_t>();
      require(size <= INT64_MAX, "its tensor '", info.name, "' has the size ", size);
      info.shape.insert(0, static_cast<int64_t>(size));  // the innermost comes first
    }
    const auto type = number<uint32_t>();
    const auto* known = std::find_if(std::begin(gguf::kTensorTypes), std::end(gguf::kTensorTypes),
                                     [&](const auto& pair) { return pair.first == type; });
    require(known != std::end(gguf::kTensorTypes), "its tensor '", info.name, "' has the quantised type ", type,
            ", which Ember has no dtype for");
    info.dtype = known->second;
    info.offset = number<uint64_t>();
    return info;
  }

  Tensor tensor(const Entry& info, uint64_t start, const io::MappedFile& mapped) {
    const uint64_t data = file_.size() - std::min<uint64_t>(start, file_.size());
    const int64_t width = item_size(info.dtype);
    const std::string mistake = io::mistake_in({info.dtype, {}, 0, static_cast<int64_t>(data) / width}, 0, info.shape,
                                               contiguous_strides(info.shape));
    require(mistake.empty(), "its tensor '", info.name, "': ", mistake);
    const auto bytes = static_cast<uint64_t>(info.shape.numel() * width);
    require(info.offset <= data && bytes <= data - info.offset, "is cut short: its tensor '", info.name, "' of ", bytes,
            " bytes starts at byte ", info.offset, " of the data but the file has only ", data);
    Storage memory = mapped.storage(start + info.offset, bytes, static_cast<size_t>(width));
    if (!memory) memory = io::read_storage(file_, start + info.offset, bytes);
    return io::stored_tensor({info.dtype, memory, 0, 0}, 0, info.shape, contiguous_strides(info.shape));
  }

  const io::InputFile& file_;
  io::Cursor cursor_;
  uint64_t alignment_ = gguf::kAlignment;
};

}  // namespace

TensorDict load_gguf(const std::string& path, Value* metadata) {
  const io::InputFile file(path);
  return Reader(file).read(metadata);
}

}  // namespace ember
