#include "tests/memory/works.h"

#include "ember.h"

namespace ember::test {

namespace {

/// Large enough for several threads and for oneDNN.
constexpr int64_t kRows = 64, kColumns = 300;

Tensor joined(const std::vector<Tensor>& tensors) {
  const NoGradGuard no_grad;
  std::vector<Tensor> flat;
  for (const Tensor& x : tensors)
    if (x.defined()) flat.push_back(x.detach().to(kFloat64).flatten());
  return cat(flat);
}

/// Training: the step's result is the parameters after it.
template <class Model, class Loss>
Work training(const std::string& name, Model make_model, Loss loss) {
  return {name, [make_model, loss]() -> Step {
            manual_seed(0);
            auto model = make_model();
            std::shared_ptr<optim::Optimizer> optimizer;
            if (model->parameters().size() % 4 == 0)
              optimizer = std::make_shared<optim::Adam>(model->parameters(), optim::AdamOptions(1e-3).amsgrad(true));
            else
              optimizer = std::make_shared<optim::SGD>(model->parameters(), optim::SGDOptions(1e-2).momentum(0.9));
            auto step = [model, optimizer, loss]() mutable {
              optimizer->zero_grad();
              loss(model).backward();
              nn::utils::clip_grad_norm_(model->parameters(), 1.0);
              optimizer->step();
              return joined(model->parameters());
            };
            return step;
          }};
}

std::vector<Work> trainings() {
  manual_seed(1);
  const Tensor rows = randn({kRows, kColumns}), labels = randint(0, 10, {kRows});
  const Tensor images = randn({4, 3, 16, 16}), sequence = randn({6, 4, 32});
  std::vector<Work> works;
  works.push_back(training(
      "linear layers, Adam", [] { return nn::Sequential(nn::Linear(kColumns, 128), nn::ReLU(), nn::Linear(128, 10)); },
      [=](auto& model) { return cross_entropy(model(rows), labels); }));
  works.push_back(training(
      "convolution, batch norm, SGD",
      [] {
        return nn::Sequential(nn::Conv2d(3, 16, 3), nn::BatchNorm2d(16), nn::GELU(), nn::MaxPool2d(2), nn::Flatten(),
                              nn::Linear(16 * 49, 10), nn::LayerNorm(10));
      },
      [=](auto& model) { return cross_entropy(model(images), labels.slice(0, 0, 4)); }));
  works.push_back(training(
      "LSTM, Adam", [] { return nn::LSTM(32, 64); },
      [=](auto& model) { return model->forward(sequence).first.square().mean(); }));
  works.push_back(training(
      "attention, Adam", [] { return nn::MultiheadAttention(32, 4); },
      [=](auto& model) { return smooth_l1_loss(model->forward(sequence, sequence, sequence).first, sequence); }));
  return works;
}

/// Works that keep nothing from step to step.
std::vector<Work> computations() {
  manual_seed(2);
  const Tensor a = randn({3, 24, 24}, kFloat64), b = randn({3, 24, 5}, kFloat64);
  const Tensor large = randn({200, 200}), signal = randn({4, 1000});
  const auto always = [](const std::string& name, Step step) { return Work{name, [step] { return step; }}; };
  return {
      always("decompositions",
             [=] {
               const Tensor symmetric = a + a.transpose(1, 2), positive = a.matmul(a.transpose(1, 2));
               const auto [q, r] = linalg::qr(a);
               const auto [values, vectors] = linalg::eigh(symmetric);
               return joined({linalg::svdvals(a), q, r, values, vectors.abs(), linalg::solve(a, b), linalg::inv(a),
                              linalg::det(a), linalg::cholesky(positive), linalg::svdvals(large),
                              linalg::solve(large, large)});
             }),
      always("gradients of gradients",
             [=] {
               const Tensor x = b.detach().clone().requires_grad_();
               const Tensor y = (x.exp() * x.tanh()).transpose(0, 1).contiguous().pow(2).sum();
               const Tensor first = autograd::grad({y}, {x}, {}, true, true)[0];
               return joined({first, autograd::grad({first.square().sum()}, {x})[0]});
             }),
      always("changes in place, views and indices",
             [=] {
               const Tensor x = b.detach().clone().requires_grad_();
               Tensor y = x * 2;
               y.select(0, 1).mul_(3);
               y.slice(1, 2, 9).add_(1);
               Tensor picked = y.index_select(1, arange(0, 20, 3)), parts = cat(y.split(4, 1), 1);
               (picked.sum() + parts.square().sum()).backward();
               return joined({x.grad(), picked, parts});
             }),
      always("transforms, sorts and scans",
             [=] {
               const auto [sorted, order] = signal.sort(1);
               return joined({view_as_real(fft::fft(signal)), sorted, order, signal.cumsum(1),
                              std::get<0>(signal.topk(5, 1)), signal.softmax(1)});
             }),
      always("large products",
             [=] {
               return joined({large.matmul(large), large.to(kBFloat16).matmul(large.to(kBFloat16))});
             }),
      always("text of tensors", [=] { return joined({scalar_tensor(static_cast<double>(format(large).size()))}); }),
  };
}

std::vector<Work> loaders() {
  std::vector<Work> works;
  for (const int64_t workers : {0, 2})
    works.push_back({concat("a loader with ", workers, " workers"), [workers]() -> Step {
                       manual_seed(3);
                       data::TensorDataset dataset(randn({40, 8}), arange(40));
                       auto loader = std::make_shared<data::DataLoader>(
                           dataset, data::DataLoaderOptions(8).shuffle().workers(workers).seed(7));
                       return [loader] {
                         loader->set_epoch(0);
                         std::vector<Tensor> seen;
                         for (auto& batch : *loader)
                           for (const Tensor& x : batch) seen.push_back(x);
                         return joined(seen);
                       };
                     }});
  return works;
}

std::vector<Work> files(const std::string& folder) {
  const auto begin = [folder](auto step) {
    return [folder, step]() -> Step {
      manual_seed(4);
      nn::Sequential model(nn::Linear(20, 30), nn::BatchNorm1d(30), nn::Linear(30, 5));
      auto optimizer = std::make_shared<optim::Adam>(model->parameters());
      model(ones({4, 20})).sum().backward();
      optimizer->step();
      return [=] { return step(model, optimizer); };
    };
  };
  const auto state_of = [](nn::Sequential model, const optim::Optimizer& optimizer) {
    std::vector<Tensor> tensors = model->parameters();
    for (const auto& [index, state] : optimizer.state_dict().state)
      for (const auto& [name, x] : state) tensors.push_back(x);
    return joined(tensors);
  };
  const std::string model_file = folder + "/model.safetensors", checkpoint = folder + "/checkpoint",
                    array = folder + "/array.npy";
  return {
      {"saving and loading a model", begin([=](nn::Sequential model, auto) {
         save(*model, model_file);
         nn::Sequential other(nn::Linear(20, 30), nn::BatchNorm1d(30), nn::Linear(30, 5));
         load(*other, model_file);
         return joined(other->parameters());
       })},
      {"a checkpoint", begin([=](nn::Sequential model, auto optimizer) {
         TrainingState state{model.get(), optimizer.get(), nullptr, 3, {{"note", "text"}}};
         save_checkpoint(state, checkpoint);
         load_checkpoint(state, checkpoint);
         return state_of(model, *optimizer);
       })},
      {"an array of NumPy's", begin([=](nn::Sequential model, auto) {
         save_npy(model->parameters()[0], array);
         return joined({load_npy(array)});
       })},
  };
}

}  // namespace

std::vector<Work> all_works(const std::string& folder) {
  std::vector<Work> works;
  for (auto part : {trainings(), computations(), loaders(), files(folder)})
    works.insert(works.end(), part.begin(), part.end());
  return works;
}

}  // namespace ember::test
