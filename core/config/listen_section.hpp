// `listen` of a configuration: where clients ask, and in which protocol.
#pragma once

#include "core/config/settings.hpp"
#include "core/json/json_value.hpp"

#include <vector>

namespace spfblock::config {

/// Reads an array of "ADDRESS:PORT", where tcp_table(5) is spoken, and of
/// objects that name the door: {"door": DOOR, "at": "ADDRESS:PORT"}.
///
/// No place stands there twice, whatever the doors, and the array is not empty;
/// what is wrong is a fault at its place.
/// @param into what is read, in order; nothing where all of it was wrong
void read_listen(const json::json_value& value, std::vector<listener>& into);

} // namespace spfblock::config
