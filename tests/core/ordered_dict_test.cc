#include "ember/core/ordered_dict.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support.h"

namespace ember {
namespace {

TEST(OrderedDict, KeepsOrderAndAddresses) {
  OrderedDict<int> dict{{"b", 1}, {"a", 2}};
  int& b = dict["b"];
  for (int i = 0; i < 100; ++i) dict.insert(std::to_string(i), i);
  EXPECT_EQ(&b, &dict["b"]);
  dict.insert("b", 7);
  EXPECT_EQ(b, 7);
  EXPECT_EQ(dict.keys()[0], "b");
  EXPECT_TRUE(dict.erase("a"));
  EXPECT_FALSE(dict.erase("a"));
  EXPECT_THROW(dict["a"], IndexError);
  EXPECT_EQ(test::error_of([&] { dict["a"]; }), "no item named 'a'");
  const OrderedDict<int> copy = dict;
  EXPECT_EQ(copy.keys(), dict.keys());
  EXPECT_NE(copy.find("b"), dict.find("b"));
}

}  // namespace
}  // namespace ember
