#include "ember/ops/linalg/einsum.h"

#include <algorithm>
#include <array>
#include <string>

#include "ember/ops/linalg/matmul.h"
#include "ember/ops/linalg/products.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

// Every index gets a number: letters their code, the dims of an ellipsis numbers from kDots on, the last dim first, so that
// ellipses of different length broadcast as shapes do.
constexpr int kDots = 256;
using Labels = std::vector<int>;

bool contains(const Labels& labels, int label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

struct Term {
  Tensor x;
  Labels labels;
};

/// The labels of one operand of `rank` dims, or of the output, whose ellipsis has `rank` dims by itself when `is_output`.
Labels parse(std::string_view text, int64_t rank, bool is_output) {
  const auto dots = text.find("...");
  const auto letters = static_cast<int64_t>(text.size()) - (dots == text.npos ? 0 : 3);
  const int64_t hidden = is_output ? rank : rank - letters;
  check(is_output || (dots == text.npos ? hidden == 0 : hidden >= 0), "einsum: \"", text, "\" names ", letters,
        " indices but its operand has ", rank, " dimensions");
  Labels labels;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i == dots) {
      for (int64_t d = hidden - 1; d >= 0; --d) labels.push_back(kDots + static_cast<int>(d));
      i += 2;
      continue;
    }
    const char c = text[i];
    check((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'), "einsum: \"", c, "\" in the equation is not a letter");
    labels.push_back(c);
  }
  return labels;
}

/// An index that occurs twice in one operand takes the diagonal of its dims.
Term without_repeats(Term term) {
  for (size_t i = 0; i < term.labels.size(); ++i) {
    for (size_t j = i + 1; j < term.labels.size(); ++j) {
      if (term.labels[i] != term.labels[j]) continue;
      const int label = term.labels[i];
      check(term.x.sizes()[i] == term.x.sizes()[j], "einsum: a repeated index has sizes ", term.x.sizes()[i], " and ",
            term.x.sizes()[j]);
      term.x = diagonal(term.x, 0, static_cast<int64_t>(i), static_cast<int64_t>(j));
      term.labels.erase(term.labels.begin() + static_cast<int64_t>(j));
      term.labels.erase(term.labels.begin() + static_cast<int64_t>(i));
      term.labels.push_back(label);
      return without_repeats(std::move(term));
    }
  }
  return term;
}

Term summed(const Term& term, const Labels& kept) {
  Shape over;
  Labels labels;
  for (size_t d = 0; d < term.labels.size(); ++d) {
    if (contains(kept, term.labels[d]))
      labels.push_back(term.labels[d]);
    else
      over.push_back(static_cast<int64_t>(d));
  }
  return {over.empty() ? term.x : sum(term.x, over, false, term.x.dtype()), labels};
}

int64_t size_of(const Term& term, int label) {
  const auto at = std::find(term.labels.begin(), term.labels.end(), label);
  return at == term.labels.end() ? 1 : term.x.sizes()[static_cast<size_t>(at - term.labels.begin())];
}

/// x with its dims in the order of the groups of labels, each group made one dim of the sizes given.
Tensor grouped(const Term& term, const std::array<Labels, 3>& groups, const std::array<Shape, 3>& sizes) {
  Shape order, full;
  for (size_t g = 0; g < 3; ++g) {
    for (size_t i = 0; i < groups[g].size(); ++i) {
      order.push_back(std::find(term.labels.begin(), term.labels.end(), groups[g][i]) - term.labels.begin());
      full.push_back(sizes[g][i]);
    }
  }
  return reshape(expand(permute(term.x, order), full), {sizes[0].numel(), sizes[1].numel(), sizes[2].numel()});
}

/// The sum over the indices that neither `kept` nor a later operand names, as one batched product.
Term contracted(const Term& a, const Term& b, const Labels& kept) {
  Labels needed_a = kept, needed_b = kept;
  needed_a.insert(needed_a.end(), b.labels.begin(), b.labels.end());
  needed_b.insert(needed_b.end(), a.labels.begin(), a.labels.end());
  const Term left = summed(a, needed_a), right = summed(b, needed_b);
  Labels batch, rows, inner, columns;
  std::array<Shape, 4> sizes;
  for (const int label : left.labels) {
    const bool is_shared = contains(right.labels, label), is_kept = contains(kept, label);
    const int64_t size_a = size_of(left, label), size_b = size_of(right, label), size = size_a == 1 ? size_b : size_a;
    check(!is_shared || size_a == size_b || size_a == 1 || size_b == 1, "einsum: an index has size ", size_a,
          " in one operand and ", size_b, " in another");
    const size_t group = !is_shared ? 1 : is_kept ? 0 : 2;
    (group == 0 ? batch : group == 1 ? rows : inner).push_back(label);
    sizes[group].push_back(size);
  }
  for (const int label : right.labels) {
    if (contains(left.labels, label)) continue;
    columns.push_back(label);
    sizes[3].push_back(size_of(right, label));
  }
  const Tensor product = bmm(grouped(left, {batch, rows, inner}, {sizes[0], sizes[1], sizes[2]}),
                             grouped(right, {batch, inner, columns}, {sizes[0], sizes[2], sizes[3]}));
  Term result;
  Shape shape;
  for (const auto& [labels, group] : {std::pair(&batch, 0), {&rows, 1}, {&columns, 3}}) {
    result.labels.insert(result.labels.end(), labels->begin(), labels->end());
    for (const int64_t size : sizes[static_cast<size_t>(group)]) shape.push_back(size);
  }
  result.x = reshape(product, shape);
  return result;
}

std::vector<std::string> comma_separated(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ',')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

/// Without an arrow: the ellipsis, then the letters that occur once, in alphabetical order.
Labels implied_output(const std::vector<Term>& terms, int64_t dots) {
  Labels output = parse("...", dots, true);
  for (int letter = 'A'; letter <= 'z'; ++letter) {
    int64_t count = 0;
    for (const Term& term : terms) count += std::count(term.labels.begin(), term.labels.end(), letter);
    if (count == 1) output.push_back(letter);
  }
  return output;
}

}  // namespace

Tensor einsum(std::string_view equation, const std::vector<Tensor>& operands) {
  std::string text(equation);
  std::erase(text, ' ');
  const auto arrow = text.find("->");
  const std::vector<std::string> names = comma_separated(text.substr(0, arrow));
  check(names.size() == operands.size(), "einsum: the equation names ", names.size(), " operands but ", operands.size(),
        " were given");
  std::vector<Term> terms;
  int64_t dots = 0;
  for (size_t i = 0; i < operands.size(); ++i) {
    kernel::check_defined("einsum", "operand", operands[i]);
    terms.push_back({operands[i], parse(names[i], operands[i].dim(), false)});
    dots =
        std::max(dots, std::count_if(terms[i].labels.begin(), terms[i].labels.end(), [](int l) { return l >= kDots; }));
  }
  const Labels output = arrow == text.npos ? implied_output(terms, dots) : parse(text.substr(arrow + 2), dots, true);
  for (const int label : output) {
    const bool is_known =
        std::any_of(terms.begin(), terms.end(), [&](const Term& t) { return contains(t.labels, label); });
    check(is_known && std::count(output.begin(), output.end(), label) == 1,
          "einsum: each index of the output must occur once there and in an operand");
  }

  // A single product rounds once; sums within an operand, and products of products, would round in between.
  const auto is_alone = [&](int label) {
    return !contains(output, label) &&
           std::count_if(terms.begin(), terms.end(), [label](const Term& t) { return contains(t.labels, label); }) == 1;
  };
  const bool has_steps =
      terms.size() > 2 || (terms.size() == 2 && std::any_of(terms.begin(), terms.end(), [&](const Term& t) {
                             return std::any_of(t.labels.begin(), t.labels.end(), is_alone);
                           }));
  if (has_steps && are_16_bit(operands))
    return in_float32([&](const std::vector<Tensor>& wide) { return einsum(equation, wide); }, operands);

  Term result = without_repeats(terms[0]);
  for (size_t i = 1; i < terms.size(); ++i) {
    Labels kept = output;
    for (size_t later = i + 1; later < terms.size(); ++later)
      kept.insert(kept.end(), terms[later].labels.begin(), terms[later].labels.end());
    result = contracted(result, without_repeats(terms[i]), kept);
  }
  result = summed(result, output);
  Shape order;
  for (const int label : output)
    order.push_back(std::find(result.labels.begin(), result.labels.end(), label) - result.labels.begin());
  return permute(result.x, order);
}

}  // namespace ember
