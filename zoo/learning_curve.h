// A learning curve: loss and accuracy after each epoch, kept in checkpoints as JSON and drawn as an SVG picture.
#pragma once

#include <string>
#include <vector>

namespace ember::zoo {

struct CurvePoint {
  double train_loss = 0, train_accuracy = 0, test_loss = 0, test_accuracy = 0;
};
using LearningCurve = std::vector<CurvePoint>;

std::string to_json(const LearningCurve& curve);
/// Throws IoError for text that is no curve.
LearningCurve curve_from_json(const std::string& text);

/// Draws the curve, which must have a point. Throws IoError when the file cannot be written.
void write_svg(const LearningCurve& curve, const std::string& path);

}  // namespace ember::zoo
