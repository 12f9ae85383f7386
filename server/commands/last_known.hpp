// What the commands tell that look at a running server: its own word, or the
// state that it saved.
#pragma once

#include "core/domains/domain_book.hpp"
#include "core/support/result.hpp"
#include "core/support/timestamp.hpp"
#include "server/configuration.hpp"
#include "server/exit_status.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <variant>

namespace spfblock::server {

/// What was known when the state file was written.
struct last_known {
  domains::domain_book book;
  std::chrono::sys_seconds written{};
};

/// What a server that starts now with these settings would begin with.  The
/// state file is only read.
/// @return errc::temporary if none is configured, there is none, or it cannot
///         be read; the failures of domains::state_from_json() for another
///         content
result<last_known> read_last_known(const config::settings& by, timestamp now);

/// Writes the document that a server would give, from the book of the state
/// file.
using document_writer =
    std::function<std::string(const domains::domain_book&, timestamp now)>;

/// What was asked for, and who gave it.
struct told {
  std::string document;
  bool by_state_file = false; ///< the server did not
};

/// The document at `target` of the running server's admin port.  Where that is
/// off or gives none, says so on stderr and has it written from the state file.
/// @return nothing if neither is to be had, which was said on stderr
std::optional<told> ask_or_read(const config::settings& by,
                                const std::string& target,
                                const document_writer& otherwise);

/// The same of the server that a configuration describes.  Only where it does
/// not answer must the rest of that be right.
/// @return the exit status if neither is to be had, which was said on stderr
std::variant<told, exit_status>
ask_or_read(const std::string& configuration_file, const std::string& target,
            const document_writer& otherwise);

} // namespace spfblock::server
