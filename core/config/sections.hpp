// The objects among the settings.
#pragma once

#include "core/config/settings.hpp"
#include "core/json/json_value.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace spfblock::config {

// Each reads the object of its name into the defaults that it is given, and
// adds what is wrong to the problems of `value`.  The limits of one domain lack
// those that hold for all.
void read_limits(const json::json_value& value, limit_settings& into);
void read_domain_limits(const json::json_value& value, limit_settings& into);
void read_resolver(const json::json_value& value, resolver_settings& into);
void read_refresh(const json::json_value& value, refresh_settings& into);
void read_metrics(const json::json_value& value, metrics_settings& into);
void read_query_time(const json::json_value& value, query_time_settings& into);
void read_log(const json::json_value& value, log_settings& into);

/// Reads a text of net::endpoint.
/// @param expected what a message says was expected
[[nodiscard]] std::optional<net::endpoint>
read_endpoint(const json::json_value& value, std::string_view expected);

/// Reads such a text, or an empty one for none, which is no fault.
void read_endpoint_or_none(const json::json_value& value,
                           std::optional<net::endpoint>& into);

/// Reads a text of net::ip_prefix.
[[nodiscard]] std::optional<net::ip_prefix>
read_prefix(const json::json_value& value);

/// Reads the name of a file or a pattern of such names: no control characters.
[[nodiscard]] std::optional<std::string>
read_path(const json::json_value& value);

} // namespace spfblock::config
