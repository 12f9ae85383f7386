// Several counts as one text.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace spfblock {

/// "41 rejected, 3 spam": how many there are of what, without what there is
/// none of; empty if there is nothing.
[[nodiscard]] std::string counts_text(
    std::initializer_list<std::pair<std::uint64_t, std::string_view>> counts);

} // namespace spfblock
