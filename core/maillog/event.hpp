// What one line of a mail log tells.
#pragma once

#include "core/net/ip_address.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace spfblock::maillog {

enum class event_kind : std::uint8_t {
  refused,          ///< not taken from a client, or not as it came: `measure`
  accepted,         ///< a client's mail has a queue id
  queued,           ///< whose mail has the queue id
  named,            ///< the Message-ID of a mail
  delivered,        ///< what became of it for one recipient: `delivery`
  finished,         ///< the queue id is done with
  spf,              ///< what check_host() said of a client
  scored,           ///< what a content filter says
  listed_elsewhere, ///< a DNS list has the client
  authenticated,    ///< what DKIM or DMARC say
};

/// What a server did, or said that it would do.
enum class measure : std::uint8_t {
  reject,         ///< for good
  defer,          ///< for now
  warn,           ///< only told: access(5) WARN
  reject_warning, ///< only told: warn_if_reject
  hold,
  discard,
  filter,
  redirect,
  other, ///< told, and the mail went on: INFO, PREPEND, BCC
};

enum class delivery : std::uint8_t { sent, deferred, bounced, expired };

/// RFC 7208 §2.6, and of DKIM and DMARC what comes next to it.
enum class verdict : std::uint8_t {
  none,
  neutral,
  pass,
  fail,
  softfail,
  temperror,
  permerror,
};

/// One event.  The texts are views into the line that it was read from, as they
/// stand there: outsiders wrote most of them.
///
/// What a line does not tell, or not beyond doubt, is absent.  A sender that is
/// the empty text is the null reverse-path.
struct event {
  event_kind kind = event_kind::finished;
  maillog::measure measure = measure::reject;
  maillog::delivery delivery = delivery::sent;
  maillog::verdict verdict = verdict::none;
  /// refused: a mail, or a client before MAIL, not one recipient of it.
  bool whole_mail = false;
  /// scored: it is spam.
  bool spam = false;
  /// accepted: the client had logged in.
  bool logged_in = false;
  /// As the log has it: converted from no time zone to another.
  std::optional<std::chrono::sys_seconds> at{};
  /// How far the zone of that time is east of UTC: where the line names one, or
  /// whoever reads it knows.
  std::optional<std::chrono::seconds> zone{};
  std::optional<net::ip_address> address{}; ///< the client's
  std::optional<std::string_view> sender{};
  std::optional<std::string_view> recipient{};
  std::optional<std::string_view> helo{};
  std::string_view queue_id{};
  std::string_view message_id{}; ///< without its angle brackets
  /// refused: what the client was told, or would have been, or the text of the
  /// action; delivered: where to; listed_elsewhere: by whom; scored: the
  /// action.
  std::string_view text{};
  /// spf, authenticated: the domain that was judged, if it is told apart from
  /// the sender.
  std::string_view domain{};
  /// spf: mailfrom or helo; authenticated: dkim or dmarc.
  std::string_view identity{};

  friend bool operator==(const event&, const event&) = default;
};

/// When it was, so that events of several logs can be put in order: as if of
/// UTC where the zone is not known.  Nothing where there is no time.
[[nodiscard]] inline std::optional<std::chrono::sys_seconds>
moment_of(const event& of) noexcept {
  if (!of.at)
    return std::nullopt;
  return *of.at - of.zone.value_or(std::chrono::seconds{0});
}

} // namespace spfblock::maillog
