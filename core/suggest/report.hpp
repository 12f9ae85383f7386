// A judgement for people, for programs and as a list of domains.
#pragma once

#include "core/maillog/reader.hpp"
#include "core/suggest/suggestion.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace spfblock::suggest {

/// What the running server told.
struct live_origin {
  std::chrono::sys_seconds since{}; ///< when it began to note
  std::uint64_t senders = 0;        ///< domains that it noted
  std::uint64_t forgotten = 0;      ///< mails of those that it did not

  friend bool operator==(const live_origin&, const live_origin&) = default;
};

/// What a judgement was made from.
struct origin {
  bool has_log = true; ///< of the mail
  std::optional<live_origin> live{};
  maillog::line_counts read{};
  std::uint64_t mails = 0;
  std::uint64_t forgotten = 0;          ///< evidence::forgotten()
  std::chrono::sys_seconds looked_at{}; ///< when the DNS was asked
  std::chrono::sys_days until{};        ///< when what is listed might end
};

// No local part, no recipient and no octet that is not safe is in any of them.

/// For people.
[[nodiscard]] std::string to_text(const judgement& of, const origin& from);

/// For programs (docs/mail-log.md).
[[nodiscard]] std::string to_json(const judgement& of, const origin& from);

/// A file for `domain_files`: a name a line, what speaks for it as comments.
[[nodiscard]] std::string to_domain_list(const judgement& of,
                                         const origin& from);

/// What stands on stderr: how many were not suggested, and why.
[[nodiscard]] std::string summary(const judgement& of, const origin& from);

/// "2 refused, 1 of listed hosts"
[[nodiscard]] std::string marks_text(const mark_counts& of);

} // namespace spfblock::suggest
