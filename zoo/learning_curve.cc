#include "zoo/learning_curve.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "ember/core/error.h"
#include "ember/io/atomic_file.h"

namespace ember::zoo {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CurvePoint, train_loss, train_accuracy, test_loss, test_accuracy)

namespace {

/// One of the two diagrams: `train` and `test` against the epochs.
class CurvePanel {
 public:
  CurvePanel(std::string title, double left, std::vector<double> train, std::vector<double> test)
      : title_(std::move(title)), left_(left), train_(std::move(train)), test_(std::move(test)) {
    const auto [train_low, train_high] = std::minmax_element(train_.begin(), train_.end());
    const auto [test_low, test_high] = std::minmax_element(test_.begin(), test_.end());
    low_ = std::min(*train_low, *test_low);
    high_ = std::max(*train_high, *test_high);
    const double margin = std::max((high_ - low_) * 0.08, 1e-3);
    low_ -= margin;
    high_ += margin;
  }

  std::string svg() const {
    std::string out = format("<text x='%g' y='24' font-weight='bold'>%s</text>\n", left_, title_.c_str());
    for (int i = 0; i <= 4; ++i) {
      const double value = low_ + (high_ - low_) * i / 4;
      out += format("<path d='M%g %g h%g' stroke='#ddd'/>", left_, y(value), kWidth);
      out += format("<text x='%g' y='%g' text-anchor='end' fill='#555'>%.3g</text>\n", left_ - 6, y(value) + 4, value);
    }
    const size_t step = (train_.size() + 9) / 10;
    for (size_t i = 0; i < train_.size(); i += step)
      out +=
          format("<text x='%g' y='%g' text-anchor='middle' fill='#555'>%zu</text>\n", x(i), kTop + kHeight + 18, i + 1);
    out += format("<text x='%g' y='%g' text-anchor='middle' fill='#555'>epoch</text>\n", left_ + kWidth / 2,
                  kTop + kHeight + 36);
    return out + line(train_, "train", "#1f77b4", 40) + line(test_, "test", "#d62728", 90);
  }

 private:
  static constexpr double kTop = 40, kWidth = 300, kHeight = 220;

  template <class... Args>
  static std::string format(const char* pattern, Args... args) {
    char text[256];
    std::snprintf(text, sizeof text, pattern, args...);
    return text;
  }
  double x(size_t i) const {
    return left_ + kWidth * (static_cast<double>(i) + 0.5) / static_cast<double>(train_.size());
  }
  double y(double value) const { return kTop + kHeight * (high_ - value) / (high_ - low_); }

  std::string line(const std::vector<double>& values, const char* name, const char* color, double legend_offset) const {
    std::string points, dots;
    for (size_t i = 0; i < values.size(); ++i) {
      points += format("%g,%g ", x(i), y(values[i]));
      dots += format("<circle cx='%g' cy='%g' r='3' fill='%s'/>", x(i), y(values[i]), color);
    }
    return format("<polyline fill='none' stroke='%s' stroke-width='2' points='", color) + points + "'/>" + dots +
           format("\n<text x='%g' y='24' text-anchor='end' fill='%s'>%s</text>\n", left_ + kWidth - 90 + legend_offset,
                  color, name);
  }

  std::string title_;
  double left_, low_, high_;
  std::vector<double> train_, test_;
};

}  // namespace

std::string to_json(const LearningCurve& curve) { return nlohmann::json(curve).dump(); }

LearningCurve curve_from_json(const std::string& text) {
  try {
    return nlohmann::json::parse(text).get<LearningCurve>();
  } catch (const nlohmann::json::exception& error) {
    fail<IoError>("the learning curve cannot be read: ", error.what());
  }
}

void write_svg(const LearningCurve& curve, const std::string& path) {
  std::vector<double> train_loss, train_accuracy, test_loss, test_accuracy;
  for (const CurvePoint& point : curve) {
    train_loss.push_back(point.train_loss);
    train_accuracy.push_back(100 * point.train_accuracy);
    test_loss.push_back(point.test_loss);
    test_accuracy.push_back(100 * point.test_accuracy);
  }
  const std::string picture =
      "<svg xmlns='http://www.w3.org/2000/svg' width='760' height='310' font-family='sans-serif' "
      "font-size='12'>\n"
      "<rect width='100%' height='100%' fill='white'/>\n" +
      CurvePanel("loss", 60, train_loss, test_loss).svg() +
      CurvePanel("accuracy in %", 430, train_accuracy, test_accuracy).svg() + "</svg>\n";
  io::AtomicFile file(path);
  file.write(picture.data(), picture.size());
  file.commit();
}

}  // namespace ember::zoo
