#include "core/maillog/complaint.hpp"
#include "core/maillog/forms.hpp"
#include "core/maillog/scan.hpp"

namespace spfblock::maillog {

std::optional<event> read_postscreen(std::string_view text) noexcept {
  if (!take(text, "NOQUEUE: reject: "))
    return std::nullopt;
  return read_postscreen_complaint(text);
}

} // namespace spfblock::maillog
