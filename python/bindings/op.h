// Ops as Python callables. One Op serves as function and as method, takes its argument names and defaults from a signature
// written as in Python, and is called by CPython's vectorcall, several times faster than a pybind11 function:
//
//   Ops ops(module);
//   ops.add("exp(input)", exp);                                   ember.exp(x) and x.exp()
//   ops.add("sum(input, *, dtype=None)", [](...) {...});          adding to a name again makes an overload
//   ops.add_method("view(input, *shape)", view);                  x.view(2, 3) and x.view((2, 3))
//   ops.add_with_in_place("tan(input)", tan);                     and x.tan_()
//   special.share(ops, {"erf"});                                  ember.special.erf, which is ember.erf
//
// Defaults are Python expressions, a parameter with a star before it takes one sequence or many ints (or tensors), and a tensor whose
// default is None may be None. A tensor may be given as a number where the signature says so: "mul(input: Number, other: Number)",
// or if another one is a tensor: "pow(input: Scalar, exponent: Scalar)".
// Overloads are tried in order. Each op also takes `out`, see out_argument.h.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <tuple>
#include <type_traits>

#include "ops/internal/in_place.h"
#include "python/bindings/convert.h"
#include "python/bindings/gil.h"
#include "python/bindings/numpy.h"

namespace ember::python {

inline constexpr size_t kMaxParameters = 16;
/// Elements from which a call gives up the GIL; below, the hand-over would cost more than the kernel.
inline constexpr int64_t kReleaseAbove = 4096;

struct Parameter {
  PyObject* name;
  PyObject* fallback;  ///< the default value, or null
  bool keyword_only, variadic;
  bool takes_number;   ///< whether a tensor may be given as one
  bool beside_tensor;  ///< but not all such parameters

  bool allows_none() const { return fallback == Py_None; }
};

/// What an argument of this C++ type has to be, for messages.
template <class T>
constexpr std::string_view python_kind() {
  if constexpr (std::is_same_v<T, Tensor>) return "Tensor";
  if constexpr (std::is_same_v<T, std::vector<Tensor>>) return "a sequence of Tensors";
  if constexpr (std::is_same_v<T, bool>) return "bool";
  if constexpr (std::is_integral_v<T>) return "int";
  if constexpr (std::is_same_v<T, double>) return "float";
  if constexpr (std::is_same_v<T, Scalar>) return "Number";
  if constexpr (std::is_same_v<T, Shape>) return "an int or a sequence of ints";
  if constexpr (std::is_same_v<T, std::string_view> || std::is_same_v<T, Reduction>) return "str";
  if constexpr (std::is_same_v<T, DType>) return "dtype";
  if constexpr (std::is_same_v<T, Device>) return "device";
  if constexpr (std::is_same_v<T, MemoryFormat>) return "memory_format";
  if constexpr (requires { typename T::value_type; }) return python_kind<typename T::value_type>();
  return "of another kind";
}

/// One signature of an op. Lives as long as the interpreter.
class Overload {
 public:
  explicit Overload(std::string_view signature);
  virtual ~Overload() = default;

  /// The result, or null. `mismatch` is then the index of the first argument that is of the wrong kind, or kMaxParameters
  /// when an exception was thrown.
  virtual PyObject* call(PyObject* const* values, size_t& mismatch) const = 0;

  /// What the argument at this index has to be.
  virtual std::string_view expected(size_t index) const = 0;

  /// Sorts the arguments of a vectorcall into `values` by parameter; false (and why) when they do not fit. `spare` keeps a
  /// tuple made for a variadic parameter.
  bool bind(PyObject* const* args, size_t count, PyObject* keywords, PyObject** values, PyObject*& spare,
            std::string* why) const;

  const std::vector<Parameter>& parameters() const { return parameters_; }
  const std::string& signature() const { return signature_; }

 private:
  /// The parameter of this name; parameters().size() when there is none.
  size_t find(PyObject* name) const;

  std::string signature_;
  std::vector<Parameter> parameters_;
  size_t positional_ = 0;
};

/// Holds one converted argument. Tensors are not copied: the caller's object outlives the call.
template <class T>
struct Argument {
  T value{};
  bool load(PyObject* object, const Parameter&) { return convert(object, value); }
  T& get() { return value; }
  /// Elements that the call will touch on this argument's account.
  int64_t work() const {
    if constexpr (std::is_same_v<T, Shape>) return value.numel();
    return 0;
  }
};

template <>
struct Argument<Tensor> {
  Tensor* pointer = nullptr;
  Tensor converted;

  bool load(PyObject* object, const Parameter& parameter) {
    if (is_tensor(object)) {
      pointer = &tensor_of(object);
      return true;
    }
    pointer = &converted;
    if (object == Py_None) return parameter.allows_none();
    return (parameter.takes_number || is_numpy_array(object)) && convert(object, converted);
  }
  Tensor& get() { return *pointer; }
  int64_t work() const { return pointer->defined() ? pointer->numel() : 0; }
};

template <>
struct Argument<std::vector<Tensor>> {
  std::vector<Tensor> value;
  bool load(PyObject* object, const Parameter&) { return convert(object, value); }
  std::vector<Tensor>& get() { return value; }
  int64_t work() const {
    int64_t total = 0;
    for (const Tensor& x : value) total += x.numel();
    return total;
  }
};

template <class F, class R, class... P>
class TypedOverload final : public Overload {
 public:
  TypedOverload(std::string_view signature, F function) : Overload(signature), function_(std::move(function)) {
    check(parameters().size() == sizeof...(P), "binding ", signature, ": the function takes ", sizeof...(P),
          " arguments");
  }

  PyObject* call(PyObject* const* values, size_t& mismatch) const override {
    return call(values, mismatch, std::index_sequence_for<P...>());
  }

  std::string_view expected(size_t index) const override {
    static constexpr std::array<std::string_view, sizeof...(P)> kinds{python_kind<std::remove_cvref_t<P>>()...};
    return kinds[index];
  }

 private:
  template <size_t... I>
  PyObject* call([[maybe_unused]] PyObject* const* values, size_t& mismatch, std::index_sequence<I...>) const {
    std::tuple<Argument<std::remove_cvref_t<P>>...> arguments;
    size_t loaded = 0;
    if (!((std::get<I>(arguments).load(values[I], parameters()[I]) && (++loaded, true)) && ...)) {
      mismatch = loaded;
      return nullptr;
    }
    const bool release = (int64_t{0} + ... + std::get<I>(arguments).work()) > kReleaseAbove;
    if constexpr (std::is_void_v<R>) {
      GilRelease gil(release);
      function_(std::get<I>(arguments).get()...);
    } else if constexpr (std::is_same_v<R, PyObject*>) {
      return function_(std::get<I>(arguments).get()...);  // works with Python objects: keeps the GIL
    } else {
      R result = [&]() -> R {
        GilRelease gil(release);
        return function_(std::get<I>(arguments).get()...);
      }();
      return to_python(result);
    }
    Py_RETURN_NONE;
  }

  F function_;
};

/// Deduces the parameters of a function or a lambda.
template <class F>
struct Callable : Callable<decltype(&F::operator())> {};
template <class R, class First, class... P>
struct Callable<R (*)(First, P...)> {
  template <class F>
  using Typed = TypedOverload<F, R, First, P...>;

  /// The in-place twin of an op whose first argument is the tensor.
  template <class F>
  static auto in_place_twin(const char* name, F function) {
    return [name, function](Tensor& x, P... rest) -> Tensor& {
      return in_place(name, x, [&](const Tensor& value) { return function(value, rest...); });
    };
  }
};
template <class R>
struct Callable<R (*)()> {
  template <class F>
  using Typed = TypedOverload<F, R>;
};
template <class C, class R, class... P>
struct Callable<R (C::*)(P...) const> : Callable<R (*)(P...)> {};

/// Adds ops to a module and to ember.Tensor.
class Ops {
 public:
  explicit Ops(PyObject* module) : module_(module) {}

  /// A function of the module and a method of Tensor.
  template <class F>
  void add(const char* signature, F function, const char* doc = "") {
    insert(signature, make(signature, function), doc, true, true);
  }
  template <class F>
  void add_function(const char* signature, F function, const char* doc = "") {
    insert(signature, make(signature, function), doc, true, false);
  }
  template <class F>
  void add_method(const char* signature, F function, const char* doc = "") {
    insert(signature, make(signature, function), doc, false, true);
  }
  /// The method `name_` that writes the op's result into its first argument.
  template <class F>
  void add_in_place(const char* signature, F function, const char* doc = "") {
    const std::string text = signature;
    const size_t open = text.find('(');
    const std::string& name = in_place_names().emplace_back(text.substr(0, open) + "_");
    add_method((name + text.substr(open)).c_str(), Callable<F>::in_place_twin(name.c_str(), function), doc);
  }
  /// A function, a method and an in-place method: exp(x), x.exp(), x.exp_().
  template <class F>
  void add_with_in_place(const char* signature, F function, const char* doc = "") {
    add(signature, function, doc);
    add_in_place(signature, function);
  }
  /// Functions of another module that this one has too: the same objects, with all their overloads.
  void share(const Ops& other, std::initializer_list<const char*> names);
  /// Another name for what is already there, on the same places.
  void alias(const char* name, const char* existing);
  /// The same, and of the in-place method, if there is one.
  void alias_with_in_place(const std::string& name, const std::string& existing);

 private:
  template <class F>
  static std::unique_ptr<Overload> make(const char* signature, F function) {
    return std::make_unique<typename Callable<F>::template Typed<F>>(signature, function);
  }
  void insert(const char* signature, std::unique_ptr<Overload> overload, const char* doc, bool as_function,
              bool as_method);

  /// Names that nodes of the tape keep, so they live as long as the program.
  static std::deque<std::string>& in_place_names();

  PyObject* module_;
};

/// Makes the type of ops; call before the first Ops.
void make_op_type();

}  // namespace ember::python
