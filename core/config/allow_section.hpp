// The `allow` object of the settings.
#pragma once

#include "core/config/settings.hpp"
#include "core/config/settings_parser.hpp"
#include "core/json/json_value.hpp"

namespace spfblock::config {

/// Reads what must never be listed into its defaults; adds what is wrong to
/// the problems of `value`: no list may give the same twice.
/// @param inherited what a domain is like but for what its entry says
/// @param read_files gets at the lists of providers
void read_allow(const json::json_value& value, const spf_domain& inherited,
                const domain_file_reader& read_files, allow_settings& into);

} // namespace spfblock::config
