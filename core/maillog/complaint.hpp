// What Postfix logs of a mail, or a recipient, that it does not simply take:
//
//     ACTION: STAGE from NAME[ADDRESS]: TEXT; from=<S> to=<R> proto=P helo=<H>
//
// (log_whatsup() in its smtpd_check.c, and the milter answers of cleanup(8)).
#pragma once

#include "core/maillog/event.hpp"

#include <optional>
#include <string_view>

namespace spfblock::maillog {

/// Reads it, from ACTION on.
///
/// ACTION, STAGE, NAME and ADDRESS are Postfix's own.  In TEXT and behind it
/// may stand what a client said.  TEXT is told without doubt where it is of the
/// client's address, or of an action without a mark of its own (WARN), since no
/// client has a say in those; any other only where the line has one place that
/// can be its end.  Where it has several, there are no sender, no recipient and
/// no text.
[[nodiscard]] std::optional<event>
read_complaint(std::string_view rest) noexcept;

/// The same as postscreen(8) writes it: `STAGE from [ADDRESS]:PORT: TEXT;
/// from=<S>, to=<R>, ...`.  No client has a say in its TEXT.
[[nodiscard]] std::optional<event>
read_postscreen_complaint(std::string_view rest) noexcept;

/// What a reply code means: 4NN defers.
[[nodiscard]] measure measure_of_reply(std::string_view text) noexcept;

/// What Postfix calls a measure; nothing for another word.
[[nodiscard]] std::optional<measure>
measure_called(std::string_view word) noexcept;

} // namespace spfblock::maillog
