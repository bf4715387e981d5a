// PyTorch's files from C++; tests/python/pt_file_test.py has the rest. Those in tests/data/pt are PyTorch's own.
#include "ember/io/pt_file.h"

#include <gtest/gtest.h>

#include "ember/io/serialize.h"
#include "ember/nn/nn.h"
#include "ember/ops/ops.h"
#include "ember/optim/optim.h"
#include "tests/temporary_folder.h"

namespace ember {
namespace {

using io::Value;
using testing::message_of;
using testing::TemporaryFolder;

std::string stored(const std::string& name) { return "tests/data/pt/" + name; }

TEST(PtFile, HoldsWhatPyTorchWrote) {
  for (const char* name : {"views.pt", "views.old.pt"}) {
    const Value views = load(stored(name));
    const Tensor base = views["base"].tensor(), rows = views["rows"].tensor(), turned = views["transposed"].tensor();
    EXPECT_EQ(base.storage().get(), rows.storage().get());
    EXPECT_EQ(rows.storage_offset(), 4);
    EXPECT_EQ(turned.sizes(), Shape({4, 3}));
    EXPECT_EQ(turned.strides(), Shape({1, 4}));
    EXPECT_EQ(views["scalar"].tensor().item<int64_t>(), 7);
    EXPECT_EQ(sum(base).item<float>(), 66);
  }
}

TEST(PtFile, HoldsNumbersTextsAndContainers) {
  const Value numbers = load(stored("numbers.pt"));
  EXPECT_EQ(numbers["ints"][4].integer(), INT32_MAX);
  EXPECT_EQ(numbers["ints"][8].integer(), INT64_MIN);
  EXPECT_EQ(numbers["floats"][0].number(), 0.1);
  EXPECT_TRUE(numbers["flags"][2].is_none());
  EXPECT_EQ(*numbers["complex"].get_if<std::complex<double>>(), std::complex(1.5, -2.0));
  EXPECT_EQ(load(stored("texts.pt"))["bytes"].size(), 256u);
  const Value twice = load(stored("containers.pt"))["twice"];
  EXPECT_EQ(twice[0].part<io::Sequence>(), twice[1].part<io::Sequence>());
}

TEST(PtFile, GivesWhatWasSaved) {
  const TemporaryFolder folder;
  const std::string path = folder.file("run.pt");
  const Tensor x = arange(6.0).reshape({2, 3});
  save(Value::dict({{"x", x},
                    {"row", select(x, 0, 1)},
                    {"epoch", 3},
                    {"loss", 0.25},
                    {"name", "net"},
                    {"list", Value::list({true, Value(), kBFloat16})}}),
       path);
  const Value run = load(path);
  EXPECT_EQ(run["epoch"].integer(), 3);
  EXPECT_EQ(run["loss"].number(), 0.25);
  EXPECT_EQ(run["name"].string(), "net");
  EXPECT_EQ(*run["list"][2].get_if<DType>(), kBFloat16);
  EXPECT_EQ(run["x"].tensor().storage().get(), run["row"].tensor().storage().get());
  EXPECT_TRUE(equal(run["row"].tensor(), select(x, 0, 1)));
}

TEST(PtFile, GivesModulesTensorsAndOptimizersBack) {
  const TemporaryFolder folder;
  nn::Linear net(2, 3), other(2, 3);
  save(Value::dict({{"model", net->state_dict()}, {"epoch", 3}}), folder.file("run.pt"));
  other->load_state_dict(load(folder.file("run.pt"))["model"].tensors());
  EXPECT_TRUE(equal(net->bias, other->bias));
  save(net, folder.file("net.pt"));
  load(other, folder.file("net.pt"));
  EXPECT_TRUE(equal(net->weight, other->weight));

  const std::vector<Tensor> tensors = {ones({2}), zeros({3}, kInt64)};
  save(tensors, folder.file("list.pth"));
  std::vector<Tensor> loaded;
  load(loaded, folder.file("list.pth"));
  ASSERT_EQ(loaded.size(), 2u);
  EXPECT_EQ(loaded[1].dtype(), kInt64);

  optim::Adam adam(net->parameters(), optim::AdamOptions(0.5)), fresh(other->parameters(), optim::AdamOptions(0.1));
  sum(net->forward(ones({1, 2}))).backward();
  adam.step();
  save(adam, folder.file("adam.pt"));
  load(fresh, folder.file("adam.pt"));
  EXPECT_EQ(fresh.param_groups()[0].options().get_lr(), 0.5);
  EXPECT_TRUE(equal(fresh.state_dict().state.at(0)["exp_avg"], adam.state_dict().state.at(0)["exp_avg"]));
}

TEST(PtFile, MappedTensorsAreTheFiles) {
  const TemporaryFolder folder;
  save(Value::list({arange(100.0)}), folder.file("x.pt"));
  const Tensor x = io::load_pt(folder.file("x.pt"), {.mmap = true, .safe_globals = {}})[0].tensor();
  EXPECT_TRUE(x.storage()->is_borrowed());
  EXPECT_TRUE(equal(x, arange(100.0)));
}

TEST(PtFile, RefusesWhatIsNoData) {
  EXPECT_HAS(message_of<io::RefusedError>([&] { load(stored("module.pt")); }), "holds torch.nn.modules.linear.Linear");
  EXPECT_HAS(message_of<IoError>([&] { load(stored("script.pt")); }), "TorchScript");
  nn::Linear net(2, 3);
  EXPECT_HAS(message_of<IoError>([&] { load(net, stored("numbers.pt")); }),
             "numbers.pt: expected a dict of tensors but the str 'ints'");
}

TEST(PtFile, ValuesSayWhatTheyAre) {
  const Value value = Value::dict({{"a", 1}});
  EXPECT_HAS(message_of<TypeError>([&] { value["a"].tensor(); }), "expected a tensor but found the int 1");
  EXPECT_HAS(message_of<IndexError>([&] { value["b"]; }), "no item named 'b' in a dict of 1");
  EXPECT_HAS(message_of<IndexError>([&] { Value::list()[0]; }), "index 0 is out of range for a list of 0");
}

TEST(PtFile, AValueThatContainsItselfCannotBeSaved) {
  const TemporaryFolder folder;
  const Value list = Value::list();
  list.part<io::Sequence>()->items.push_back(list);
  EXPECT_HAS(message_of<ValueError>([&] { save(list, folder.file("x.pt")); }), "contains itself");
  list.part<io::Sequence>()->items.clear();
}

}  // namespace
}  // namespace ember
