#include "core/table/explanation.hpp"

#include "core/support/text.hpp"

#include <algorithm>
#include <iterator>

namespace spfblock::table {
namespace {

/// The network of `set` around the address.
std::string network_around(const net::address_set& set,
                           const net::ip_address& address) {
  for (const net::ip_prefix& network : set.to_prefixes()) {
    if (network.contains(address))
      return network.to_string();
  }
  return {};
}

std::string chain_to(const domain_book::page& page,
                     const net::ip_address& address) {
  for (const auto& each : page.authorised) {
    if (each.addresses.contains(address))
      return each.chain;
  }
  return {};
}

} // namespace

explanation explain(const net::ip_address& address, const snapshot& published,
                    const domain_book& book) {
  explanation told{address.to_string(), {}};
  for (const auto& entry : book.by_hand()) {
    if (entry.network.contains(address))
      told.reasons.push_back({entry.network.to_string(),
                              entry.network.to_string(), entry.action.text(),
                              "by hand"});
  }
  for (const auto& page : book.pages()) {
    if (page.listed.contains(address))
      told.reasons.push_back(
          {page.entry.name.to_string(), network_around(page.listed, address),
           page.entry.action.text(), chain_to(page, address)});
  }

  const auto answering = published.find(address);
  if (!answering) {
    told.reasons.clear();
    return told;
  }
  const auto first = std::find_if(
      told.reasons.begin(), told.reasons.end(), [&](const auto& reason) {
        return reason.listing == answering->by->name;
      });
  if (first == told.reasons.end())
    told.reasons.insert(told.reasons.begin(),
                        {answering->by->name, answering->network.to_string(),
                         answering->by->action.text(),
                         "unknown: being refreshed"});
  else
    std::rotate(told.reasons.begin(), first, std::next(first));
  return told;
}

std::string to_text(const explanation& of) {
  const std::string address = printable(of.address);
  if (of.reasons.empty())
    return address + " is not listed\n";
  std::string text;
  for (const listing_reason& reason : of.reasons) {
    text += text.empty() ? address + " is listed by " : "also listed by ";
    text += printable(reason.listing) + '\n';
    text += "  network  " + printable(reason.network) + '\n';
    text += "  chain    " + printable(reason.chain, reason.chain.size()) + '\n';
    text += "  action   " + printable(reason.action) + '\n';
  }
  return text;
}

} // namespace spfblock::table
