#include "ember/io/atomic_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>

#include "ember/core/error.h"

namespace ember::io {

namespace {

std::string folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

std::string check_name(std::string path) {
  check<ValueError>(path.find('\0') == std::string::npos, "a file's name cannot hold a NUL byte: '", path.c_str(),
                    "' goes on behind one");
  return path;
}

/// Where the links at `path` lead, whether there is something or not.
std::filesystem::path follow_links(std::filesystem::path path) {
  for (int count = 0; std::filesystem::is_symlink(std::filesystem::symlink_status(path)); ++count) {
    check<IoError>(count < 40, path.string(), ": cannot be written: too many links");
    path = path.parent_path() / std::filesystem::read_symlink(path);
  }
  return path;
}

/// What a new file may be put in place of: nothing, or a regular file that may be written to, behind a link or not.
std::string check_target(const std::string& name) {
  const std::string path = check_name(name);
  try {
    const std::string target = follow_links(path).string();
    const auto status = std::filesystem::status(target);
    if (status.type() == std::filesystem::file_type::not_found) return target;
    check<IoError>(!std::filesystem::is_directory(status), path, ": cannot be written: it is a folder");
    check<IoError>(std::filesystem::is_regular_file(status), path, ": cannot be written: it is no regular file");
    check<IoError>(access(target.c_str(), W_OK) == 0, path, ": cannot be written: ", std::strerror(errno));
    return target;
  } catch (const std::filesystem::filesystem_error& error) {
    fail<IoError>(path, ": cannot be written: ", error.code().message());
  }
}

/// Opens this temporary file for writing, unless another writer has it; -1 with errno otherwise. Its lock says that a writer
/// lives, so what a killed one left is taken over rather than left lying.
int open_unlocked(const std::string& temporary) {
  const int descriptor = open(temporary.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
  if (descriptor < 0) return -1;
  struct stat own, named;
  const bool is_free = flock(descriptor, LOCK_EX | LOCK_NB) == 0 && fstat(descriptor, &own) == 0 &&
                       S_ISREG(own.st_mode) && own.st_nlink == 1 && stat(temporary.c_str(), &named) == 0 &&
                       own.st_ino == named.st_ino &&  // or else its writer has just renamed it
                       ftruncate(descriptor, 0) == 0;
  if (is_free) return descriptor;
  close(descriptor);
  errno = EEXIST;
  return -1;
}

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(check_target(path)) {
  // Short, since the file's own name may have any length; the same for one file, so that there is one to take over.
  const std::filesystem::path target(path_);
  char name[40];
  for (int number = 0; descriptor_ < 0; ++number) {
    std::snprintf(name, sizeof name, ".ember-%016zx-%d.part", std::hash<std::string>()(target.filename().string()),
                  number);
    temporary_ = (target.parent_path() / name).string();
    descriptor_ = open_unlocked(temporary_);
    const bool is_taken = errno == EEXIST || errno == EACCES || errno == ELOOP || errno == ENXIO || errno == EISDIR;
    check<IoError>(descriptor_ >= 0 || (is_taken && number < 100), path_,
                   ": cannot be written: ", std::strerror(errno));
  }
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
  if (stat(path_.c_str(), &old) == 0) {
    // Only root can give files away, and others need not: the owner stays who saves.
    if (geteuid() == 0 && fchown(descriptor_, old.st_uid, old.st_gid) != 0 && errno != EPERM)
      fail_write("given its owner");
    if (fchmod(descriptor_, old.st_mode & 07777) != 0) fail_write("given its mode");
  }
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

InputFile::InputFile(std::string path) : path_(check_name(std::move(path))) {
  descriptor_ = open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);  // a FIFO would wait for its writer
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
