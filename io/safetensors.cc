#include "ember/io/safetensors.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "ember/io/atomic_file.h"
#include "ember/io/json.h"
#include "ember/io/stored_tensor.h"
#include "ember/ops/creation/copy.h"

namespace ember {

namespace {

static_assert(std::endian::native == std::endian::little, "the data is little-endian and read without conversion");

using io::Json;

constexpr const char* kMetadataKey = "__metadata__";
/// The reference implementation's limit.
constexpr uint64_t kLargestHeader = 100'000'000;

struct DTypeName {
  DType dtype;
  const char* name;
};
constexpr DTypeName kDTypeNames[] = {
    {kBool, "BOOL"},   {kUInt8, "U8"},      {kInt8, "I8"},     {kInt16, "I16"},   {kInt32, "I32"},     {kInt64, "I64"},
    {kFloat16, "F16"}, {kBFloat16, "BF16"}, {kFloat32, "F32"}, {kFloat64, "F64"}, {kComplex64, "C64"},
};

const char* name_of(DType dtype) {
  for (const auto& entry : kDTypeNames)
    if (entry.dtype == dtype) return entry.name;
  fail<TypeError>("save_tensors: no name for dtype ", dtype);
}

/// One tensor's line of the header.
struct Entry {
  std::string name;
  DType dtype;
  Shape shape;
  uint64_t begin, end;  ///< within the data
};

/// Reads one file's header; every error names the file, and the tensor where there is one.
class HeaderReader {
 public:
  explicit HeaderReader(const io::InputFile& file) : file_(file) {}

  void read() {
    check_file(file_.size() >= 8, "is no safetensors file: it has ", file_.size(),
               " bytes but its header's length alone takes 8");
    uint64_t length;
    file_.read_at(0, &length, sizeof length);
    check_file(length <= kLargestHeader, "is no safetensors file: its first 8 bytes give a header of ", length,
               " bytes, more than the ", kLargestHeader, " allowed");
    check_file(length <= file_.size() - 8, "is cut short: its header should have ", length, " bytes but only ",
               file_.size() - 8, " follow");
    std::string text(length, '\0');
    file_.read_at(8, text.data(), length);
    data_start = 8 + length;
    parse(text);
    check_layout();
  }

  std::vector<Entry> entries;
  Metadata metadata;
  uint64_t data_start = 0;

 private:
  template <class... Parts>
  void check_file(bool ok, const Parts&... parts) const {
    check<IoError>(ok, file_.path(), ": ", parts...);
  }

  void parse(const std::string& text) {
    check_file(!text.empty() && text[0] == '{', "is no safetensors file: its header does not start with '{'");
    Json header;
    try {
      header = Json::parse(text);
    } catch (const io::JsonError& error) {
      fail<IoError>(file_.path(), ": its header ", error.what());
    }
    for (const auto& [name, value] : header.object()) {
      if (name == kMetadataKey)
        read_metadata(value);
      else
        entries.push_back(read_entry(name, value));
    }
  }

  void read_metadata(const Json& value) {
    check_file(value.is_object(), kMetadataKey, " is no object");
    for (const auto& [key, text] : value.object()) {
      check_file(text.is_string(), kMetadataKey, "'s entry '", key, "' is no string");
      metadata[key] = text.string();
    }
  }

  Entry read_entry(const std::string& name, const Json& value) const {
    const std::string tensor = "tensor '" + name + "' ";
    check_file(value.is_object(), tensor, "is no object with dtype, shape and data_offsets");
    const auto field = [&](const char* key) -> const Json& {
      const Json* found = value.find(key);
      check_file(found, tensor, "has no ", key);
      return *found;
    };
    Entry entry{.name = name, .dtype = read_dtype(tensor, field("dtype")), .shape = {}, .begin = 0, .end = 0};
    const Json &shape = field("shape"), &offsets = field("data_offsets");
    const auto are_counts = [](const Json& x) {
      return x.is_list() && std::all_of(x.list().begin(), x.list().end(), [](const Json& n) { return n.is_count(); });
    };
    check_file(are_counts(shape), tensor, "has the shape ", shape.dump(), ", which is no list of sizes");
    check_file(
        are_counts(offsets) && offsets.list().size() == 2 && offsets.list()[0].integer() <= offsets.list()[1].integer(),
        tensor, "has the data_offsets ", offsets.dump(), ", which are no [begin, end]");
    entry.begin = static_cast<uint64_t>(offsets.list()[0].integer());
    entry.end = static_cast<uint64_t>(offsets.list()[1].integer());
    int64_t bytes = item_size(entry.dtype);
    bool fits = true, is_empty = false;
    for (const Json& size : shape.list()) {
      entry.shape.push_back(size.integer());
      is_empty |= entry.shape.back() == 0;
      fits &= !__builtin_mul_overflow(bytes, std::max<int64_t>(entry.shape.back(), 1), &bytes);
    }
    check_file(fits, tensor, "has the shape ", entry.shape, ", which no memory can hold");
    const auto expected = static_cast<uint64_t>(is_empty ? 0 : bytes);
    check_file(entry.end - entry.begin == expected, tensor, "is ", entry.dtype, " ", entry.shape, ", which takes ",
               expected, " bytes, but its data_offsets span ", entry.end - entry.begin);
    return entry;
  }

  DType read_dtype(const std::string& tensor, const Json& value) const {
    for (const auto& entry : kDTypeNames)
      if (value.is_string() && value.string() == entry.name) return entry.dtype;
    fail<IoError>(file_.path(), ": ", tensor, "has dtype ", value.dump(), ", which Ember does not know");
  }

  /// The tensors must cover the data without holes and overlaps.
  void check_layout() const {
    std::vector<const Entry*> order;
    for (const Entry& entry : entries) order.push_back(&entry);
    std::sort(order.begin(), order.end(),
              [](const Entry* a, const Entry* b) { return std::pair(a->begin, a->end) < std::pair(b->begin, b->end); });
    const uint64_t data_bytes = file_.size() - data_start;
    uint64_t end = 0;
    const Entry* before = nullptr;
    for (const Entry* entry : order) {
      check_file(entry->begin >= end, "tensor '", entry->name, "' starts at byte ", entry->begin,
                 " of the data but overlaps '", before ? before->name : "", "', which ends at ", end);
      check_file(entry->begin == end, "bytes ", end, " to ", entry->begin, " of the data, before tensor '", entry->name,
                 "', belong to no tensor");
      check_file(entry->end <= data_bytes, "is cut short: tensor '", entry->name, "' ends at byte ", entry->end,
                 " of the data but the file has only ", data_bytes);
      end = entry->end;
      before = entry;
    }
    check_file(end == data_bytes, "the last ", data_bytes - end, " bytes belong to no tensor");
  }

  const io::InputFile& file_;
};

/// In the order of the fields that other writers have.
std::string entry_text(const Tensor& x, int64_t begin) {
  return concat("{\"dtype\":\"", name_of(x.dtype()), "\",\"shape\":", Json(x.sizes().vec()).dump(),
                ",\"data_offsets\":[", begin, ",", begin + x.nbytes(), "]}");
}

}  // namespace

void save_tensors(const TensorDict& tensors, const std::string& path, const Metadata& metadata) {
  // Wide elements come first, so that each tensor is aligned to its element size; the header keeps the given order.
  std::vector<std::pair<std::string, Tensor>> entries;
  for (const auto& [name, x] : tensors) {
    check<ValueError>(name != kMetadataKey, "save_tensors: no tensor can be named ", kMetadataKey);
    check<ValueError>(x.defined(), "save_tensors: tensor '", name, "' is undefined");
    entries.emplace_back(name, x.detach().cpu().contiguous());
  }
  std::vector<size_t> order(entries.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return entries[a].second.element_size() > entries[b].second.element_size();
  });
  std::vector<int64_t> begins(entries.size());
  int64_t end = 0;
  for (size_t i : order) {
    begins[i] = end;
    end += entries[i].second.nbytes();
  }

  // Written entry by entry, in the order that other writers have.
  std::string text;
  const auto append = [&text](const std::string& name, const std::string& value) {
    text += (text.empty() ? "{" : ",") + Json(name).dump() + ":" + value;
  };
  try {
    if (!metadata.empty()) {
      Json::Object texts;
      for (const auto& [key, value] : metadata) texts.emplace_back(key, value);
      append(kMetadataKey, Json(std::move(texts)).dump());
    }
    for (size_t i = 0; i < entries.size(); ++i) append(entries[i].first, entry_text(entries[i].second, begins[i]));
  } catch (const io::JsonError& error) {
    fail<ValueError>("save_tensors: a name or the metadata is no UTF-8: ", error.what());
  }
  text += text.empty() ? "{}" : "}";
  text.resize((text.size() + 7) / 8 * 8, ' ');
  check<ValueError>(text.size() <= kLargestHeader, "save_tensors: a header of ", text.size(),
                    " bytes is more than the ", kLargestHeader, " that readers take");

  io::AtomicFile file(path);
  const uint64_t length = text.size();
  file.write(&length, sizeof length);
  file.write(text.data(), text.size());
  for (size_t i : order) file.write(entries[i].second.raw_data(), static_cast<size_t>(entries[i].second.nbytes()));
  file.commit();
}

TensorDict load_tensors(const std::string& path, Metadata* metadata) {
  const io::InputFile file(path);
  HeaderReader header(file);
  header.read();
  const io::MappedFile mapped(file);
  TensorDict tensors;
  for (const Entry& entry : header.entries) {
    const size_t at = header.data_start + entry.begin, bytes = entry.end - entry.begin;
    // Other writers need not put an element at a multiple of its size.
    Storage memory = mapped.storage(at, bytes, static_cast<size_t>(item_size(entry.dtype)));
    if (!memory) memory = io::read_storage(file, at, bytes);
    if (entry.dtype == kBool) io::check_bools(concat(path, ": tensor '", entry.name, "'"), memory->data(), bytes);
    tensors.insert(entry.name,
                   io::stored_tensor({entry.dtype, memory, 0, 0}, 0, entry.shape, contiguous_strides(entry.shape)));
  }
  if (metadata) *metadata = std::move(header.metadata);
  return tensors;
}

}  // namespace ember
