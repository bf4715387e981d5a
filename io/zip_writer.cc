#include <zlib.h>

#include <algorithm>
#include <concepts>

#include "ember/core/parallel.h"
#include "ember/io/zip_file.h"

namespace ember::io {

namespace {

constexpr uint64_t kAlignment = 64;
constexpr uint16_t kPaddingField = 0x4246;  // "FB", as PyTorch's

class Bytes {
 public:
  template <std::integral T>
  Bytes& add(T number) {
    for (size_t i = 0; i < sizeof number; ++i)
      text_ += static_cast<char>(static_cast<uint64_t>(number) >> (8 * i) & 0xff);
    return *this;
  }
  Bytes& add(std::string_view text) { return text_ += text, *this; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

uint32_t narrow(uint64_t number, bool is_wide) { return is_wide ? UINT32_MAX : static_cast<uint32_t>(number); }

/// Version, flags (the name is UTF-8), no compression, 1980-01-01, checksum and sizes: what both headers of a record share.
void add_fields(Bytes& header, uint32_t crc, uint64_t bytes, bool is_wide) {
  header.add(uint16_t(is_wide ? 45 : 20)).add(uint16_t{0x0800}).add(uint16_t{0}).add(uint16_t{0}).add(uint16_t{0x21});
  header.add(crc).add(narrow(bytes, is_wide)).add(narrow(bytes, is_wide));
}

}  // namespace

uint32_t crc32_of(const void* data, size_t bytes) {
  constexpr size_t kBlock = size_t{1} << 20;
  const auto* from = static_cast<const unsigned char*>(data);
  const size_t blocks = (bytes + kBlock - 1) / kBlock;
  const auto size_of = [&](size_t block) { return std::min(kBlock, bytes - block * kBlock); };
  std::vector<uint32_t> sums(blocks);
  parallel_for(0, static_cast<int64_t>(blocks), 4, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i)
      sums[i] = static_cast<uint32_t>(crc32_z(0, from + i * kBlock, size_of(i)));
  });
  uLong sum = 0;
  for (size_t i = 0; i < blocks; ++i) sum = crc32_combine(sum, sums[i], static_cast<z_off_t>(size_of(i)));
  return static_cast<uint32_t>(sum);
}

void ZipWriter::write(const std::string& text) {
  file_.write(text.data(), text.size());
  position_ += text.size();
}

void ZipWriter::add(const std::string& name, const void* data, size_t bytes) {
  const bool is_wide = bytes >= UINT32_MAX, is_far = position_ >= UINT32_MAX;
  const uint32_t crc = crc32_of(data, bytes);
  const uint64_t at = position_;

  Bytes wide;  // the sizes that 32 bits do not hold
  if (is_wide) wide.add(uint16_t{1}).add(uint16_t{16}).add(uint64_t{bytes}).add(uint64_t{bytes});
  const uint64_t unpadded = at + 30 + name.size() + wide.text().size() + 4;
  const auto padding = static_cast<uint16_t>((kAlignment - unpadded % kAlignment) % kAlignment);
  Bytes header;
  header.add("PK\3\4");
  add_fields(header, crc, bytes, is_wide);
  header.add(static_cast<uint16_t>(name.size())).add(static_cast<uint16_t>(wide.text().size() + 4 + padding));
  header.add(name).add(wide.text()).add(kPaddingField).add(padding).add(std::string(padding, 'Z'));
  write(header.text());
  file_.write(data, bytes);
  position_ += bytes;

  Bytes extra;
  if (is_wide || is_far) {
    extra.add(uint16_t{1}).add(static_cast<uint16_t>(16 * is_wide + 8 * is_far));
    if (is_wide) extra.add(uint64_t{bytes}).add(uint64_t{bytes});
    if (is_far) extra.add(at);
  }
  Bytes entry;
  entry.add("PK\1\2").add(uint16_t{45});
  add_fields(entry, crc, bytes, is_wide);
  entry.add(static_cast<uint16_t>(name.size())).add(static_cast<uint16_t>(extra.text().size()));
  entry.add(uint16_t{0}).add(uint16_t{0}).add(uint16_t{0}).add(uint32_t{0}).add(narrow(at, is_far));
  directory_ += entry.add(name).add(extra.text()).text();
  ++count_;
}

void ZipWriter::finish() {
  const uint64_t begin = position_, bytes = directory_.size();
  write(directory_);
  const bool is_wide = begin >= UINT32_MAX || bytes >= UINT32_MAX || count_ >= UINT16_MAX;
  Bytes end;
  if (is_wide) {
    end.add("PK\6\6").add(uint64_t{44}).add(uint16_t{45}).add(uint16_t{45}).add(uint32_t{0}).add(uint32_t{0});
    end.add(count_).add(count_).add(bytes).add(begin);
    end.add("PK\6\7").add(uint32_t{0}).add(begin + bytes).add(uint32_t{1});
  }
  const uint16_t count = is_wide ? UINT16_MAX : static_cast<uint16_t>(count_);
  end.add("PK\5\6").add(uint16_t{0}).add(uint16_t{0}).add(count).add(count);
  end.add(narrow(bytes, is_wide)).add(narrow(begin, is_wide)).add(uint16_t{0});
  write(end.text());
}

}  // namespace ember::io
