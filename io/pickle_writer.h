// Values as pickles of protocol 2, in the instructions that PyTorch's weights_only reader knows.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ember/io/value.h"

namespace ember::io {

class PickleWriter {
 public:
  /// TypeError or ValueError for what no file can hold.
  std::string write(const Value& value);
  /// The storages of its tensors, each named by its place here.
  const std::vector<StoredElements>& storages() const { return storages_; }

 private:
  void put(const Value& value);
  template <class F>
  void put_once(const void* container, F put_content);
  void put_integer(int64_t value);
  void put_string(std::string_view text);
  /// Bytes as a text, which the function of this name turns back.
  void put_encoded(const std::string& name, const Text& text, const char* encoding);
  void put_text(const Text& text);
  void put_tensor(const Tensor& x);
  void put_elements(const Tensor& x, bool requires_grad);
  void put_parameter(const Tensor& x);
  void put_storage(const Tensor& x);
  void put_shape(const Shape& shape);
  void put_sequence(const Sequence& sequence);
  void put_mapping(const Mapping& mapping);
  void put_object(const Object& object);
  void put_items(const Values& items);
  void put_entries(const Entries& entries);
  void put_tuple(const Values& items);
  void put_empty_ordered_dict();
  void global(std::string_view name);
  /// Whether it was written before, and if so, gets it.
  bool again(const void* place);
  void remember(const void* place);

  void op(unsigned char code) { out_ += static_cast<char>(code); }
  template <class T>
  void number(T value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }

  std::string out_;
  std::unordered_map<const void*, uint32_t> memo_;
  std::map<std::string, uint32_t, std::less<>> globals_;
  uint32_t remembered_ = 0;
  int depth_ = 0;
  std::unordered_set<const void*> open_;  ///< the containers around the present one
  std::vector<StoredElements> storages_;
  std::map<std::pair<const void*, size_t>, size_t> places_;  ///< in storages_, by where the memory lies
};

}  // namespace ember::io
