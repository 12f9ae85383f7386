// The words for results of SPF, DKIM and DMARC.
#pragma once

#include "core/maillog/event.hpp"

#include <optional>
#include <string_view>

namespace spfblock::maillog {

/// RFC 7208 §2.6 and RFC 8601 §2.7, in any case; nothing for another word.
[[nodiscard]] std::optional<verdict>
verdict_called(std::string_view word) noexcept;

} // namespace spfblock::maillog
