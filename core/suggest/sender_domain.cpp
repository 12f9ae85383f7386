#include "core/suggest/sender_domain.hpp"

#include "core/config/domain_name.hpp"

namespace spfblock::suggest {

std::optional<dns::name> domain_of_sender(std::string_view mail_from) {
  const auto at = mail_from.rfind('@');
  if (at == std::string_view::npos)
    return std::nullopt;
  auto domain = config::parse_domain(mail_from.substr(at + 1));
  return domain ? std::optional{*std::move(domain)} : std::nullopt;
}

} // namespace spfblock::suggest
