#include <gtest/gtest.h>

#include "ember/io/checkpoint.h"
#include "ember/io/safetensors.h"
#include "ember/io/serialize.h"
#include "ember/nn/nn.h"
#include "ember/ops/ops.h"
#include "tests/temporary_folder.h"

namespace ember {
namespace {

using testing::message_of;
using testing::read_file;
using testing::TemporaryFolder;
using testing::write_file;

TEST(Shards, AModelLoadsFromAllOfItsFiles) {
  const TemporaryFolder folder;
  const std::string index = folder.file("net.safetensors.index.json");
  nn::Linear net(2, 3), other(2, 3);
  save_shards(net->state_dict(), index, 1);
  EXPECT_EQ(folder.files().size(), 3u);
  load(other, index);
  EXPECT_TRUE(equal(net->weight, other->weight));
  EXPECT_TRUE(equal(load(index)["bias"].tensor(), net->bias));
}

TEST(Shards, AMissingFileIsNamed) {
  const TemporaryFolder folder;
  const std::string index = folder.file("x.index.json");
  write_file(index, R"({"weight_map": {"a": "absent.safetensors"}})");
  EXPECT_HAS(message_of<IoError>([&] { load(index); }), "absent.safetensors: cannot be opened");
}

TEST(Checkpoints, GoOnFromTheLastWholeFile) {
  const TemporaryFolder folder;
  const std::string path = folder.file("run");
  nn::Linear net(2, 2);
  Checkpoint run(path, 2);
  run.add("model", net);
  for (run.step = 1; run.step <= 3; ++run.step) run.save();
  EXPECT_EQ(folder.files().size(), 2u);

  std::string bytes = read_file(path);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_file(path, bytes);
  EXPECT_HAS(message_of<IoError>([&] { run.load(path); }), "run: is damaged");
  EXPECT_TRUE(run.resume());
  EXPECT_EQ(run.step, 2);
  EXPECT_EQ(run.loaded_path(), path + ".1");
  EXPECT_HAS(message_of<ValueError>([] { Checkpoint("x", 0); }), "keep must be at least 1");
}

}  // namespace
}  // namespace ember
