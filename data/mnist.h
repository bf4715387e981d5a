// MNIST and its drop-in Fashion-MNIST: 28 x 28 grey images in ten classes, 60,000 to train and 10,000 to test, read from IDX files.
// LeCun et al., 1998; Xiao et al., "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms", 2017.
#pragma once

#include <string>
#include <vector>

#include "ember/data/transforms.h"

namespace ember::data {

/// The tensor in an IDX file, plain or gzip-compressed: a big-endian magic number with dtype and rank, the sizes, the elements.
/// IoError naming the file, what was expected and what was found, when it cannot be read, is no IDX file, is cut short or
/// goes on behind its last element.
Tensor read_idx(const std::string& path);

class MNIST : public Dataset {
 public:
  /// `root` holds train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-... and t10k-labels-..., with or without .gz.
  /// Everything is read and checked here. `transform` gets the bytes, uint8 [1, 28, 28]; an empty one leaves them so.
  explicit MNIST(const std::string& root, bool train = true, Transform transform = ToFloat(),
                 Transform target_transform = {});

  /// uint8 [N, 1, height, width].
  const Tensor& images() const { return images_; }
  /// int64 [N].
  const Tensor& targets() const { return targets_; }
  virtual const std::vector<std::string>& classes() const;
  /// Images and labels with the transforms.
  const DatasetPtr& samples() const { return samples_; }

  int64_t size() const override { return images_.size(0); }
  /// {image, label}; the label is a zero-dim int64 tensor.
  Example get(int64_t index) const override { return samples_->get(index); }
  std::optional<Example> get_batch(std::span<const int64_t> indices) const override {
    return samples_->get_batch(indices);
  }

 private:
  Tensor images_, targets_;
  DatasetPtr samples_;
};

/// The same with pictures of clothes.
class FashionMNIST : public MNIST {
 public:
  /// Where Debian's package dataset-fashion-mnist puts the files.
  static constexpr const char* kDefaultRoot = "/usr/share/datasets/fashion-mnist";

  explicit FashionMNIST(const std::string& root = kDefaultRoot, bool train = true, Transform transform = ToFloat(),
                        Transform target_transform = {});
  /// "T-shirt/top", "Trouser", ...
  const std::vector<std::string>& classes() const override;
};

}  // namespace ember::data
