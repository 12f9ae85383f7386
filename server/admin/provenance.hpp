// What an exported table says of its origin.
#pragma once

#include "core/exports/heading.hpp"
#include "core/support/timestamp.hpp"

namespace spfblock::server {

/// This program on this host, now.
[[nodiscard]] exports::provenance provenance_at(timestamp now);

} // namespace spfblock::server
