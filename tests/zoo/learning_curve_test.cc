#include "zoo/learning_curve.h"

#include <gtest/gtest.h>

#include "ember/core/error.h"
#include "tests/temporary_folder.h"
#include "zoo/progress_bar.h"

namespace ember::zoo {
namespace {

using ember::testing::read_file;
using ember::testing::TemporaryFolder;

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(LearningCurve, ComesBackFromJson) {
  const LearningCurve curve = {{0.5, 0.75, 0.25, 0.1}, {1.0 / 3, 1, 0, 0.9}};
  const LearningCurve again = curve_from_json(to_json(curve));
  ASSERT_EQ(again.size(), 2u);
  EXPECT_EQ(again[1].train_loss, 1.0 / 3) << "to the last bit";
  EXPECT_EQ(again[0].test_accuracy, 0.1);
  EXPECT_THROW(curve_from_json("[{]"), IoError);
  EXPECT_THROW(curve_from_json("[1]"), IoError);
}

TEST(LearningCurve, PictureHasADotForEachValue) {
  const TemporaryFolder folder;
  const std::string path = folder.file("curve.svg");
  write_svg({{0.5, 0.75, 0.25, 0.1}, {0.4, 0.8, 0.2, 0.9}, {0.4, 0.8, 0.2, 0.9}}, path);
  const std::string picture = read_file(path);
  EXPECT_EQ(count(picture, "<circle"), 12u);
  EXPECT_EQ(count(picture, "<polyline"), 4u);
  EXPECT_EQ(count(picture, "nan") + count(picture, "inf"), 0u);
  EXPECT_THROW(write_svg({{}}, folder.file("nowhere/curve.svg")), IoError);
}

TEST(LearningCurve, OnePointIsEnough) {
  const TemporaryFolder folder;
  write_svg({{0, 1, 0, 1}}, folder.file("curve.svg"));
  EXPECT_EQ(count(read_file(folder.file("curve.svg")), "nan"), 0u);
}

TEST(WithCommas, GroupsThousands) {
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1000), "1,000");
  EXPECT_EQ(with_commas(60000), "60,000");
  EXPECT_EQ(with_commas(1234567), "1,234,567");
}

}  // namespace
}  // namespace ember::zoo
