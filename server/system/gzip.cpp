#include "server/system/gzip.hpp"

#include <algorithm>
#include <cstddef>

#define ZLIB_CONST // what is read is const
#include <zlib.h>

namespace spfblock::server {
namespace {

/// What is compressed between two looks at whether it is wanted.
constexpr std::size_t piece_size = std::size_t{1} << 20U;

/// A stream of zlib that is ended.
class deflater {
public:
  deflater() {
    constexpr int largest_window = 15;
    constexpr int as_gzip = 16; // added to the window, zlib.h
    constexpr int usual_memory = 8;
    begun_ = deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED,
                          largest_window + as_gzip, usual_memory,
                          Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~deflater() {
    if (begun_)
      deflateEnd(&stream_);
  }
  deflater(const deflater&) = delete;
  deflater& operator=(const deflater&) = delete;

  [[nodiscard]] bool begun() const noexcept { return begun_; }

  /// Compresses what comes next, at most `piece_size` of it.
  void add(std::string_view text, bool is_last, std::string& to) {
    stream_.next_in = reinterpret_cast<const Bytef*>(text.data());
    stream_.avail_in = static_cast<uInt>(text.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
      stream_.avail_out = static_cast<uInt>(out_.size());
      deflate(&stream_, is_last ? Z_FINISH : Z_NO_FLUSH);
      to.append(out_, 0, out_.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

private:
  z_stream stream_{};
  bool begun_ = false;
  std::string out_ = std::string(piece_size / 8, '\0');
};

} // namespace

std::optional<std::string> gzip(std::string_view text,
                                const std::atomic<bool>& given_up) {
  deflater stream;
  if (!stream.begun())
    return std::nullopt;
  std::string packed;
  bool is_last = false;
  while (!is_last) {
    const std::string_view next = text.substr(0, piece_size);
    text.remove_prefix(next.size());
    is_last = text.empty();
    stream.add(next, is_last, packed);
    if (!is_last && given_up)
      return std::nullopt;
  }
  return packed;
}

} // namespace spfblock::server
