#include "io/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "core/error.h"

namespace ember::io {

namespace {

std::string folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

/// What a new file may be put in place of: nothing, or a regular file, behind a link or not.
std::string check_target(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return path;
  check<IoError>(!std::filesystem::is_directory(status), path, ": cannot be written: it is a folder");
  check<IoError>(std::filesystem::is_regular_file(status), path, ": cannot be written: it is no regular file",
                 error ? ": " + error.message() : "");
  return std::filesystem::is_symlink(path) ? std::filesystem::canonical(path).string() : path;
}

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(check_target(path)) {
  static std::atomic<int> count{0};
  temporary_ = concat(path_, ".", static_cast<int64_t>(getpid()), "-", count++, ".part");
  descriptor_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  check<IoError>(descriptor_ >= 0, path_, ": cannot be written: ", std::strerror(errno));
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  unlink(temporary_.c_str());
}

void AtomicFile::fail_write(const char* action) const {
  const int error = errno;
  fail<IoError>(path_, ": cannot be ", action, " after ", written_, " bytes: ", std::strerror(error),
                "; what was there before is unchanged");
}

void AtomicFile::write(const void* data, size_t bytes) {
  const char* from = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t done = ::write(descriptor_, from, bytes);
    if (done < 0) {
      if (errno == EINTR) continue;
      fail_write("written");
    }
    from += done;
    bytes -= static_cast<size_t>(done);
    written_ += static_cast<size_t>(done);
  }
}

void AtomicFile::commit() {
  // Some file systems cannot flush one file and say EINVAL.
  if (fsync(descriptor_) != 0 && errno != EINVAL) fail_write("written");
  struct stat old;
  if (stat(path_.c_str(), &old) == 0 && fchmod(descriptor_, old.st_mode & 07777) != 0) fail_write("given its mode");
  if (rename(temporary_.c_str(), path_.c_str()) != 0) fail_write("renamed");
  close(descriptor_);
  descriptor_ = -1;
  // The new name itself; what fails here no longer endangers either file.
  const int folder = open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    fsync(folder);
    close(folder);
  }
}

InputFile::InputFile(std::string path) : path_(std::move(path)) {
  descriptor_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  check<IoError>(descriptor_ >= 0, path_, ": cannot be opened: ", std::strerror(errno));
  struct stat status;
  const bool is_file = fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode);
  if (!is_file) close(descriptor_);
  check<IoError>(is_file, path_, ": cannot be read: it is no regular file");
  size_ = static_cast<size_t>(status.st_size);
}

InputFile::~InputFile() { close(descriptor_); }

void InputFile::read_at(size_t offset, void* data, size_t bytes) const {
  char* to = static_cast<char*>(data);
  while (bytes > 0) {
    const ssize_t done = pread(descriptor_, to, bytes, static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    check<IoError>(done >= 0, path_, ": cannot be read at byte ", offset, ": ", std::strerror(errno));
    check<IoError>(done > 0, path_, ": is cut short: ends at byte ", offset, ", ", bytes, " bytes early");
    to += done;
    offset += static_cast<size_t>(done);
    bytes -= static_cast<size_t>(done);
  }
}

}  // namespace ember::io
