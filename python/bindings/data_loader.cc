// What ember.data.DataLoader takes from C++: loops over datasets that need no Python to be read, orders and seeds.
#include "ember/data/data_loader.h"

#include "ember/core/parallel.h"
#include "ember/core/spare_memory.h"
#include "python/bindings/data.h"

namespace ember::python {

namespace {

using namespace data;

/// One pass over a dataset of C++.
class NativeEpoch {
 public:
  explicit NativeEpoch(std::unique_ptr<Epoch> epoch) : epoch_(std::move(epoch)) {}
  ~NativeEpoch() { close(); }

  py::object next() {
    if (!epoch_) throw py::stop_iteration();
    const auto epoch = epoch_;  // another thread may close it
    std::optional<Example> batch;
    while (true) {
      {
        py::gil_scoped_release gil;
        if (epoch->wait(std::chrono::milliseconds(100))) {
          batch = epoch->next();
          break;
        }
      }
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    }
    if (!batch) throw py::stop_iteration();
    return py::cast(*batch);
  }

  /// Batches given, those before `taken` of the constructor included; none when the loop is over.
  std::optional<int64_t> taken() const {
    const auto epoch = epoch_;
    if (!epoch || epoch->has_ended()) return std::nullopt;
    return epoch->taken();
  }

  /// Ends the workers.
  void close() {
    auto epoch = std::exchange(epoch_, nullptr);
    py::gil_scoped_release gil;
    epoch.reset();
  }

 private:
  std::shared_ptr<Epoch> epoch_;
};

std::unique_ptr<NativeEpoch> start_native_epoch(const py::object& dataset, int64_t batch_size, bool shuffle,
                                                bool drop_last, int64_t workers, int64_t prefetch, uint64_t seed,
                                                int64_t number, int64_t taken) {
  const DatasetPtr source = dataset_of(dataset);
  // No more threads than can ever have something to do.
  workers = std::min(workers, source->size());
  DataLoaderOptions options(batch_size);
  options.shuffle(shuffle).workers(workers).drop_last(drop_last).prefetch(prefetch).seed(seed);
  DataLoader loader(source, options);
  loader.set_epoch(number);
  DataLoaderState state = loader.state();
  state.taken = taken;
  loader.set_state(state);
  return std::make_unique<NativeEpoch>(loader.start_epoch());
}

}  // namespace

void bind_data_loader(py::module_& m) {
  m.def(
      "_needs_no_python",
      [](const py::object& dataset) { return py::isinstance<Dataset>(dataset) && !calls_python(*dataset_of(dataset)); },
      py::arg("dataset"), "Whether C++ alone can read this dataset.");
  m.def(
      // Not a thread_local: to note its destructor takes memory, without which the process is ended.
      "_compute_alone", [] { (void)std::make_unique<SerialGuard>().release(); },
      "Lets this thread compute without the pool, for good.");
  m.def(
      "_require_thread", [](const std::string& what) { require_threads(1, what); }, py::arg("what"),
      "Raises MemoryError unless there is memory for one more thread.");
  m.def("_sample_seed", &sample_seed, py::arg("seed"), py::arg("epoch"), py::arg("index"),
        "Where the random numbers of one sample of one epoch start.");
  m.def(
      "_draw_seed", [](Generator* generator) { return draw_seed(generator); }, py::arg("generator") = py::none(),
      "A seed out of this generator, or the default one.");
  m.def("_permutation", &permutation, py::arg("size"), py::arg("seed"), py::arg("stream"),
        "A permutation of 0 ... size - 1 that depends on seed and stream only.");
  m.def(
      "_weighted_draws",
      [](std::vector<double> weights, int64_t count, bool replacement, uint64_t seed, int64_t epoch) {
        return WeightedRandomSampler(std::move(weights), count, replacement, seed).indices(epoch);
      },
      py::arg("weights"), py::arg("count"), py::arg("replacement"), py::arg("seed"), py::arg("epoch"),
      "Indices drawn in proportion to weights.");
  py::class_<NativeEpoch>(m, "_NativeEpoch")
      .def(py::init(&start_native_epoch), py::arg("dataset"), py::arg("batch_size"), py::arg("shuffle"),
           py::arg("drop_last"), py::arg("workers"), py::arg("prefetch"), py::arg("seed"), py::arg("epoch"),
           py::arg("taken") = 0)
      .def("__iter__", [](py::object self) { return self; })
      .def("__next__", &NativeEpoch::next)
      .def_property_readonly("taken", &NativeEpoch::taken)
      .def("close", &NativeEpoch::close);
}

}  // namespace ember::python
