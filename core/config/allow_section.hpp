// The `allow` object of the settings, and of a file of entries.
#pragma once

#include "core/config/draft.hpp"
#include "core/json/json_value.hpp"

namespace spfblock::config {

/// Reads what must never be listed into its defaults; adds what is wrong to
/// the problems of `value`: no list may give the same twice.  What is wrong
/// with the file of seen networks is a warning: it is made by a program, and
/// what it does not say guards nobody.
void read_allow(const json::json_value& value, draft& into);

/// The same for a file of entries: it adds to the lists of networks, domains
/// and includes, and decides nothing else.
/// @param inherited what a domain is like but for what its entry says
/// @param given where the same may have been given before
void read_allow_entries(const json::json_value& value,
                        const spf_domain& inherited, allow_places& given,
                        allow_settings& into);

} // namespace spfblock::config
