// What an exported table says about who holds what.
#pragma once

#include "core/support/result.hpp"
#include "core/table/holding.hpp"

#include <string>
#include <vector>

namespace spfblock::exports {

/// Reads what json() of writers.hpp wrote; members it does not know are passed
/// over.
/// @return as table::holdings_of() the table that was exported;
///         errc::malformed for anything else
result<std::vector<table::holding>> holdings_from_json(const std::string& text);

} // namespace spfblock::exports
