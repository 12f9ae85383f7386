// The notes about senders as the admin port tells them.
#pragma once

#include "core/suggest/sender_notes.hpp"
#include "core/support/result.hpp"

#include <string>

namespace spfblock::suggest {

/// `{"since": SECONDS, "forgotten": N, "senders": [...]}` (docs/mail-log.md);
/// the senders with the most mails first.
[[nodiscard]] std::string to_json(noted_senders of);

/// Reads that.
/// @return errc::malformed
[[nodiscard]] result<noted_senders> notes_from_json(const std::string& text);

} // namespace spfblock::suggest
