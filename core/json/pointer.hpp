// JSON pointers (RFC 6901 §3).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace spfblock::json {

/// The pointer of a member or an element.
[[nodiscard]] std::string child_pointer(std::string_view parent,
                                        std::string_view key);
[[nodiscard]] std::string child_pointer(std::string_view parent,
                                        std::size_t index);

} // namespace spfblock::json
