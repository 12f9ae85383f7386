#include "core/domains/published.hpp"

#include "core/support/calendar.hpp"
#include "core/support/contract.hpp"

#include <map>

namespace spfblock::domains {

std::string since_text(const authorisation& of) {
  return day_text(std::chrono::floor<std::chrono::days>(of.since));
}

std::vector<table::listing> listings_of(const known_domain& of) {
  EXPECTS(of.action.has_value());
  const std::string name = of.domain.name.to_string();
  if (!of.action->tells_since())
    return {{name, of.action->bind(name), of.effective->to_prefixes()}};

  std::map<std::string, std::vector<net::ip_prefix>> by_day;
  for (const authorisation& each : of.good.authorised) {
    auto& networks = by_day[since_text(each)];
    for (const net::ip_prefix& network : each.addresses.to_prefixes())
      networks.push_back(network);
  }
  std::vector<table::listing> all;
  for (const auto& [day, networks] : by_day) {
    const auto listed = net::address_set::of(networks) & of.effective;
    if (!listed.empty())
      all.push_back({name, of.action->bind(name, day), listed.to_prefixes()});
  }
  return all;
}

table::listing listing_by_mail(const known_domain& of) {
  EXPECTS(of.action.has_value() && of.waits_for_mail != nullptr);
  const std::string name = of.domain.name.to_string();
  const std::string since =
      of.changed_at
          ? day_text(std::chrono::floor<std::chrono::days>(*of.changed_at))
          : std::string{table::action::no_day};
  return {name, of.action->bind(name, since), {}, 0, of.waits_for_mail};
}

} // namespace spfblock::domains
