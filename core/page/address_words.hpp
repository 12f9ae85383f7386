// What the page says of an address.
#pragma once

#include "core/page/front_page.hpp"
#include "core/page/markup.hpp"

#include <string>
#include <string_view>

namespace spfblock::page {

/// Why it is listed, or what keeps it off: the listing that answers, with the
/// chain of includes down to the term, since when, how often, what Postfix is
/// told, what to seek in its log, and how to exempt the address.
void add_address(markup& to, const address_answer& of);

/// A command to be typed, or copied.
void add_command(markup& to, std::string_view command);

/// A word of a command, in single quotes where sh(1) would read more into it.
[[nodiscard]] std::string shell_word(std::string_view word);

} // namespace spfblock::page
