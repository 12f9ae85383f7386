// What settings must not say together, and what they had better not.
#pragma once

#include "core/config/draft.hpp"
#include "core/json/json_value.hpp"

namespace spfblock::config {

/// Adds to the problems of `document` where settings that are right each for
/// itself are not so together.
///
/// Faults: an `admin` port that is not on loopback, or one of `listen` too.
/// Warnings: `listen` beyond loopback; a domain that is listed and allowed;
/// limits off by which `+all` lists everybody, reserved space too.
/// @param read all of the document, whatever is wrong with it
void check_consistency(const json::json_value& document, const draft& read);

} // namespace spfblock::config
