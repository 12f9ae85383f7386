// A table for the tests of what clients ask in.
#pragma once

#include "core/table/snapshot.hpp"

namespace spfblock::testing {

/// a.example: 192.0.2.0/24 and 2001:db8::/32, REJECT with its name;
/// b.example: 203.0.113.0/24 and 192.0.2.128/25, WARN with a per cent sign and
/// all placeholders; exempt is postmaster.
[[nodiscard]] const table::snapshot& listed_table();

} // namespace spfblock::testing
