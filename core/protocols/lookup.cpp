#include "core/protocols/lookup.hpp"

#include "core/dns/unicode_name.hpp"

namespace spfblock::protocols {

using query_time::verdict;

std::optional<hit> lookup::find_blocked(const net::ip_address& address) const {
  const auto found = why_blocked(address);
  if (found && on_hit_)
    on_hit_(*found);
  return found;
}

std::optional<hit> lookup::why_blocked(const net::ip_address& address) const {
  const auto found = table_.find(address);
  if (!found || !table_.blocks(*found->by)) {
    ++counted_[count::not_found];
    return std::nullopt;
  }
  ++counted_[count::found];
  return hit{address, *found};
}

/// What the name of a client that is not listed decides.
std::optional<hit> lookup::found_by_name(const net::ip_address& address,
                                         const dns::name& name,
                                         std::string_view sender) const {
  if (const auto found = table_.find_by_name(name, address))
    return found_hit(address, *found, sender);
  ++counted_[count::not_found];
  return std::nullopt;
}

lookup::mail_outcome
lookup::find_for_mail(std::string_view key,
                      const query_time::mail_facts& mail) const {
  const auto address = net::ip_address::try_parse(key);
  if (const auto found = address ? table_.find(*address) : std::nullopt)
    return {found_hit(*address, *found, mail.sender)};
  if (!address || !table_.has_residues()) {
    ++counted_[count::not_found];
    return {};
  }
  if (const auto name = dns::name_from_unicode(mail.client_name);
      name && table_.find_by_name(*name, *address))
    return {found_by_name(*address, *name, mail.sender)};
  const auto claimed = mail_ == nullptr
                           ? std::nullopt
                           : query_time::claim_of(table_, *address, mail);
  const auto said = claimed ? mail_->say(claimed->what) : verdict::does_not;
  if (said == verdict::sought && has_patience_ && mail_->lets_wait())
    return {std::nullopt, false, claimed->what};
  if (said == verdict::passes)
    return {found_hit(
        *address,
        {claimed->by,
         net::ip_prefix::containing(*address, net::width(address->family()))},
        mail.sender)};
  ++counted_[count::not_found];
  return {std::nullopt, said != verdict::does_not && mail_->defers()};
}

} // namespace spfblock::protocols
