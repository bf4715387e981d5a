#include "ember/io/pt_legacy.h"

#include <cstring>
#include <map>

#include "ember/io/pt_storage.h"
#include "ember/io/stored_tensor.h"

namespace ember::io {

namespace {

/// 0x1950a86a20f9469cfc6c, with which the first pickle begins.
constexpr std::string_view kMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr int64_t kProtocol = 1001;

/// Storages whose memory is made when a tensor asks for it and filled at the file's end.
class LegacyStorages {
 public:
  explicit LegacyStorages(const InputFile& file) : file_(file) {}

  StoredElements operator()(const Values& id) {
    const StorageId storage = read_storage_id(file_.path(), id, id.size() == 5 ? 5 : 6);
    const auto found = storages_.find(storage.key);
    if (found == storages_.end()) {
      // Their sum, or else each of many could be as large as the file.
      check<IoError>(storage.bytes() <= file_.size() - bytes_, file_.path(), ": its storages should have ",
                     storage.bytes(), " and ", bytes_, " bytes but the whole file has ", file_.size());
      bytes_ += storage.bytes();
      auto memory = make_intrusive<StorageImpl>(storage.bytes(), Device());
      storages_[storage.key] = {storage.dtype, std::move(memory), 0, storage.numel};
    }
    const StoredElements& whole = storages_[storage.key];
    check<IoError>(whole.dtype == storage.dtype && whole.numel == storage.numel, file_.path(), ": its storage '",
                   storage.key, "' stands there with two sizes or dtypes");
    return id.size() < 6 || id[5].is_none() ? whole : part_of(whole, id[5]);
  }

  void fill(const Value& keys, Cursor& cursor) {
    for (const Value& key : keys.items()) {
      const auto found = storages_.find(key.string());
      check<IoError>(found != storages_.end() && !is_filled_[key.string()], file_.path(), ": its storage '",
                     key.string(), "' belongs to no tensor or is there twice");
      const StoredElements& stored = found->second;
      int64_t numel;
      std::memcpy(&numel, cursor.take(sizeof numel), sizeof numel);
      check<IoError>(numel == stored.numel, file_.path(), ": its storage '", key.string(), "' has ", numel,
                     " elements but its tensors lie in ", stored.numel);
      const size_t at = cursor.position();
      cursor.skip(stored.memory->bytes());
      file_.read_at(at, stored.memory->data(), stored.memory->bytes());
      if (stored.dtype == kBool)
        check_bools(concat(file_.path(), ": its storage '", key.string(), "'"), stored.memory->data(),
                    stored.memory->bytes());
      is_filled_[key.string()] = true;
    }
    for (const auto& [key, stored] : storages_)
      check<IoError>(is_filled_[key], file_.path(), ": lacks the data of its storage '", key, "'");
  }

 private:
  /// (key, offset, numel) of a storage that was itself a part of another.
  StoredElements part_of(const StoredElements& whole, const Value& view) const {
    const auto* parts = view.part<Sequence>();
    const bool is_view =
        parts && parts->items.size() == 3 && parts->items[1].get_if<int64_t>() && parts->items[2].get_if<int64_t>();
    check<IoError>(is_view, file_.path(), ": a part of a storage is ", view.describe());
    const int64_t offset = parts->items[1].integer(), numel = parts->items[2].integer();
    check<IoError>(offset >= 0 && numel >= 0 && offset <= whole.numel && numel <= whole.numel - offset, file_.path(),
                   ": a part of ", numel, " elements at ", offset, " reaches beyond its storage of ", whole.numel);
    return {whole.dtype, whole.memory, offset, numel};
  }

  const InputFile& file_;
  uint64_t bytes_ = 0;
  std::map<std::string, StoredElements> storages_;
  std::map<std::string, bool> is_filled_;
};

}  // namespace

Value load_pt_legacy(const InputFile& file, const PtOptions& options) {
  Cursor cursor(file, 0, file.size());
  const auto read = [&](const PickleReader::StorageOf& storage_of, const SafeGlobals& safe_globals) {
    return PickleReader(cursor, file.path(), storage_of, safe_globals).read();
  };
  const auto read_plain = [&] {
    return read([&](const Values&) -> StoredElements { fail<IoError>(file.path(), ": a storage is out of place"); },
                {});
  };
  try {
    const Value magic = read_plain();
    const auto* number = magic.get_if<Text>();
    check<IoError>(number && number->kind == Text::Kind::Integer && *number->bytes == kMagic, file.path(),
                   ": is a pickle but not PyTorch's; it holds ", magic.describe());
    const int64_t protocol = read_plain().integer();
    check<IoError>(protocol == kProtocol, file.path(), ": has the protocol ", protocol, " but ", kProtocol,
                   " is known");
    const Value system = read_plain();
    check<IoError>(system["little_endian"].boolean(), file.path(), ": was written on a big-endian machine");
    LegacyStorages storages(file);
    Value value = read([&](const Values& id) { return storages(id); }, options.safe_globals);
    storages.fill(read_plain(), cursor);
    return value;
  } catch (const TypeError& error) {
    fail<IoError>(file.path(), ": ", error.what());
  } catch (const IndexError& error) {
    fail<IoError>(file.path(), ": ", error.what());
  }
}

}  // namespace ember::io
