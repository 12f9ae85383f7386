// How the stream of a connection is cut into requests, and how many of them are
// answered at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spfblock::protocols {

/// Replies of so many octets are sent before more requests are answered: a
/// client that sends much and reads nothing costs no more than that.
inline constexpr std::size_t enough_replies = 16384;

/// What becomes of a conversation after some octets.
enum class course : std::uint8_t {
  goes_on,
  waits, ///< the others are to be fed later
  ends,  ///< the others are of no use
};

/// Calls `next` until all of `bytes` is taken, the replies are enough, or the
/// conversation does not go on.
/// @param next takes octets from the front of a std::string_view& and appends
///        the replies; gives the course
/// @return how many of the octets were taken: all where it ends
template <class Next>
[[nodiscard]] std::size_t feed_requests(std::string_view bytes,
                                        const std::string& replies, Next next) {
  std::string_view rest = bytes;
  while (!rest.empty() && replies.size() < enough_replies) {
    const course then = next(rest);
    if (then == course::ends)
      return bytes.size();
    if (then == course::waits)
      break;
  }
  return bytes.size() - rest.size();
}

/// Puts what comes in pieces together; what comes in one is not copied.
class pieces {
public:
  /// Takes up to `size` octets from the front of `bytes`, with those that it
  /// has already.
  /// @return all of them, valid until the next call; nothing if more are needed
  [[nodiscard]] std::optional<std::string_view> take(std::string_view& bytes,
                                                     std::size_t size);

  /// Octets that wait for the others.
  [[nodiscard]] std::size_t waiting() const noexcept {
    return is_given_ ? 0 : kept_.size();
  }

  /// Has none any more.
  void clear() noexcept;

private:
  std::string kept_;
  bool is_given_ = false; ///< what is kept was returned
};

/// Reads lines from a stream, in whatever pieces it comes.  Holds no more than
/// one that is not complete.
class line_reader {
public:
  /// Takes octets from the front of `bytes` until a line is complete.
  /// @param longest octets of the line without its LF
  /// @return the line without its LF, valid until the next call; nothing if
  ///         more octets are needed or the stream is broken()
  /// @pre not broken()
  [[nodiscard]] std::optional<std::string_view> next(std::string_view& bytes,
                                                     std::size_t longest);

  /// Whether there was a line that is too long.  For good.
  [[nodiscard]] bool broken() const noexcept { return broken_; }

private:
  [[no_unique_address]] pieces line_; // an idle client costs memory
  bool broken_ = false;
};

} // namespace spfblock::protocols
