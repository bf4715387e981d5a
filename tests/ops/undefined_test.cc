// What an undefined tensor is asked, and operators on it, are errors in words, not faults; so are devices and sequences without content.
#include <gtest/gtest.h>

#include <sstream>

#include "ember/autograd/backward.h"
#include "tests/ops/undefined_call.h"
#include "tests/support.h"

namespace ember {
namespace {

using test::Call, test::error_of;

TEST(UndefinedTensor, AnswersWithErrors) {
  static Tensor u;
  static const Tensor x = ones({2, 3});
  static constexpr Call calls[] = {
      CALL(u.sizes()),
      CALL(u.strides()),
      CALL(u.size(int64_t(0))),
      CALL(u.stride(int64_t(0))),
      CALL(u.dim()),
      CALL(u.numel()),
      CALL(u.storage_offset()),
      CALL(u.storage()),
      CALL(u.dtype()),
      CALL(u.device()),
      CALL(u.options()),
      CALL(u.element_size()),
      CALL(u.nbytes()),
      CALL(u.is_contiguous()),
      CALL(u.is_floating_point()),
      CALL(u.is_complex()),
      CALL(u.is_differentiable()),
      CALL(u.version()),
      CALL(u.raw_data()),
      CALL(u.item()),
      CALL(u.alias(Shape{0}, Shape{0}, int64_t(0))),
      CALL(u.alias()),
      CALL(u.alias_as(kFloat, Shape{0}, Shape{0}, int64_t(0))),
      CALL(u.alias_real()),
      CALL(u.requires_grad_()),
      CALL(u.set_requires_grad(false)),
      CALL(u.is_leaf()),
      CALL(u.is_inference()),
      CALL(u.grad()),
      CALL(u.set_grad(x)),
      CALL(u.retain_grad()),
      CALL(u.retains_grad()),
      CALL(u.detach()),
      CALL(u.detach_()),
      CALL(u.remove_hook(int64_t(0))),
      CALL(u.is_view()),
      CALL(u.is_contiguous(MemoryFormat::Contiguous)),
      CALL(u + x),
      CALL(x + u),
      CALL(u * 2),
      CALL(2 * u),
      CALL(-u),
      CALL(u == x),
      CALL(u < 1),
      CALL(u & x),
      CALL(~u),
      CALL(u += x),
      CALL(u -= 1),
      CALL(u *= x),
      CALL(u /= 2),
      CALL(u[0]),
      CALL(u << x),
      CALL(u.item<double>()),
      CALL(u.data_ptr<float>()),
      CALL(u.register_hook([](const Tensor& g) { return g; })),
      CALL(u.register_post_accumulate_grad_hook([](const Tensor&) {})),
      CALL(u.to(x)),
      CALL(u.var(true)),
      CALL(u.std(false)),
      CALL(u.sort(true, 0, false)),
      CALL(u.argsort(true)),
      CALL(u.clamp(x, x)),
      CALL(u.view(kInt)),
      CALL(u.index({Slice()})),
      CALL(u.is_contiguous(MemoryFormat::ChannelsLast)),
  };
  for (const Call& c : calls) EXPECT_NE(error_of(c.call), "") << c.text;
  EXPECT_EQ(error_of([&] { u.sizes(); }),
            "sizes: the tensor is undefined: nothing was assigned to it, or it was moved away");
}

TEST(UndefinedTensor, PrintsAndAsksWithoutError) {
  const Tensor u;
  std::ostringstream text;
  text << u;
  EXPECT_EQ(text.str(), "tensor(undefined)");
  EXPECT_FALSE(u.defined() || u.requires_grad());
  EXPECT_TRUE(u.is_same(Tensor()));
}

TEST(UndefinedTensor, IsNoOperand) {
  const Tensor u;
  Tensor x = ones({2, 3}).requires_grad_();
  EXPECT_NE(error_of([&] { x.add(u); }), "");
  EXPECT_NE(error_of([&] { x.matmul(u); }), "");
  EXPECT_NE(error_of([&] { x.index({u}); }), "");
  EXPECT_NE(error_of([&] { cat({x, u}); }), "");
  EXPECT_NE(error_of([&] { stack({u}); }), "");
  EXPECT_NE(error_of([&] { where(u, x, x); }), "");
  EXPECT_NE(error_of([&] { x.masked_fill(u, 0); }), "");
  EXPECT_NE(error_of([&] { autograd::backward({u}); }), "");
  EXPECT_NE(error_of([&] { autograd::grad({x.sum()}, {u}); }), "");
  EXPECT_NE(error_of([&] { result_type(x, u); }), "");
}

TEST(EmptySequences, AreErrors) {
  const Tensor x = ones({2, 3});
  EXPECT_NE(error_of([] { cat({}); }), "");
  EXPECT_NE(error_of([] { stack({}); }), "");
  EXPECT_THROW(x[2], IndexError);
  EXPECT_THROW(x.select(2, 0), IndexError);
  EXPECT_THROW(x.size(2), IndexError);
  EXPECT_THROW(x.stride(-3), IndexError);
}

TEST(Devices, ThatHaveNoNameAreErrors) {
  EXPECT_EQ(error_of([] { Device(0); }),
            "device: 0 or a null pointer names no device; expected \"cpu\", \"cuda\" or \"cuda:N\"");
  EXPECT_NE(error_of([] { Device(nullptr); }), "");
  EXPECT_EQ(error_of([] { Device("cuda:x"); }),
            "device: \"cuda:x\" has no valid index; expected for example \"cuda:0\"");
  for (const char* name : {"", ":", "cuda:", "cuda:-1", "cuda:128", "cuda:99999999999999", "cpu:1", "gpu"})
    EXPECT_NE(error_of([&] { Device{name}; }), "") << name;
}

}  // namespace
}  // namespace ember
