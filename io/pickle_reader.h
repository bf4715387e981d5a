// Pickles of data, read without running any of it: a stack machine that knows PyTorch's tensors, Python's containers and numbers, and
// refuses every other class and function by name. A class that the caller lets in becomes an Object, which says what it was.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "ember/io/atomic_file.h"
#include "ember/io/value.h"

namespace ember::io {

/// A file that wants a class or function which nobody has let in; pickle.UnpicklingError in Python.
class RefusedError : public Error {
 public:
  using Error::Error;
};

/// Whether a class or function of Python's, "collections.deque", may stand in a file; none may where it is empty.
using SafeGlobals = std::function<bool(const std::string& name)>;

/// The bytes of a file from a place on, a block of them in memory.
class Cursor {
 public:
  Cursor(const InputFile& file, size_t begin, size_t end) : file_(file), position_(begin), end_(end) {}

  size_t position() const { return position_; }
  /// Valid until the next call. IoError when fewer are left.
  const char* take(size_t bytes);
  void skip(size_t bytes);
  size_t file_size() const { return file_.size(); }
  /// Up to a newline, which is left out.
  std::string line();

 private:
  const InputFile& file_;
  size_t position_, end_;
  std::string block_;
  size_t block_at_ = 0;
};

class PickleReader {
 public:
  /// What stands for the storage of a persistent id.
  using StorageOf = std::function<StoredElements(const Values& id)>;

  /// `where` begins every message: a file's name.
  PickleReader(Cursor& cursor, std::string where, StorageOf storage_of, SafeGlobals safe_globals);
  ~PickleReader();
  PickleReader(const PickleReader&) = delete;
  PickleReader& operator=(const PickleReader&) = delete;

  /// The next pickle. IoError for a damaged one, RefusedError for one that wants other classes than data has.
  Value read();

  template <class... Parts>
  void require(bool ok, const Parts&... parts) const {
    check<IoError>(ok, where_, ": ", parts..., ", at byte ", cursor_.position());
  }
  /// Before the items of a Value are copied, which a pickle could ask for without end.
  void spend(size_t items);
  /// Before elements of tensors are copied.
  void spend_elements(const Tensor& x);

 private:
  // Steps of the machine, by what they are about.
  bool step(unsigned char op);
  bool step_number(unsigned char op);
  bool step_text(unsigned char op);
  bool step_container(unsigned char op);
  bool step_memo(unsigned char op);
  void step_call(unsigned char op);

  template <class T>
  T number();
  std::string bytes(uint64_t count);
  void push(Value value) { stack_.push_back(std::move(value)); }
  Value pop();
  Value& top();
  Values pop_mark();
  void push_text(Text::Kind kind, uint64_t count) { push(Value(kind, bytes(count))); }
  void push_integer(uint64_t count);
  /// Keeps a handle, so that nests of any depth come apart one by one.
  Value made(Value container);
  void append(Values items);
  void set_items(Values keys_and_values);
  void build(const Value& state);
  Value global(const std::string& module, const std::string& name);
  Value call(const Object& callable, const Value& arguments, Object::Kind kind);

  int check_finished(const Value& value, int depth, std::unordered_map<const void*, int>& heights) const;
  void take_apart(const std::unordered_map<const void*, int>& kept) noexcept;

  Cursor& cursor_;
  std::string where_;
  StorageOf storage_of_;
  SafeGlobals safe_globals_;
  std::vector<Value> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint64_t, Value> memo_;
  std::vector<Value> made_;
  size_t begin_ = 0, spent_ = 0, spent_bytes_ = 0;
};

/// What a pickle may call: the class or function of this name, with these arguments. Null for any other.
using Builder = Value (*)(PickleReader& reader, const Values& arguments);
Builder find_builder(std::string_view name);
/// The element type of "torch.FloatStorage" and the like.
std::optional<DType> storage_dtype(std::string_view name);

}  // namespace ember::io
