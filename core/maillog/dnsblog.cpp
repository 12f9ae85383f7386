#include "core/maillog/forms.hpp"
#include "core/maillog/scan.hpp"

namespace spfblock::maillog {

std::optional<event> read_dnsblog(std::string_view text) noexcept {
  if (!take(text, "addr "))
    return std::nullopt;
  const auto address = net::ip_address::try_parse(take_word(text));
  if (!address || !take(text, "listed by domain "))
    return std::nullopt;
  event made;
  made.kind = event_kind::listed_elsewhere;
  made.address = address;
  made.text = take_word(text);
  return take(text, "as ") ? std::optional{made} : std::nullopt;
}

} // namespace spfblock::maillog
