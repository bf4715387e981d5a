#include "ember/data/mnist.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "ember/ops/creation/creation.h"

namespace ember::data {

namespace {

/// zlib's reader: takes gzip-compressed and plain files alike.
class GzipFile {
 public:
  explicit GzipFile(const std::string& path) : path_(path), file_(gzopen(path.c_str(), "rb")) {
    check<IoError>(file_ != nullptr, path, ": cannot be opened: ", std::strerror(errno));
    gzbuffer(file_, 1 << 17);
  }
  ~GzipFile() { gzclose(file_); }
  GzipFile(const GzipFile&) = delete;
  GzipFile& operator=(const GzipFile&) = delete;

  /// As many of these bytes as the file still has.
  size_t read(void* data, size_t bytes) {
    size_t done = 0;
    while (done < bytes) {
      const auto part = static_cast<unsigned>(std::min<size_t>(bytes - done, 1 << 30));
      const int got = gzread(file_, static_cast<char*>(data) + done, part);
      if (got < 0) {
        int code = Z_OK;
        const char* reason = gzerror(file_, &code);
        fail<IoError>(path_, ": cannot be read: ", code == Z_ERRNO ? std::strerror(errno) : reason);
      }
      if (got == 0) break;
      done += static_cast<size_t>(got);
    }
    return done;
  }
  /// Whether the compressed stream ends early; read() then gives less, as at the end of a plain file.
  bool is_cut_short() const {
    int code = Z_OK;
    gzerror(file_, &code);
    return code == Z_BUF_ERROR;
  }

 private:
  std::string path_;
  gzFile file_;
};

DType idx_dtype(uint8_t code, const std::string& path) {
  switch (code) {
    case 0x08:
      return kUInt8;
    case 0x09:
      return kInt8;
    case 0x0b:
      return kInt16;
    case 0x0c:
      return kInt32;
    case 0x0d:
      return kFloat32;
    case 0x0e:
      return kFloat64;
  }
  fail<IoError>(path, ": dtype code ", int{code}, " in the magic number is none of IDX (8, 9, 11, 12, 13 or 14)");
}

void reverse_bytes(char* data, int64_t count, int64_t width) {
  for (int64_t i = 0; i < count; ++i) std::reverse(data + i * width, data + (i + 1) * width);
}

std::string find_file(const std::string& root, const std::string& name) {
  check<ValueError>(root.find('\0') == std::string::npos, "a folder's name cannot hold a NUL byte: '", root.c_str(),
                    "' goes on behind one");
  const std::string path = (std::filesystem::path(root) / name).string();
  std::error_code ignored;
  for (const char* suffix : {"", ".gz"})
    if (std::filesystem::exists(path + suffix, ignored)) return path + suffix;
  fail<IoError>(path, ": no such file, with or without .gz");
}

Tensor read_part(const std::string& path, int64_t rank) {
  Tensor x = read_idx(path);
  check<IoError>(x.dtype() == kUInt8 && x.dim() == rank, path, ": expected uint8 with ", rank,
                 " dims but the file holds ", describe(x));
  return x;
}

const std::vector<std::string>& digit_names() {
  static const std::vector<std::string> names = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
  return names;
}

}  // namespace

Tensor read_idx(const std::string& path) {
  std::error_code error;
  const uint64_t file_bytes = std::filesystem::file_size(path, error);
  check<IoError>(!error, path, ": cannot be opened: ", error.message());
  GzipFile file(path);
  std::array<uint8_t, 4> magic{};
  const size_t magic_bytes = file.read(magic.data(), magic.size());
  check<IoError>(magic_bytes == magic.size(), path, ": ends within its magic number, after ", magic_bytes,
                 " of 4 bytes");
  check<IoError>(magic[0] == 0 && magic[1] == 0, path,
                 ": is no IDX file: expected it to start with two zero bytes but found ", int{magic[0]}, " and ",
                 int{magic[1]});
  const DType dtype = idx_dtype(magic[2], path);
  const int64_t rank = magic[3];
  check<IoError>(rank >= 1 && rank <= 8, path, ": expected 1 to 8 dims but the magic number says ", rank);

  Shape sizes;
  int64_t bytes = item_size(dtype);
  for (int64_t d = 0; d < rank; ++d) {
    std::array<uint8_t, 4> word{};
    check<IoError>(file.read(word.data(), word.size()) == word.size(), path, ": ends within the sizes, at dim ", d,
                   " of ", rank);
    sizes.push_back(int64_t{word[0]} << 24 | word[1] << 16 | word[2] << 8 | word[3]);
    // gzip packs at most 1032 bytes into one: no more memory is taken than the file can fill.
    const bool fits =
        !__builtin_mul_overflow(bytes, sizes.back(), &bytes) && static_cast<uint64_t>(bytes) / 1032 <= file_bytes;
    check<IoError>(fits, path, ": the header promises ", sizes, "... elements, more than a file of ", file_bytes,
                   " bytes can hold");
  }

  Tensor x = empty_tensor(sizes, dtype);
  const size_t found = file.read(x.raw_data(), static_cast<size_t>(bytes));
  check<IoError>(found == static_cast<size_t>(bytes), path, ": is cut short: the header promises ", sizes,
                 " elements, ", bytes, " bytes, but only ", found, " follow");
  char extra;
  check<IoError>(file.read(&extra, 1) == 0, path, ": goes on behind the ", bytes, " bytes of ", sizes,
                 " elements that the header promises");
  check<IoError>(!file.is_cut_short(), path, ": is cut short within its checksum");
  reverse_bytes(x.raw_data(), x.numel(), x.element_size());
  return x;
}

MNIST::MNIST(const std::string& root, bool train, Transform transform, Transform target_transform) {
  const std::string part = train ? "train" : "t10k";
  const std::string images_path = find_file(root, part + "-images-idx3-ubyte");
  const std::string labels_path = find_file(root, part + "-labels-idx1-ubyte");
  images_ = read_part(images_path, 3).unsqueeze(1);
  const Tensor labels = read_part(labels_path, 1);
  check<IoError>(labels.size(0) == images_.size(0), labels_path, ": holds ", labels.size(0), " labels but ",
                 images_path, " holds ", images_.size(0), " images");
  const uint8_t* values = labels.data_ptr<uint8_t>();
  for (int64_t i = 0; i < labels.size(0); ++i)
    check<IoError>(values[i] < 10, labels_path, ": label ", i, " is ", int{values[i]}, " but there are ten classes");
  targets_ = labels.to(kInt64);
  samples_ = std::make_shared<TransformedDataset>(std::make_shared<TensorDataset>(images_, targets_),
                                                  std::move(transform), std::move(target_transform));
}

const std::vector<std::string>& MNIST::classes() const { return digit_names(); }

FashionMNIST::FashionMNIST(const std::string& root, bool train, Transform transform, Transform target_transform)
    : MNIST(root, train, std::move(transform), std::move(target_transform)) {}

const std::vector<std::string>& FashionMNIST::classes() const {
  static const std::vector<std::string> names = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                                 "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
  return names;
}

}  // namespace ember::data
