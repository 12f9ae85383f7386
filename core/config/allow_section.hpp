// The `allow` object of the settings.
#pragma once

#include "core/config/settings.hpp"
#include "core/json/json_value.hpp"

namespace spfblock::config {

/// Reads what must never be listed into its defaults; adds what is wrong to
/// the problems of `value`: no list may give the same twice.
/// @param inherited what a domain is like but for what its entry says
void read_allow(const json::json_value& value, const spf_domain& inherited,
                allow_settings& into);

} // namespace spfblock::config
