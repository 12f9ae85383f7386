// A stream of octets becomes lines.
#pragma once

#include <cstddef>
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

  /// Calls `each` for every line that ends in `piece`.
  template <class Each>
  void feed(std::string_view piece, Each each) {
    for (std::size_t end = piece.find('\n'); end != std::string_view::npos;
         end = piece.find('\n')) {
      give(piece.substr(0, end), each);
      piece.remove_prefix(end + 1);
    }
    keep(piece);
  }

  /// Calls `each` for what stands behind the last LF, if anything does.
  template <class Each>
  void finish(Each each) {
    if (!begun_.empty())
      give({}, each);
  }

private:
  template <class Each>
  void give(std::string_view rest, Each& each) {
    if (begun_.empty()) {
      each(cut(rest));
      return;
    }
    keep(rest);
    each(cut(begun_));
    begun_.clear();
  }

  void keep(std::string_view more) {
    begun_ += more.substr(0, longest - begun_.size());
  }

  static std::string_view cut(std::string_view line) {
    line = line.substr(0, longest);
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    return line;
  }

  std::string begun_; ///< at most `longest`
};

} // namespace spfblock::maillog
