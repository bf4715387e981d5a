#include "ember/core/shape.h"

#include "tests/support.h"

namespace ember {
namespace {

using test::error_of;

TEST(Shape, GrowsFromInsideTheObjectToTheHeapAndBack) {
  Shape shape;
  for (int64_t i = 0; i < 9; ++i) shape.push_back(i);
  EXPECT_EQ(shape, Shape({0, 1, 2, 3, 4, 5, 6, 7, 8}));
  const Shape copy = shape;
  while (shape.size() > 3) shape.pop_back();
  shape.insert(1, 42);
  shape.erase(0);
  EXPECT_EQ(shape, Shape({42, 1, 2}));
  EXPECT_EQ(copy.size(), 9u);
  Shape moved = copy;
  shape = std::move(moved);
  EXPECT_EQ(shape, copy);
}

TEST(Shape, CountsElements) {
  EXPECT_EQ(Shape().numel(), 1);
  EXPECT_EQ(Shape({2, 0, 3}).numel(), 0);
  EXPECT_EQ(Shape({2, 4, 3}).numel(), 24);
  EXPECT_EQ(contiguous_strides({2, 4, 3}), Shape({12, 3, 1}));
  EXPECT_EQ(contiguous_strides({2, 0, 3}), Shape({3, 3, 1}));
}

TEST(Shape, BroadcastsFromTheRight) {
  EXPECT_EQ(broadcast_shapes({3, 1}, {2, 1, 4}, "add"), Shape({2, 3, 4}));
  EXPECT_EQ(broadcast_shapes({}, {2}, "add"), Shape({2}));
  EXPECT_EQ(broadcast_shapes({1}, {0}, "add"), Shape({0}));
  EXPECT_EQ(error_of([] {
              broadcast_shapes({2, 3}, {2, 4}, "add");
            }),
            "add: shapes [2, 3] and [2, 4] do not broadcast: sizes 3 and 4 at dimension 1 differ and neither is 1");
}

TEST(Shape, WrapsDims) {
  EXPECT_EQ(wrap_dim(-1, 3, "sum"), 2);
  EXPECT_EQ(wrap_dim(-1, 0, "sum"), 0);
  EXPECT_EQ(wrap_dims({}, 2, "sum"), Shape({0, 1}));
  EXPECT_EQ(wrap_dims({-1, 0}, 2, "sum"), Shape({1, 0}));
  EXPECT_THROW(wrap_dim(3, 3, "sum"), IndexError);
  EXPECT_EQ(error_of([] { wrap_dim(-4, 3, "sum"); }),
            "sum: dimension -4 is out of range for a tensor with 3 dimensions; expected -3 to 2");
  EXPECT_EQ(error_of([] { wrap_dims({1, -1}, 2, "sum"); }), "sum: dimension -1 appears twice in [1, -1]");
}

TEST(Shape, MovesItsElementsSeldomWhileItGrows) {
  Shape shape;
  int moves = 0;
  for (int64_t i = 0; i < 1000; ++i) {
    const int64_t* before = shape.data();
    shape.push_back(i);
    moves += shape.data() != before;
  }
  EXPECT_LE(moves, 10);
  EXPECT_EQ(shape[0], 0);
  EXPECT_EQ(shape.back(), 999);
  shape.insert(500, -1);
  shape.erase(0);
  EXPECT_EQ(shape.size(), 1000u);
  EXPECT_EQ(shape[499], -1);
  shape.resize(7);
  shape.resize(9, 4);
  EXPECT_EQ(shape, Shape({1, 2, 3, 4, 5, 6, 7, 4, 4}));
}

}  // namespace
}  // namespace ember
