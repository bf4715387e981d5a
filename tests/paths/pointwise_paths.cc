#include <cmath>

#include "tests/paths/paths.h"

namespace paths {
namespace {

using namespace ember;

/// Around the lanes of vectors, the blocks of staged operands, short rows and the tiles of transposed ones.
std::vector<Index> shapes() {
  std::vector<Index> all = {{}, {32769}, {3, 5, 7}, {2, 130, 3}, {17, 2, 40}, {2, 3, 4, 5}, {5, 1, 1030}};
  for (const int64_t n : around({2, 4, 8, 16, 32, 64, 128, 512, 1024})) all.push_back({n});
  const std::vector<int64_t> rows = around({2, 8, 16, 32}), columns = around({2, 4, 8, 16, 64, 128, 512, 1024});
  for (size_t i = 0; i < columns.size(); ++i) {
    all.push_back({rows[i % rows.size()], columns[i]});
    all.push_back({columns[i], rows[(i + 4) % rows.size()]});
  }
  return all;
}

std::vector<Case> one(double low = -2, double high = 2, double step = 1.0 / 16) {
  std::vector<Case> cases;
  for (const Index& shape : shapes()) cases.push_back({{shape, low, high, step}});
  return cases;
}

/// Of one shape, and the second broadcast along the first dim, the last one or all.
std::vector<Case> two(double low = -2, double high = 2, double step = 1.0 / 16) {
  std::vector<Case> cases;
  size_t turn = 0;
  for (const Index& shape : shapes()) {
    Index other = shape;
    switch (turn++ % 4) {
      case 1:
        if (!other.empty()) other.erase(other.begin());
        break;
      case 2:
        if (!other.empty()) other.back() = 1;
        break;
      case 3:
        if (turn % 8 == 0) other = {};
        break;
    }
    cases.push_back({{shape, low, high, step}, {other, low, high, step}});
    if (turn % 3 == 0) cases.push_back({{other, low, high, step}, {shape, low, high, step}});
  }
  return cases;
}

std::vector<Case> with_mask(std::vector<Case> cases) {
  for (Case& operands : cases) operands.insert(operands.begin(), mask(operands[0].shape));
  return cases;
}

Paths cast(DType to) {
  return {.name = "to_" + to_string(to),
          .op = [to](const Tensors& in) { return ember::to(in[0], to, /*copy=*/true); },
          .reference = [](const Arrays& in) { return in[0]; },
          .cases = one(0, 2, 1),
          .dtypes = {kFloat32, kFloat64, kFloat16, kBFloat16, kUInt8, kInt8, kInt16, kInt32, kInt64, kBool},
          .tolerance = 0};
}

Array copied(const Array& to, const Array& from) {
  return zipped(to, from, [](double, double y) { return y; });
}

Array sum_of(const Arrays& in) {
  return zipped(in[0], in[1], [](double x, double y) { return x + y; });
}

[[maybe_unused]] const bool added = add_paths({
    cast(kFloat32),
    cast(kFloat64),
    cast(kFloat16),
    cast(kBFloat16),
    cast(kUInt8),
    cast(kInt64),
    cast(kBool),
    {.name = "clone",
     .op = [](const Tensors& in) -> Tensors {
       return {clone(in[0]), contiguous(in[0])};
     },
     .reference = [](const Arrays& in) -> Arrays {
       return {in[0], in[0]};
     },
     .cases = one(),
     .dtypes = kEachSize,
     .tolerance = 0},
    {.name = "copy_in_place",
     .op = [](const Tensors& in) { return Tensor(in[0]).copy_(in[1]); },
     .reference = [](const Arrays& in) { return copied(in[0], in[1]); },
     .cases =
         [] {
           std::vector<Case> cases;
           for (Case& operands : two())
             if (op_table::numel(operands[0].shape) >= op_table::numel(operands[1].shape)) cases.push_back(operands);
           return cases;
         }(),
     .dtypes = kEachSize,
     .tolerance = 0,
     .is_in_place = true},
    {.name = "fill_in_place",
     .op = [](const Tensors& in) { return Tensor(in[0]).fill_(1); },
     .reference = [](const Arrays& in) { return Array(in[0].shape, 1); },
     .cases = one(),
     .dtypes = {kFloat32, kUInt8, kFloat64, kFloat16, kBool},
     .tolerance = 0,
     .is_in_place = true},
    {.name = "add",
     .op = [](const Tensors& in) { return add(in[0], in[1]); },
     .reference = sum_of,
     .cases = two(0, 3),
     .dtypes = kNumbers,
     .tolerance = 1},
    {.name = "add_in_place",
     .op = [](const Tensors& in) { return Tensor(in[0]).add_(in[1], 2); },
     .reference = [](const Arrays& in) { return zipped(in[0], in[1], [](double x, double y) { return x + 2 * y; }); },
     .cases =
         [] {
           std::vector<Case> cases;
           for (Case& operands : two(0, 3))
             if (op_table::numel(operands[0].shape) >= op_table::numel(operands[1].shape)) cases.push_back(operands);
           return cases;
         }(),
     .dtypes = {kFloat32, kFloat64, kUInt8, kBFloat16},
     .tolerance = 1,
     .is_in_place = true},
    {.name = "complex_add",
     .op = [](const Tensors& in) { return add(in[0], in[1]); },
     .reference = sum_of,
     .cases = two(),
     .dtypes = {kComplex64, kComplex128},
     .tolerance = 1},
    {.name = "less",
     .op = [](const Tensors& in) { return lt(in[0], in[1]); },
     .reference =
         [](const Arrays& in) { return zipped(in[0], in[1], [](double x, double y) { return x < y ? 1.0 : 0.0; }); },
     .cases = two(),
     .dtypes = kNumbers,
     .tolerance = 0},
    {.name = "where",
     .op = [](const Tensors& in) { return where(in[0], in[1], in[2]); },
     .reference =
         [](const Arrays& in) {
           const Array yes = zipped(in[0], in[1], [](double c, double x) { return c != 0 ? x : 0; });
           const Array no = zipped(in[0], in[2], [](double c, double x) { return c != 0 ? 0 : x; });
           return zipped(yes, no, [](double x, double y) { return x + y; });
         },
     .cases = with_mask(two()),
     .dtypes = kEachSize,
     .tolerance = 0},
    {.name = "clamp",
     .op = [](const Tensors& in) { return clamp(in[0], 1, 5); },
     .reference = op_table::reference::elementwise([](double x) { return std::min(std::max(x, 1.0), 5.0); }),
     .cases = one(0, 7),
     .dtypes = kNumbers,
     .tolerance = 0},
    {.name = "floor_divide_and_remainder",
     .op = [](const Tensors& in) -> Tensors {
       return {floor_divide(in[0], in[1]), remainder(in[0], in[1])};
     },
     .reference = [](const Arrays& in) -> Arrays {
       const auto down = [](double x, double y) { return std::floor(x / y); };
       return {zipped(in[0], in[1], down),
               zipped(in[0], in[1], [&](double x, double y) { return x - y * down(x, y); })};
     },
     .cases = two(1, 40, 0.5),
     .dtypes = kNumbers,
     .tolerance = 0},
    {.name = "powers",
     .op = [](const Tensors& in) -> Tensors {
       return {pow(in[0], 2), pow(in[0], 3), pow(in[0], 0.5), pow(in[0], -1), pow(in[0], 1.5)};
     },
     .reference = [](const Arrays& in) -> Arrays {
       const auto power = [&](double p) {
         return op_table::reference::elementwise([p](double x) { return std::pow(x, p); })(in);
       };
       return {power(2), power(3), power(0.5), power(-1), power(1.5)};
     },
     .cases = one(0.5, 4),
     .dtypes = kFloats,
     .tolerance = 2},
});

}  // namespace

std::vector<Paths> table_paths() {
  std::vector<Paths> rows;
  for (const op_table::Row& row : op_table::all_rows()) {
    if (!row.is_elementwise || !row.pytorch.empty()) continue;
    Paths paths{.name = "table_" + row.name, .op = row.op, .reference = row.reference, .cases = {}};
    const auto& inputs = row.samples[0];
    const double low = std::ceil(inputs[0].low * 16) / 16 + 1.0 / 32, high = inputs[0].high;
    for (const int64_t n : around({2, 4, 8, 16, 32, 64, 128, 513}))
      paths.cases.push_back(Case(inputs.size(), {{n}, low, high}));
    paths.cases.push_back(Case(inputs.size(), {{7, 33}, low, high}));
    paths.tolerance = 8 * row.tolerance;
    // Those of two numbers may jump where multiples meet.
    paths.has_gradient = row.has_gradient && inputs.size() == 1;
    rows.push_back(std::move(paths));
  }
  return rows;
}

}  // namespace paths
