#include "ember/io/pt_file.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>

#include "ember/io/pickle_writer.h"
#include "ember/io/pt_legacy.h"
#include "ember/io/pt_storage.h"
#include "ember/io/stored_tensor.h"
#include "ember/io/zip_file.h"

namespace ember::io {

namespace {

constexpr std::string_view kZipStart = "PK\3\4";
constexpr size_t kTarMagicAt = 257;

/// The storages of an archive, each read when a tensor first asks for it.
class ArchiveStorages {
 public:
  ArchiveStorages(const InputFile& file, const ZipReader& zip, std::string prefix, bool map)
      : file_(file), zip_(zip), prefix_(std::move(prefix)) {
    if (map) mapped_.emplace(file);
  }

  StoredElements operator()(const Values& id) {
    const StorageId storage = read_storage_id(file_.path(), id, 5);
    const std::string name = prefix_ + "data/" + storage.key;
    if (const auto found = read_.find(name); found != read_.end()) {
      check<IoError>(found->second.dtype == storage.dtype && found->second.numel == storage.numel, file_.path(),
                     ": its storage '", name, "' stands there with two sizes or dtypes");
      return found->second;
    }
    const auto* record = zip_.find(name);
    check<IoError>(record != nullptr, file_.path(), ": holds no record '", name, "', which one of its tensors lies in");
    check<IoError>(record->bytes == storage.bytes(), file_.path(), ": its record '", name, "' has ", record->bytes,
                   " bytes but should hold ", storage.numel, " elements of ", storage.dtype);
    const auto alignment = static_cast<size_t>(item_size(storage.dtype));
    Storage memory = mapped_ ? mapped_->storage(record->offset, record->bytes, alignment) : Storage();
    if (!memory) {
      memory = read_storage(file_, record->offset, record->bytes);
      zip_.check_sum(name, *record, memory->data());
    }
    if (storage.dtype == kBool)
      check_bools(concat(file_.path(), ": its storage '", name, "'"), memory->data(), record->bytes);
    return read_.emplace(name, StoredElements{storage.dtype, memory, 0, storage.numel}).first->second;
  }

 private:
  const InputFile& file_;
  const ZipReader& zip_;
  std::string prefix_;
  std::optional<MappedFile> mapped_;
  std::map<std::string, StoredElements> read_;
};

Value load_archive(const InputFile& file, const PtOptions& options) {
  const ZipReader zip(file);
  constexpr std::string_view kPickle = "data.pkl";
  std::string pickle;
  for (const auto& [name, record] : zip.records()) {
    const bool is_outer = name.find('/') == name.rfind('/');
    if (is_outer && (name == kPickle || name.ends_with("/data.pkl"))) pickle = name;
  }
  check<IoError>(!pickle.empty(), file.path(), ": is a zip file but not PyTorch's: it holds no data.pkl");
  const std::string prefix = pickle.substr(0, pickle.size() - kPickle.size());
  check<IoError>(!zip.find(prefix + "constants.pkl"), file.path(),
                 ": is a TorchScript program, not data; save its state_dict() from PyTorch");
  if (zip.find(prefix + "byteorder"))
    check<IoError>(zip.read(prefix + "byteorder") == "little", file.path(),
                   ": was written on a big-endian machine, and is not read on others");
  const ZipReader::Record& record = *zip.find(pickle);
  Cursor cursor(file, record.offset, record.offset + record.bytes);
  PickleReader reader(cursor, file.path(), ArchiveStorages(file, zip, prefix, options.mmap), options.safe_globals);
  return reader.read();
}

}  // namespace

FileKind kind_of(const InputFile& file) {
  std::array<unsigned char, 9> start{};
  file.read_at(0, start.data(), std::min(file.size(), start.size()));
  const std::string_view text(reinterpret_cast<const char*>(start.data()), start.size());
  // A safetensors file's first 8 bytes are the length of a header that begins with '{'.
  const bool has_header = text[7] == '\0' && text[8] == '{';
  if (text.starts_with(kZipStart) && !has_header) return FileKind::PtArchive;
  if (start[0] == 0x80 && start[1] <= 5 && !has_header) return FileKind::PtPickle;
  if (file.size() > kTarMagicAt + 5) {
    std::string magic(5, '\0');
    file.read_at(kTarMagicAt, magic.data(), magic.size());
    check<IoError>(magic != "ustar", file.path(),
                   ": is a tar file, as PyTorch before 0.1.10 wrote them, which is not read");
  }
  return FileKind::Safetensors;
}

bool is_pt_name(const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  return extension == ".pt" || extension == ".pth" || extension == ".bin" || extension == ".ckpt";
}

Value load_pt(const std::string& path, const PtOptions& options) {
  const InputFile file(path);
  switch (kind_of(file)) {
    case FileKind::PtArchive:
      return load_archive(file, options);
    case FileKind::PtPickle:
      check(!options.mmap, path, ": has PyTorch's format before 1.6, whose tensors cannot be mapped");
      return load_pt_legacy(file, options);
    case FileKind::Safetensors:
      break;
  }
  fail<IoError>(path, ": is no file of PyTorch's: it begins like neither a zip file nor a pickle");
}

void save_pt(const Value& value, const std::string& path) {
  PickleWriter pickle;
  const std::string bytes = pickle.write(value);
  AtomicFile file(path);
  ZipWriter zip(file);
  const auto add = [&](const std::string& name, std::string_view text) {
    zip.add("archive/" + name, text.data(), text.size());
  };
  add("data.pkl", bytes);
  add(".format_version", "1");
  add(".storage_alignment", "64");
  add("byteorder", "little");
  size_t key = 0;
  for (const StoredElements& stored : pickle.storages()) {
    Tensor elements = stored_tensor(stored, 0, Shape(stored.numel), Shape(1)).cpu();
    add(concat("data/", key++), {elements.raw_data(), static_cast<size_t>(elements.nbytes())});
  }
  add("version", "3\n");
  zip.finish();
  file.commit();
}

}  // namespace ember::io
