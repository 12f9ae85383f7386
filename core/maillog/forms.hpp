// The forms of lines: a text that a daemon wrote becomes an event.
//
// Each reader takes the text behind `PROGRAM[PID]: ` and gives nothing for what
// it does not know.  All are total: any octets, any length, in linear time.
//
// Much of a text was written by the sender: HELO, addresses, the Message-ID.
// So each form is anchored on what the daemon itself writes, and where such a
// text imitates the daemon's own so that the line can be read in two ways, what
// is in doubt is not told.
#pragma once

#include "core/maillog/event.hpp"

#include <optional>
#include <string_view>

namespace spfblock::maillog {

/// smtpd(8) of Postfix: `NOQUEUE: reject: ...` and its like, `client=`.
[[nodiscard]] std::optional<event> read_smtpd(std::string_view text) noexcept;

/// cleanup(8): `milter-reject:`, header and body checks, `message-id=`.
[[nodiscard]] std::optional<event> read_cleanup(std::string_view text) noexcept;

/// qmgr(8): `from=<...>, size=`, `removed`, `status=expired`.
[[nodiscard]] std::optional<event> read_qmgr(std::string_view text) noexcept;

/// local(8), lmtp(8), virtual(8), pipe(8), smtp(8) and their like: `to=<...>,
/// relay=..., status=`.
[[nodiscard]] std::optional<event>
read_delivery(std::string_view text) noexcept;

/// postscreen(8): `NOQUEUE: reject: RCPT from [ADDRESS]:PORT: ...`.
[[nodiscard]] std::optional<event>
read_postscreen(std::string_view text) noexcept;

/// dnsblog(8): `addr A listed by domain D as R`.
[[nodiscard]] std::optional<event> read_dnsblog(std::string_view text) noexcept;

/// policyd-spf (spf-engine): its results and the headers that it adds.
[[nodiscard]] std::optional<event>
read_policyd_spf(std::string_view text) noexcept;

/// opendkim(8): what it says of a mail's signature.
[[nodiscard]] std::optional<event>
read_opendkim(std::string_view text) noexcept;

/// opendmarc(8): `QUEUEID: DOMAIN RESULT`, `QUEUEID: SPF(mailfrom): ...`.
[[nodiscard]] std::optional<event>
read_opendmarc(std::string_view text) noexcept;

/// rspamd, with its default log_format.
[[nodiscard]] std::optional<event> read_rspamd(std::string_view text) noexcept;

/// spamd(8p) of SpamAssassin: `spamd: result: Y 12 - ...`.
[[nodiscard]] std::optional<event> read_spamd(std::string_view text) noexcept;

/// The reader of a daemon's lines; null if none is known.
using form_reader = std::optional<event> (*)(std::string_view) noexcept;
[[nodiscard]] form_reader reader_of(std::string_view daemon) noexcept;

} // namespace spfblock::maillog
