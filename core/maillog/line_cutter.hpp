// A stream of octets becomes lines.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace spfblock::maillog {

/// Cuts a stream that comes in pieces into lines.
///
/// Of a line over `longest` octets only so many are given.  A CR before the LF
/// is left out.  A line that lies in one piece is not copied.
class line_cutter {
public:
  /// Octets of a line that are kept; syslog daemons write a few thousand.
  static constexpr std::size_t longest = std::size_t{64} << 10U;

  /// Takes the next piece, which is to live until next() gave nothing.
  /// @pre next() gave nothing
  void put(std::string_view piece) { piece_ = piece; }

  /// The next line that ends in the piece, valid until the next call.
  [[nodiscard]] std::optional<std::string_view> next() {
    if (is_given_)
      begun_.clear();
    is_given_ = false;
    const std::size_t end = piece_.find('\n');
    if (end == std::string_view::npos) {
      keep(piece_);
      piece_ = {};
      return std::nullopt;
    }
    const auto rest = piece_.substr(0, end);
    piece_.remove_prefix(end + 1);
    if (begun_.empty())
      return cut(rest);
    keep(rest);
    is_given_ = true;
    return cut(begun_);
  }

  /// What stands behind the last LF, if anything does.
  /// @pre next() gave nothing
  [[nodiscard]] std::optional<std::string_view> last() {
    if (begun_.empty())
      return std::nullopt;
    is_given_ = true;
    return cut(begun_);
  }

private:
  void keep(std::string_view more) {
    begun_ += more.substr(0, longest - begun_.size());
  }

  static std::string_view cut(std::string_view line) {
    line = line.substr(0, longest);
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    return line;
  }

  std::string_view piece_;
  std::string begun_;     ///< at most `longest`
  bool is_given_ = false; ///< `begun_` was
};

} // namespace spfblock::maillog
