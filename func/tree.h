// The tensors within a value: in a tensor itself, in containers of trees, nested in any way. What holds none is a leaf that stays as it is.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "ember/core/ordered_dict.h"
#include "ember/ops/tensor.h"

namespace ember::func {

using Tensors = std::vector<Tensor>;

template <class T>
struct Tree {
  template <class Visit>
  static void visit(T&, const Visit&) {}
};

/// Calls visit(Tensor&) for the tensors of `tree`, always in the same order.
template <class T, class Visit>
void visit_tensors(T& tree, const Visit& visit) {
  Tree<T>::visit(tree, visit);
}

template <>
struct Tree<Tensor> {
  template <class Visit>
  static void visit(Tensor& x, const Visit& visit) {
    visit(x);
  }
};

/// Containers whose elements are trees.
template <class Container>
struct TreesInside {
  template <class Visit>
  static void visit(Container& container, const Visit& visit) {
    for (auto& item : container) visit_tensors(item, visit);
  }
};
template <class T>
struct Tree<std::vector<T>> : TreesInside<std::vector<T>> {};
template <class T, size_t N>
struct Tree<std::array<T, N>> : TreesInside<std::array<T, N>> {};

/// Containers whose elements are pairs of a key and a tree.
template <class Container>
struct NamedTreesInside {
  template <class Visit>
  static void visit(Container& container, const Visit& visit) {
    for (auto& [key, item] : container) visit_tensors(item, visit);
  }
};
template <class T>
struct Tree<OrderedDict<T>> : NamedTreesInside<OrderedDict<T>> {};
template <class Key, class T>
struct Tree<std::map<Key, T>> : NamedTreesInside<std::map<Key, T>> {};

template <class T>
struct Tree<std::optional<T>> {
  template <class Visit>
  static void visit(std::optional<T>& tree, const Visit& visit) {
    if (tree) visit_tensors(*tree, visit);
  }
};
template <class... T>
struct Tree<std::tuple<T...>> {
  template <class Visit>
  static void visit(std::tuple<T...>& trees, const Visit& visit) {
    std::apply([&](T&... tree) { (visit_tensors(tree, visit), ...); }, trees);
  }
};
template <class A, class B>
struct Tree<std::pair<A, B>> {
  template <class Visit>
  static void visit(std::pair<A, B>& trees, const Visit& visit) {
    visit_tensors(trees.first, visit);
    visit_tensors(trees.second, visit);
  }
};

template <class T>
Tensors tensors_of(const T& tree) {
  Tensors tensors;
  visit_tensors(const_cast<T&>(tree), [&](Tensor& x) { tensors.push_back(x); });
  return tensors;
}
/// `tree` with these tensors in place of its own, in their order.
template <class T>
T with_tensors(T tree, const Tensors& tensors) {
  size_t next = 0;
  visit_tensors(tree, [&](Tensor& x) { x = tensors.at(next++); });
  return tree;
}

}  // namespace ember::func
