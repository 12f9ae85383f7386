// What a mail says about whoever sent it.
#pragma once

#include "core/maillog/mail.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace spfblock::suggest {

enum class mark : std::uint8_t {
  none,        ///< it says nothing: deferred, addressed to nobody, unfinished
  wanted,      ///< delivered, and nobody took it for spam
  refused,     ///< for what sent it, or for what it holds
  spam,        ///< a content filter says so
  from_listed, ///< of a host that is listed
  let_through, ///< the same, but delivered, and nobody took it for spam
};

/// So many bad mails for each wanted one there are, at least, of who may be
/// suggested.
inline constexpr std::uint64_t bad_for_each_wanted = 4;

/// Whether a reply refuses a mail for what it or its sender is: by its enhanced
/// status code (RFC 3463) one of policy, X.7.Z; or a text without one.
///
/// Not for whom it is addressed to, how large it is or how it was said; not
/// `Relay access denied`, which strangers get for a wrong MX, too; not what an
/// access table says of a recipient; and not
/// DMARC, which is about the author whom it names, not about who sent it.  A
/// protocol error is the exception: postscreen(8) says so of bots.
/// @param text maillog::mail::reason
[[nodiscard]] bool is_about_sender(std::string_view text) noexcept;

/// Whether a sender's local part is one that forwarders give (SRS): the domain
/// is the forwarder's, not that of who wrote the mail.
[[nodiscard]] bool is_forwarded(std::string_view mail_from) noexcept;

/// @param from_listed whether the client is listed now: its mail is no wanted
///        one then, even if it was delivered, as while a listing only watches
[[nodiscard]] mark mark_of(const maillog::mail& of, bool from_listed) noexcept;

/// How many mails of each mark, and when.
struct mark_counts {
  std::uint64_t wanted = 0;
  std::uint64_t refused = 0;
  std::uint64_t spam = 0;
  std::uint64_t from_listed = 0;
  std::uint64_t let_through = 0; ///< of `from_listed`
  std::uint64_t forwarded = 0;   ///< of the bad ones: is_forwarded()
  /// Of those with a bad mark, as the log has it.
  std::optional<std::chrono::sys_seconds> first{};
  std::optional<std::chrono::sys_seconds> last{};

  [[nodiscard]] std::uint64_t bad() const noexcept {
    return refused + spam + from_listed;
  }

  /// What is bad but for the host's being listed.
  [[nodiscard]] std::uint64_t plainly_bad() const noexcept {
    return bad() - let_through;
  }

  void add(mark of, std::optional<std::chrono::sys_seconds> at) noexcept;
  void add(const mark_counts& more) noexcept;

  friend bool operator==(const mark_counts&, const mark_counts&) = default;
};

} // namespace spfblock::suggest
