#include "core/reports/dnsbl_reach.hpp"

#include "core/support/text.hpp"

#include <fmt/format.h>

namespace spfblock::reports {
namespace {

using dns::answer_status;

constexpr auto code = net::ip_address::ipv4(0x7f000002); ///< 127.0.0.2

dns::name below(const dns::name& zone, const char* labels) {
  const auto made = dns::name::from_text(labels + zone.to_string());
  return made ? *made : zone;
}

std::string addresses_of(const dns::answer& of) {
  std::string text;
  for (const net::ip_address& each : of.addresses)
    text += (text.empty() ? "" : ", ") + each.to_string();
  return text;
}

/// Why the resolver does not say that 127.0.0.2 is listed.
std::string trouble_of_listed(const std::string& zone,
                              const dnsbl_answers& said) {
  switch (said.listed.status) {
  case answer_status::records:
    return fmt::format("the test entry has {} instead of {}: another list "
                       "answers for {}",
                       addresses_of(said.listed), code.to_string(), zone);
  case answer_status::no_data:
    if (said.reason.status == answer_status::records)
      return fmt::format("the resolver takes {} away, as an address of this "
                         "machine: let it pass for the zone (unbound: "
                         "private-domain: \"{}\"; dnsmasq: rebind-domain-ok)",
                         code.to_string(), zone);
    [[fallthrough]];
  case answer_status::nxdomain:
    return fmt::format("the resolver knows {} from elsewhere: it is to ask the "
                       "door (unbound: stub-zone; do-not-query-localhost: no; "
                       "local-zone: \"{}\" nodefault where it is below a name "
                       "that unbound keeps for itself, as test)",
                       zone, zone);
  case answer_status::failed: break;
  }
  return fmt::format("the resolver gets no answer that it believes ({}): the "
                     "door is not to be reached from it, or it asks for "
                     "signatures (unbound: domain-insecure: \"{}\"; "
                     "do-not-query-localhost: no)",
                     printable(said.listed.reason), zone);
}

} // namespace

std::array<dns::question, 3> dnsbl_questions(const dns::name& zone) {
  const dns::name listed = below(zone, "2.0.0.127.");
  return {dns::question{listed, dns::rr_type::a},
          dns::question{listed, dns::rr_type::txt},
          dns::question{below(zone, "1.0.0.127."), dns::rr_type::a}};
}

std::vector<std::string> dnsbl_troubles(const dns::name& zone,
                                        const dnsbl_answers& said) {
  const std::string name = zone.to_string();
  std::vector<std::string> troubles;
  const bool is_listed = said.listed.status == answer_status::records &&
                         said.listed.addresses == std::vector{code};
  if (!is_listed)
    troubles.push_back(trouble_of_listed(name, said));
  else if (said.reason.status != answer_status::records)
    troubles.push_back("the test entry has no TXT, so no reason is told");
  if (said.unlisted.status == answer_status::records)
    troubles.push_back(fmt::format(
        "127.0.0.1 has {}, though nobody lists it: the resolver, or another "
        "list, answers for what is not there, and everybody is rejected",
        addresses_of(said.unlisted)));
  return troubles;
}

} // namespace spfblock::reports
