// Files appear whole or not at all: full disks, forbidden folders and interrupted writers leave the old file as it was.
#include "io/atomic_file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/safetensors.h"
#include "io/serialize.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "tests/temporary_folder.h"

namespace ember {
namespace {

using testing::message_of;
using testing::read_file;
using testing::TemporaryFolder;
using testing::write_file;
using Names = std::vector<std::string>;

/// No file of this process may grow beyond `bytes`.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_;
  sighandler_t handler_;
};

TEST(AtomicFile, AppearsOnlyWhenCommitted) {
  const TemporaryFolder folder;
  {
    io::AtomicFile file(folder.file("x"));
    file.write("new", 3);
    EXPECT_FALSE(std::filesystem::exists(folder.file("x")));
    file.commit();
    EXPECT_EQ(read_file(folder.file("x")), "new");
  }
  EXPECT_EQ(folder.files(), Names{"x"});
}

TEST(AtomicFile, LeavesTheOldFileWhenAbandoned) {
  const TemporaryFolder folder;
  write_file(folder.file("x"), "old");
  io::AtomicFile(folder.file("x")).write("new", 3);
  EXPECT_EQ(read_file(folder.file("x")), "old");
  EXPECT_EQ(folder.files(), Names{"x"});
}

TEST(AtomicFile, KeepsModeAndLinks) {
  const TemporaryFolder folder;
  write_file(folder.file("x"), "old");
  chmod(folder.file("x").c_str(), 0640);
  std::filesystem::create_symlink("x", folder.file("link"));
  io::AtomicFile file(folder.file("link"));
  file.write("new", 3);
  file.commit();
  EXPECT_TRUE(std::filesystem::is_symlink(folder.file("link")));
  EXPECT_EQ(read_file(folder.file("x")), "new");
  struct stat status;
  stat(folder.file("x").c_str(), &status);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST(AtomicFile, WriteBeyondTheLimitLeavesTheOldCheckpoint) {
  const TemporaryFolder folder;
  const std::string path = folder.file("model.safetensors");
  save_tensors({{"w", ones({100})}}, path);
  {
    const FileSizeLimit limit(10000);
    const std::string message = message_of<IoError>([&] { save_tensors({{"w", zeros({100000})}}, path); });
    EXPECT_HAS(message, path + ": cannot be written after 10000 bytes: File too large");
    EXPECT_HAS(message, "what was there before is unchanged");
  }
  EXPECT_EQ(folder.files(), Names{"model.safetensors"}) << "no temporary file is left";
  EXPECT_TRUE(equal(load_tensors(path)["w"], ones({100})));
}

TEST(AtomicFile, FullDiskLeavesTheOldCheckpoint) {
  const TemporaryFolder folder;
  if (mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=64k") != 0) GTEST_SKIP() << "may not mount a small disk";
  const std::string path = folder.file("model.safetensors");
  save_tensors({{"w", ones({100})}}, path);
  const std::string message = message_of<IoError>([&] { save_tensors({{"w", zeros({100000})}}, path); });
  EXPECT_HAS(message, "No space left on device");
  EXPECT_EQ(folder.files(), Names{"model.safetensors"});
  EXPECT_TRUE(equal(load_tensors(path)["w"], ones({100})));
  umount(folder.path().c_str());
}

TEST(AtomicFile, FolderThatCannotBeWrittenTo) {
  const TemporaryFolder folder;
  EXPECT_HAS(message_of<IoError>([&] { save(ones({1}), folder.file("nowhere/x")); }),
             "cannot be written: No such file or directory");
  write_file(folder.file("file"), "");
  EXPECT_HAS(message_of<IoError>([&] { save(ones({1}), folder.file("file/x")); }), "Not a directory");
  EXPECT_HAS(message_of<IoError>([&] { save(ones({1}), folder.path()); }), "it is a folder");
  EXPECT_HAS(message_of<IoError>([&] { save(ones({1}), "/dev/full"); }), "it is no regular file");
  if (geteuid() == 0) return;  // root writes anywhere
  chmod(folder.path().c_str(), 0555);
  EXPECT_HAS(message_of<IoError>([&] { save(ones({1}), folder.file("x")); }), "Permission denied");
  chmod(folder.path().c_str(), 0755);
}

TEST(InputFile, KnowsItsSizeAndEnd) {
  const TemporaryFolder folder;
  write_file(folder.file("x"), "0123456789");
  const io::InputFile file(folder.file("x"));
  EXPECT_EQ(file.size(), 10u);
  std::string part(4, ' ');
  file.read_at(3, part.data(), 4);
  EXPECT_EQ(part, "3456");
  EXPECT_HAS(message_of<IoError>([&] { file.read_at(8, part.data(), 4); }),
             "is cut short: ends at byte 10, 2 bytes early");
}

}  // namespace
}  // namespace ember
