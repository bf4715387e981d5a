// AtomicFile: a file that appears whole or not at all. It is written under a temporary name in its own folder and renamed over
// the old file at the end, so that a full disk, a crash or an exception leaves the old file as it was. What a killed process leaves
// under the temporary name, the next writer of that file takes over. Owner, mode and links of an old file stay.
#pragma once

#include <cstddef>
#include <string>

namespace ember::io {

class AtomicFile {
 public:
  /// Throws IoError when the folder or an old file cannot be written to, ValueError for a name with a NUL byte.
  explicit AtomicFile(std::string path);
  /// Removes what was written unless commit() was reached.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Throws IoError when the system refuses, as with a full disk.
  void write(const void* data, size_t bytes);
  /// Flushes to the disk and takes the place of the old file. Throws IoError.
  void commit();

 private:
  [[noreturn]] void fail_write(const char* action) const;

  std::string path_, temporary_;
  int descriptor_ = -1;
  size_t written_ = 0;
};

/// A file read from front to back, which knows its size. Errors are IoErrors that name the file.
class InputFile {
 public:
  explicit InputFile(std::string path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::string& path() const { return path_; }
  size_t size() const { return size_; }
  int descriptor() const { return descriptor_; }
  /// Exactly these bytes from the file's start; throws when it ends before.
  void read_at(size_t offset, void* data, size_t bytes) const;

 private:
  std::string path_;
  int descriptor_ = -1;
  size_t size_ = 0;
};

}  // namespace ember::io
