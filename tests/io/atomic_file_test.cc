// Files appear whole or not at all: full disks, forbidden folders and interrupted writers leave the old file as it was.
#include "ember/io/atomic_file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "ember/io/safetensors.h"
#include "ember/io/serialize.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
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

TEST(AtomicFile, WritesWhereADanglingLinkLeads) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("there", folder.file("second"));
  std::filesystem::create_symlink("second", folder.file("first"));
  save(ones({1}), folder.file("first"));
  EXPECT_EQ(folder.files().size(), 3u);
  EXPECT_TRUE(std::filesystem::is_symlink(folder.file("first")));
  EXPECT_TRUE(std::filesystem::is_regular_file(std::filesystem::symlink_status(folder.file("there"))));
  std::filesystem::create_symlink("loop", folder.file("loop"));
  EXPECT_HAS(message_of<IoError>([&] { save(ones({1}), folder.file("loop")); }), "too many links");
}

TEST(AtomicFile, TakesOverWhatAKilledWriterLeft) {
  const TemporaryFolder folder;
  for (int i = 0; i < 3; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      io::AtomicFile file(folder.file("x"));
      file.write("partial", 7);
      raise(SIGKILL);
    }
    waitpid(child, nullptr, 0);
    EXPECT_EQ(folder.files().size(), 1u) << "however many were killed";
  }
  io::AtomicFile file(folder.file("x"));
  file.write("new", 3);
  file.commit();
  EXPECT_EQ(read_file(folder.file("x")), "new");
  EXPECT_EQ(folder.files(), Names{"x"});
}

TEST(AtomicFile, WritersOfOneFileDoNotDisturbOneAnother) {
  const TemporaryFolder folder;
  io::AtomicFile first(folder.file("x"));
  first.write("first", 5);
  {
    io::AtomicFile second(folder.file("x"));
    second.write("second", 6);
    second.commit();
  }
  EXPECT_EQ(read_file(folder.file("x")), "second");
  first.commit();
  EXPECT_EQ(read_file(folder.file("x")), "first");
  EXPECT_EQ(folder.files(), Names{"x"});

  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i)
    writers.emplace_back([&, text = std::string(5000, static_cast<char>('a' + i))] {
      for (int round = 0; round < 20; ++round) {
        io::AtomicFile file(folder.file("x"));
        file.write(text.data(), text.size());
        file.commit();
      }
    });
  for (std::thread& writer : writers) writer.join();
  const std::string text = read_file(folder.file("x"));
  EXPECT_EQ(text, std::string(5000, text[0]));
  EXPECT_EQ(folder.files(), Names{"x"});
}

TEST(AtomicFile, NamesOfAnyLengthAndByte) {
  const TemporaryFolder folder;
  for (const std::string& name : {std::string(255, 'n'), std::string("\xff\xfe"), std::string("a b\n")}) {
    save(ones({1}), folder.file(name));
    Tensor x;
    load(x, folder.file(name));
  }
  EXPECT_EQ(folder.files().size(), 3u);
  const std::string null("x\0y", 3);
  EXPECT_HAS(message_of<ValueError>([&] { save(ones({1}), folder.file(null)); }), "NUL byte");
  EXPECT_HAS(message_of<ValueError>([&] { load_tensors(folder.file(null)); }), "NUL byte");
}

TEST(AtomicFile, KeepsTheOwnerAndRespectsReadOnlyFiles) {
  const TemporaryFolder folder;
  save(ones({1}), folder.file("x"));
  if (geteuid() == 0) {
    ASSERT_EQ(chown(folder.file("x").c_str(), 12345, 54321), 0);
    save(zeros({1}), folder.file("x"));
    struct stat status;
    stat(folder.file("x").c_str(), &status);
    EXPECT_EQ(status.st_uid, 12345u);
    EXPECT_EQ(status.st_gid, 54321u);
  } else {
    chmod(folder.file("x").c_str(), 0444);
    EXPECT_HAS(message_of<IoError>([&] { save(zeros({1}), folder.file("x")); }), "Permission denied");
  }
}

TEST(InputFile, DoesNotWaitForTheWriterOfAFifo) {
  const TemporaryFolder folder;
  ASSERT_EQ(mkfifo(folder.file("fifo").c_str(), 0600), 0);
  EXPECT_HAS(message_of<IoError>([&] { load_tensors(folder.file("fifo")); }), "it is no regular file");
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
