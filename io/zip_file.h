// Zip archives of uncompressed records, as PyTorch writes them: each record's data starts at a multiple of 64 bytes, so that tensors can
// be read or mapped where they lie. Libraries of zip files can neither place data so nor say where it lies.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ember/core/error.h"
#include "ember/io/atomic_file.h"

namespace ember::io {

class ZipReader {
 public:
  struct Record {
    uint64_t offset, bytes;  ///< of the data within the file
    uint32_t crc;
    bool is_compressed;
  };

  /// Reads the directory. IoError, which names the file, for one that is damaged, or whose records overlap.
  explicit ZipReader(const InputFile& file);

  /// Null when there is no record of that name. IoError when it is compressed.
  const Record* find(std::string_view name) const;
  const std::map<std::string, Record, std::less<>>& records() const { return records_; }
  /// A short record whole. IoError when its checksum is wrong.
  std::string read(const std::string& name) const;
  /// IoError when these bytes are not those that were written.
  void check_sum(const std::string& name, const Record& record, const void* data) const;

 private:
  void read_directory(std::string_view directory, uint64_t count, uint64_t begin);
  void check_overlap() const;

  const InputFile& file_;
  std::map<std::string, Record, std::less<>> records_;
};

class ZipWriter {
 public:
  explicit ZipWriter(AtomicFile& file) : file_(file) {}
  void add(const std::string& name, const void* data, size_t bytes);
  /// Writes the directory; nothing can be added any more.
  void finish();

 private:
  void write(const std::string& text);

  AtomicFile& file_;
  uint64_t position_ = 0, count_ = 0;
  std::string directory_;
};

/// The checksum of zip files, computed by all threads.
uint32_t crc32_of(const void* data, size_t bytes);

}  // namespace ember::io
