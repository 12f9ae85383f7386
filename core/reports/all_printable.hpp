// Text of others in what people read.
#pragma once

#include "core/support/text.hpp"

#include <string>
#include <string_view>

namespace spfblock::reports {

/// printable(), all of `text` however long it is.
[[nodiscard]] inline std::string all_printable(std::string_view text) {
  return printable(text, text.size());
}

} // namespace spfblock::reports
