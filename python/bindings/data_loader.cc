// ember.data.DataLoader over the C++ loader, and samplers.
#include "data/data_loader.h"

#include "python/bindings/data.h"

namespace ember::python {

namespace {

using namespace data;

/// One pass over the loader. With collate_fn the order is C++'s, and fetching and collating are Python's.
class Batches {
 public:
  explicit Batches(std::unique_ptr<Epoch> epoch, DatasetPtr dataset)
      : epoch_(std::move(epoch)), dataset_(std::move(dataset)) {}
  Batches(py::object dataset, py::object collate, std::vector<std::vector<int64_t>> indices)
      : object_(std::move(dataset)), collate_(std::move(collate)), indices_(std::move(indices)) {}
  ~Batches() {
    if (!epoch_) return;
    // Joins threads, which may be waiting for the GIL.
    py::gil_scoped_release gil;
    epoch_.reset();
  }

  py::object next() {
    if (!epoch_) return collate_next();
    std::optional<Example> batch;
    {
      py::gil_scoped_release gil;
      batch = epoch_->next();
    }
    if (!batch) throw py::stop_iteration();
    if (batch->size() == 1 && yields_single(*dataset_)) return py::cast((*batch)[0]);
    return py::cast(*batch);
  }

 private:
  py::object collate_next() {
    if (position_ == indices_.size()) throw py::stop_iteration();
    py::list samples;
    for (int64_t i : indices_[position_++]) samples.append(object_[py::int_(i)]);
    return collate_(samples);
  }

  std::unique_ptr<Epoch> epoch_;
  DatasetPtr dataset_;
  py::object object_, collate_;
  std::vector<std::vector<int64_t>> indices_;
  size_t position_ = 0;
};

/// A sampler of Python: any iterable of indices.
class ObjectSampler final : public Sampler {
 public:
  explicit ObjectSampler(py::object object) : object_(std::move(object)) {}
  int64_t size() const override { return static_cast<int64_t>(py::len(object_)); }
  std::vector<int64_t> indices(int64_t) const override {
    std::vector<int64_t> list;
    for (py::handle i : object_) list.push_back(i.cast<int64_t>());
    return list;
  }

 private:
  py::object object_;
};

std::shared_ptr<const Sampler> to_sampler(const py::object& object) {
  if (py::isinstance<Sampler>(object)) return object.cast<std::shared_ptr<Sampler>>();
  return std::make_shared<ObjectSampler>(object);
}

struct Loader {
  py::object dataset;
  py::object collate;
  std::unique_ptr<DataLoader> loader;
  std::shared_ptr<const BatchSampler> order;  ///< with collate_fn

  std::unique_ptr<Batches> iterate() {
    if (collate.is_none()) return std::make_unique<Batches>(loader->start_epoch(), loader->dataset());
    const int64_t epoch = loader->epoch();
    loader->set_epoch(epoch + 1);
    return std::make_unique<Batches>(dataset, collate, order->batches(epoch));
  }
};

Loader* make_loader(const py::object& dataset, int64_t batch_size, bool shuffle, const py::object& sampler,
                    int64_t num_workers, const py::object& collate_fn, bool drop_last, Generator* generator,
                    std::optional<int64_t> prefetch_factor, std::optional<uint64_t> seed) {
  DataLoaderOptions options(batch_size);
  options.shuffle(shuffle).workers(num_workers).drop_last(drop_last).prefetch(prefetch_factor.value_or(2));
  if (generator && !seed) seed = generator->seed() ^ generator->reserve(1).position;
  if (!sampler.is_none()) options.sampler(to_sampler(sampler));
  const DatasetPtr source = dataset_of(dataset);
  std::shared_ptr<const BatchSampler> order;
  if (!collate_fn.is_none()) {
    if (!seed) seed = draw_seed();
    std::shared_ptr<const Sampler> indices = options.sampler_;
    if (!indices && shuffle) indices = std::make_shared<RandomSampler>(source->size(), *seed);
    if (!indices) indices = std::make_shared<SequentialSampler>(source->size());
    order = std::make_shared<BatchSampler>(indices, batch_size, drop_last);
  }
  options.seed_ = seed;
  return new Loader{dataset, collate_fn, std::make_unique<DataLoader>(source, options), order};
}

}  // namespace

void bind_data_loader(py::module_& m) {
  py::class_<Sampler, std::shared_ptr<Sampler>>(m, "Sampler", "In which order an epoch visits a dataset.")
      .def("__len__", &Sampler::size)
      .def("indices", &Sampler::indices, py::arg("epoch") = 0, "The indices of an epoch.")
      .def("__iter__", [](const Sampler& self) { return py::iter(py::cast(self.indices(0))); });
  py::class_<SequentialSampler, Sampler, std::shared_ptr<SequentialSampler>>(m, "SequentialSampler", "0, 1, 2, ...")
      .def(py::init([](const py::object& source) {
             return std::make_shared<SequentialSampler>(static_cast<int64_t>(py::len(source)));
           }),
           py::arg("data_source"));
  py::class_<RandomSampler, Sampler, std::shared_ptr<RandomSampler>>(m, "RandomSampler",
                                                                     "A new permutation each epoch.")
      .def(py::init([](const py::object& source, std::optional<uint64_t> seed) {
             const auto size = static_cast<int64_t>(py::len(source));
             return seed ? std::make_shared<RandomSampler>(size, *seed) : std::make_shared<RandomSampler>(size);
           }),
           py::arg("data_source"), py::arg("seed") = py::none());
  py::class_<WeightedRandomSampler, Sampler, std::shared_ptr<WeightedRandomSampler>>(m, "WeightedRandomSampler",
                                                                                     "Draws in proportion to weights.")
      .def(py::init<std::vector<double>, int64_t, bool>(), py::arg("weights"), py::arg("num_samples"),
           py::arg("replacement") = true);

  py::class_<Batches>(m, "_Batches")
      .def("__iter__", [](py::object self) { return self; })
      .def("__next__", &Batches::next);
  py::class_<Loader>(m, "DataLoader", "Batches of a dataset in a seeded order, fetched ahead by worker threads.")
      .def(py::init(&make_loader), py::arg("dataset"), py::arg("batch_size") = 1, py::arg("shuffle") = false,
           py::arg("sampler") = py::none(), py::arg("num_workers") = 0, py::arg("collate_fn") = py::none(),
           py::arg("drop_last") = false, py::kw_only(), py::arg("generator") = py::none(),
           py::arg("prefetch_factor") = py::none(), py::arg("seed") = py::none())
      .def("__len__", [](const Loader& self) { return self.loader->size(); })
      .def("__iter__", &Loader::iterate)
      .def_readonly("dataset", &Loader::dataset)
      .def_property_readonly("batch_size", [](const Loader& self) { return self.loader->options().batch_size_; })
      .def_property(
          "epoch", [](const Loader& self) { return self.loader->epoch(); },
          [](Loader& self, int64_t epoch) { self.loader->set_epoch(epoch); },
          "The number of the next epoch; set it to resume a run.");
}

}  // namespace ember::python
