// One row describes one op; op_table_test.cc makes every check of the op out of it. To cover a new op, add a row to the list of its
// family in <family>_rows.cc.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "ember/ops/ops.h"
#include "tests/op_table/array.h"

namespace op_table {

using ember::Tensor;
using Tensors = std::vector<Tensor>;
using Arrays = std::vector<Array>;

/// How one input is made: random numbers of a kind, always the same for the same row.
struct Input {
  enum class Kind { Real, Integers, Bool };
  Kind kind;
  Index shape;
  double low = 0, high = 1;  ///< reals in [low, high); integers low ... high - 1
  bool has_gradient = true;

  /// In this dtype when real; else int64 or bool.
  Tensor make(ember::DType dtype, uint64_t seed) const;
};
using Sample = std::vector<Input>;

/// Away from zero in absolute value, so that kinks there do not meet finite differences.
Input real(Index shape, double low = -2, double high = 2);
inline Input positive(Index shape) { return real(std::move(shape), 0.3, 2); }
/// Real, but the op gives it no gradient (running statistics, soft targets).
Input constant(Index shape, double low = -2, double high = 2);
Input integers(Index shape, double low, double high);
Input boolean(Index shape);

/// The op: inputs to outputs. Made from any lambda that returns a tensor, a pair, a tuple or a vector of them.
class Function {
 public:
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, Function>) Function(F f)
      : call_([f](const Tensors& in) { return listed(f(in)); }) {}
  Tensors operator()(const Tensors& in) const { return call_(in); }

 private:
  static Tensors listed(Tensor y) { return {std::move(y)}; }
  static Tensors listed(Tensors ys) { return ys; }
  static Tensors listed(std::pair<Tensor, Tensor> ys) { return {ys.first, ys.second}; }
  template <class... Ts>
  static Tensors listed(const std::tuple<Ts...>& ys) {
    return std::apply([](const auto&... y) { return Tensors{y...}; }, ys);
  }

  std::function<Tensors(const Tensors&)> call_;
};

/// The same in plain loops over doubles; integers and bools come as doubles too.
class Reference {
 public:
  Reference() = default;
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, Reference>) Reference(F f)
      : call_([f](const Arrays& in) { return listed(f(in)); }) {}
  Arrays operator()(const Arrays& in) const { return call_(in); }

 private:
  static Arrays listed(Array y) { return {std::move(y)}; }
  static Arrays listed(Arrays ys) { return ys; }

  std::function<Arrays(const Arrays&)> call_;
};

struct Row {
  std::string name;
  Function op;
  std::vector<Sample> samples;
  /// Plain loops; or `pytorch`, an expression in the inputs a, b, c, ..., whose values make_reference.py has written down.
  Reference reference = {};
  std::string pytorch = {};
  std::vector<Sample> zero_size = {};  ///< samples with a dim of size 0; the reference gives the expected shape
  std::vector<Sample> emptied = {};    ///< such samples where none are given, by add_rows; PyTorch says which are valid
  Sample large = {};                   ///< enough elements for several threads; the first sample when empty
  std::function<void()> bad = {};      ///< a call that must throw ...
  std::string message = {};            ///< ... an Error whose message contains this
  bool has_gradient = true;
  bool has_second_gradient = true;
  bool supports_half = true;    ///< float16 and bfloat16
  bool is_elementwise = false;  ///< inputs of any one shape give a result of that shape
  /// Without deterministic algorithms, sums by oneDNN and LAPACK may depend on the number of threads.
  bool same_bits_for_any_threads = true;
  /// Rounding errors in units of a few ulps of the outputs' scale.
  double tolerance = 1;
  /// The file with its row: <family>_rows.cc.
  std::string family = {};
};

/// A row whose values PyTorch gives; the rest is as in Row.
Row row(const std::string& name, Function op, std::vector<Sample> samples, const std::string& pytorch,
        std::function<void()> bad, const std::string& message);
/// The same for a composition of other ops, whose roundings add up: without float16 and bfloat16.
Row composed(const std::string& name, Function op, std::vector<Sample> samples, const std::string& pytorch,
             std::function<void()> bad, const std::string& message, double tolerance = 8);
/// A function of one real number between `low` and `high`, elementwise.
Row unary(const std::string& name, Tensor (*op)(const Tensor&), double (*function)(double), double low = -2,
          double high = 2, double tolerance = 1);
/// A function of two real numbers that broadcast against each other.
Row binary(const std::string& name, Tensor (*op)(const Tensor&, const Tensor&), double (*function)(double, double),
           double low = -2, double high = 2, double tolerance = 1);

// The same row with one thing changed.
Row without_gradient(Row row);
Row with_empty(Row row, std::vector<Sample> zero_size);
Row with_tolerance(Row row, double tolerance);

/// Every row of the table.
const std::vector<Row>& all_rows();
/// Called by each *_rows.cc, once, while static variables are made; `path` is that file's.
bool add_rows(std::vector<Row> rows, std::string_view path = __builtin_FILE());

/// The inputs of a sample; those that the op differentiates require grad.
Tensors make(const Sample& sample, ember::DType dtype);
Array to_array(const Tensor& x);
Arrays to_arrays(const Tensors& xs);

}  // namespace op_table
