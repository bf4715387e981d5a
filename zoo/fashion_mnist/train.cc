// Trains a small convolutional network on Fashion-MNIST: the images, the loop, the test, a checkpoint that can be resumed and a
// learning curve. train.py is the same program in Python; with one seed both compute the same numbers.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <numeric>

#include "ember.h"
#include "ember/io/atomic_file.h"
#include "zoo/learning_curve.h"
#include "zoo/progress_bar.h"

namespace {

using namespace ember;
namespace F = ember::nn::functional;

struct Options {
  int64_t epochs = 5, batch_size = 128, seed = 0, workers = 1, limit = 0;
  int threads = num_threads();
  double lr = 2e-3;
  std::string data = data::FashionMNIST::kDefaultRoot, out = "runs", resume;
};

struct Net : nn::Module {
  Tensor forward(const Tensor& images) override {
    Tensor x = F::max_pool2d(F::relu(conv1(images)), 2);
    x = F::max_pool2d(F::relu(conv2(x)), 2).flatten(1);
    return fc2(dropout(F::relu(fc1(x))));
  }

  nn::Conv2d conv1 = register_module("conv1", nn::Conv2d(nn::Conv2dOptions(1, 32, 3).padding(1)));
  nn::Conv2d conv2 = register_module("conv2", nn::Conv2d(nn::Conv2dOptions(32, 64, 3).padding(1)));
  nn::Linear fc1 = register_module("fc1", nn::Linear(64 * 7 * 7, 128));
  nn::Linear fc2 = register_module("fc2", nn::Linear(128, 10));
  nn::Dropout dropout = register_module("dropout", nn::Dropout(0.4));
};

/// Running means over samples.
struct Score {
  void add(const Tensor& logits, const Tensor& targets, double batch_loss) {
    loss_sum += batch_loss * static_cast<double>(targets.numel());
    correct += logits.argmax(1).eq(targets).sum().item<int64_t>();
    count += targets.numel();
  }
  double loss() const { return loss_sum / static_cast<double>(count); }
  double accuracy() const { return static_cast<double>(correct) / static_cast<double>(count); }

  double loss_sum = 0;
  int64_t correct = 0, count = 0;
};

data::DatasetPtr load_images(const Options& options, bool train) {
  const data::Compose transform({data::ToFloat(), data::Normalize({0.2860}, {0.3530})});
  auto images = std::make_shared<data::FashionMNIST>(options.data, train, transform);
  if (options.limit <= 0 || options.limit >= images->size()) return images;
  std::vector<int64_t> first(static_cast<size_t>(options.limit));
  std::iota(first.begin(), first.end(), 0);
  return std::make_shared<data::Subset>(images, first);
}

std::string format(const char* pattern, auto... values) {
  char text[200];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

Score train_epoch(Net& net, optim::Optimizer& optimizer, optim::lr_scheduler::LRScheduler& scheduler,
                  data::DataLoader& loader, zoo::ProgressBar& bar) {
  net.train();
  Score score;
  for (auto& batch : loader) {
    const Tensor logits = net(batch[0]);
    const Tensor loss = F::cross_entropy(logits, batch[1]);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    scheduler.step();
    score.add(logits, batch[1], loss.item<double>());
    bar.update(score.count, format("loss %.4f  accuracy %.2f %%", score.loss(), 100 * score.accuracy()));
  }
  return score;
}

Score test(Net& net, data::DataLoader& loader) {
  const NoGradGuard no_grad;
  net.eval();
  Score score;
  for (auto& batch : loader) {
    const Tensor logits = net(batch[0]);
    score.add(logits, batch[1], F::cross_entropy(logits, batch[1]).item<double>());
  }
  return score;
}

void train(const Options& options) {
  set_num_threads(options.threads);
  manual_seed(static_cast<uint64_t>(options.seed));
  const std::string base = (std::filesystem::path(options.out) / "fashion_mnist").string();
  std::filesystem::create_directories(options.out);
  { const io::AtomicFile writable(base + ".safetensors"); }  // better to fail now than after the training

  const auto train_images = load_images(options, true), test_images = load_images(options, false);
  const auto seed = static_cast<uint64_t>(options.seed);
  data::DataLoader train_loader(
      train_images, data::DataLoaderOptions(options.batch_size).shuffle().seed(seed).workers(options.workers));
  data::DataLoader test_loader(test_images, data::DataLoaderOptions(500).workers(options.workers));

  Net net;
  optim::Adam optimizer(net.parameters(), optim::AdamOptions(options.lr));
  optim::lr_scheduler::CosineAnnealingLR scheduler(optimizer, options.epochs * train_loader.size());
  Checkpoint run(base + ".safetensors");
  run.add("model", net).add("optimizer", optimizer).add("scheduler", scheduler).add("loader", train_loader);
  zoo::LearningCurve curve;
  if (!options.resume.empty()) {
    run.load(options.resume);
    curve = zoo::curve_from_json(run.notes["curve"]);
  }

  int64_t weights = 0;
  for (const Tensor& parameter : net.parameters()) weights += parameter.numel();
  std::printf("Fashion-MNIST: %s images to train, %s to test; %s parameters, %d threads\n",
              zoo::with_commas(train_images->size()).c_str(), zoo::with_commas(test_images->size()).c_str(),
              zoo::with_commas(weights).c_str(), options.threads);
  double train_seconds = 0;
  int64_t trained = 0;
  for (const int64_t epoch : run.epochs(options.epochs)) {
    const int number = static_cast<int>(epoch + 1), count = static_cast<int>(options.epochs);
    Score train_score;
    {
      zoo::ProgressBar bar(format("epoch %d/%d", number, count), train_images->size());
      train_score = train_epoch(net, optimizer, scheduler, train_loader, bar);
      train_seconds += bar.seconds();
      trained += train_score.count;
    }
    const Score test_score = test(net, test_loader);
    curve.push_back({train_score.loss(), train_score.accuracy(), test_score.loss(), test_score.accuracy()});
    run.notes["curve"] = zoo::to_json(curve);
    run.save();
    std::printf("epoch %d/%d  train loss %.7f accuracy %.2f %%  test loss %.7f accuracy %.2f %%\n", number, count,
                curve.back().train_loss, 100 * curve.back().train_accuracy, curve.back().test_loss,
                100 * curve.back().test_accuracy);
    std::fflush(stdout);
  }
  zoo::write_svg(curve, base + ".svg");

  std::printf("test accuracy  %.2f %% on %s images\n", 100 * curve.back().test_accuracy,
              zoo::with_commas(test_images->size()).c_str());
  if (trained > 0)
    std::printf("training       %.1f s, %s images/s\n", train_seconds,
                zoo::with_commas(static_cast<int64_t>(trained / train_seconds)).c_str());
  std::printf("checkpoint     %s.safetensors\nlearning curve %s.svg\n", base.c_str(), base.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Trains a convolutional network on Fashion-MNIST.");
  app.add_option("--epochs", options.epochs, "passes over the training images")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--batch-size", options.batch_size, "images a step")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--lr", options.lr, "Adam's rate at the start; it falls to 0 along a cosine")->capture_default_str();
  app.add_option("--seed", options.seed, "of weights, order and dropout")->capture_default_str();
  app.add_option("--data", options.data, "folder of the IDX files")->capture_default_str();
  app.add_option("--out", options.out, "folder for checkpoint and picture")->capture_default_str();
  app.add_option("--workers", options.workers, "threads that load images")->capture_default_str();
  app.add_option("--threads", options.threads, "threads that compute")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--resume", options.resume, "checkpoint to go on from");
  app.add_option("--limit", options.limit, "use only the first images, for a quick try")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    train(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fashion_mnist: %s\n", error.what());
    return 1;
  }
  return 0;
}
