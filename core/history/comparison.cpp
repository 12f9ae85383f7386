#include "core/history/comparison.hpp"

#include "core/domains/objection.hpp"
#include "core/support/calendar.hpp"

#include <boost/crc.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace spfblock::history {
namespace {

using domains::domain_book;
using domains::known_domain;
using domains::role;

// What is compared -----------------------------------------------------------

/// What a domain lists, or allows, in the table.
const net::address_set& published_of(const known_domain& of) {
  static const net::address_set nothing;
  return of.waits ? nothing : *of.effective;
}

class digester {
public:
  digester& add(std::string_view text) {
    crc_.process_bytes(text.data(), text.size());
    crc_.process_byte(0);
    return *this;
  }
  [[nodiscard]] std::string text() const {
    return fmt::format("{:08x}", crc_.checksum());
  }

private:
  boost::crc_32_type crc_;
};

/// Empty for the empty set.
std::string digest_of(const net::address_set& listed) {
  if (listed.empty())
    return {};
  digester made;
  for (const net::ip_prefix& each : listed.to_prefixes())
    made.add(each.to_string());
  return made.text();
}

/// An entry of the configuration.
struct configured {
  std::string action;
  std::string comment;
  std::string until;

  [[nodiscard]] std::string digest() const {
    return digester{}.add(action).add(comment).add(until).text();
  }
  friend bool operator==(const configured&, const configured&) = default;
};

using configured_entries = std::map<recollection::key, configured>;

std::string text_of(const std::optional<std::chrono::sys_days>& until) {
  return until ? day_text(*until) : std::string{};
}

configured_entries entries_of(const domain_book& book) {
  configured_entries all;
  for (const config::network_entry& each : book.by_hand())
    all[{role::listed, each.network.to_string()}] = {
        each.action.text(), each.comment, text_of(each.until)};
  for (const config::allowed_network& each : book.allowed_networks())
    all[{role::allowed, each.network.to_string()}] = {"", each.comment,
                                                      text_of(each.until)};
  for (const known_domain& each : book.domains())
    all[{each.role, each.domain.name.to_string()}] = {
        each.action ? each.action->text() : "", each.domain.comment,
        text_of(each.domain.until)};
  return all;
}

/// By what their entries are known.
std::map<recollection::key, const known_domain*>
domains_of(const domain_book& book) {
  std::map<recollection::key, const known_domain*> all;
  for (const known_domain& each : book.domains())
    all[{each.role, each.domain.name.to_string()}] = &each;
  return all;
}

// Networks and who granted them ----------------------------------------------

/// Finds the term that authorises an address.
class terms_by_network {
public:
  explicit terms_by_network(const domains::finding& of) : of_{of} {
    for (std::size_t i = 0; i < of.authorised.size(); ++i) {
      for (const net::ip_prefix& each :
           of.authorised[i].addresses.to_prefixes())
        all_.emplace_back(each, i);
    }
    std::sort(all_.begin(), all_.end());
  }

  /// Empty if none does: a provider's networks are shipped.
  [[nodiscard]] std::string chain_to(const net::ip_address& address) const {
    const auto behind = std::upper_bound(
        all_.begin(), all_.end(), address,
        [](const net::ip_address& a, const auto& b) {
          return net::ip_prefix::containing(a, width(a.family())) < b.first;
        });
    if (behind == all_.begin() || !std::prev(behind)->first.contains(address))
      return {};
    const auto& term = of_.authorised[std::prev(behind)->second];
    return of_.records[term.record] + " -> " + term.term;
  }

private:
  const domains::finding& of_;
  std::vector<std::pair<net::ip_prefix, std::size_t>> all_;
};

/// A chain as an entry has it: both ends of a long one.
std::string short_form(std::string chain) {
  constexpr std::size_t longest = 400;
  if (chain.size() <= longest)
    return chain;
  return chain.substr(0, longest / 2) + " ... " +
         chain.substr(chain.size() - longest / 2);
}

portion without_chains(const net::address_set& set) {
  portion made;
  auto networks = set.to_prefixes();
  made.count = networks.size();
  networks.resize(std::min(networks.size(), portion::most_networks));
  if (!networks.empty())
    made.named.push_back({{}, std::move(networks)});
  return made;
}

/// @param by authorised them
portion portion_of(const net::address_set& set, const domains::finding& by) {
  portion made = without_chains(set);
  if (made.count == 0)
    return made;
  const terms_by_network terms{by};
  std::map<std::string, std::vector<net::ip_prefix>> by_chain;
  for (const net::ip_prefix& each : made.named.front().networks)
    by_chain[short_form(terms.chain_to(each.first()))].push_back(each);
  made.named.clear();
  for (auto& [chain, networks] : by_chain)
    made.named.push_back({chain, std::move(networks)});
  return made;
}

// Why ------------------------------------------------------------------------

/// @param added to what was listed
cause cause_of(const known_domain& before, const known_domain& after,
               const net::address_set& added, configuration meanwhile) {
  if (!before.good_at || before.waits != after.waits)
    return after.good_at ? cause::first_look : cause::undecided;
  if (before.good.pass != after.good.pass) {
    if (after.gone && after.good.pass->empty())
      return cause::record_gone;
    if (after.failures > 0 && added.empty())
      return cause::undecided;
    return before.held && !(before.held->addresses & added).empty()
               ? cause::waited
               : cause::record;
  }
  if (meanwhile == configuration::other)
    return cause::configuration;
  if (before.kept_off != after.kept_off)
    return cause::allow;
  if (before.overlap != after.overlap)
    return cause::seen;
  return after.failures > 0 && added.empty() ? cause::undecided : cause::limits;
}

// Domain by domain -----------------------------------------------------------

struct refused_part {
  std::string why;
  net::address_set addresses;
};

std::vector<refused_part> refused_of(const known_domain& of) {
  std::vector<refused_part> all;
  for (const domains::objection& each : domains::objections_to(of))
    all.push_back({each.text, each.addresses});
  for (const domains::refused_term& each : *of.refused_terms)
    all.push_back({"too wide: " + each.chain, each.addresses});
  return all;
}

entry about(const known_domain& of, happening what, cause why,
            std::chrono::sys_seconds at) {
  return {.at = at,
          .what = what,
          .why = why,
          .role = of.role,
          .listing = of.domain.name.to_string(),
          .networks = published_of(of).prefix_count()};
}

void tell_refused(std::vector<entry>& to, const known_domain* before,
                  const known_domain& after, std::chrono::sys_seconds at) {
  std::set<std::string> told;
  if (before != nullptr) {
    for (const refused_part& each : refused_of(*before))
      told.insert(each.why);
  }
  for (const refused_part& each : refused_of(after)) {
    if (!told.insert(each.why).second)
      continue;
    entry made = about(after, happening::refused, cause::limits, at);
    made.refused = without_chains(each.addresses);
    made.detail = each.why;
    to.push_back(std::move(made));
  }
}

void tell_changed(std::vector<entry>& to, const known_domain& before,
                  const known_domain& after, configuration meanwhile,
                  std::chrono::sys_seconds at) {
  const net::address_set& former = published_of(before);
  const net::address_set& now = published_of(after);
  if (former != now) {
    const net::address_set added = now - former;
    entry made = about(after, happening::changed,
                       cause_of(before, after, added, meanwhile), at);
    made.digest = digest_of(now);
    made.added = portion_of(added, after.good);
    made.removed = portion_of(former - now, before.good);
    to.push_back(std::move(made));
  }
  tell_refused(to, &before, after, at);
}

/// All that it lists, of which the history knows nothing.
void tell_listed(std::vector<entry>& to, const known_domain& of, cause why,
                 std::chrono::sys_seconds at) {
  const net::address_set& now = published_of(of);
  entry made = about(of, happening::listed, why, at);
  made.digest = digest_of(now);
  made.added = portion_of(now, of.good);
  to.push_back(std::move(made));
}

entry about(const recollection::key& listing, const configured& of,
            happening what, cause why, std::chrono::sys_seconds at) {
  return {.at = at,
          .what = what,
          .why = why,
          .role = listing.first,
          .listing = listing.second,
          .digest = of.digest(),
          .action = of.action,
          .comment = of.comment,
          .until = of.until};
}

/// Where the action is another one, both.
std::string action_text(const configured& before, const configured& now) {
  return before.action == now.action ? now.action
                                     : before.action + " -> " + now.action;
}

void tell_entries(std::vector<entry>& to, const domain_book& before,
                  const domain_book& after, configuration meanwhile,
                  std::chrono::sys_seconds at) {
  const auto former = entries_of(before);
  const auto now = entries_of(after);
  const auto former_domains = domains_of(before);
  for (const auto& [listing, of] : former) {
    if (now.contains(listing))
      continue;
    to.push_back(about(listing, of, happening::entry_gone,
                       meanwhile == configuration::other ? cause::configuration
                                                         : cause::end_of_entry,
                       at));
    if (const auto domain = former_domains.find(listing);
        domain != former_domains.end())
      to.back().removed =
          portion_of(published_of(*domain->second), domain->second->good);
  }
  for (const auto& [listing, of] : now) {
    const auto was = former.find(listing);
    if (was == former.end()) {
      to.push_back(
          about(listing, of, happening::entry_new, cause::configuration, at));
    } else if (was->second != of) {
      to.push_back(about(listing, of, happening::entry_changed,
                         cause::configuration, at));
      to.back().action = action_text(was->second, of);
    }
  }
}

/// Of a listing that the history does not know so.
cause cause_at_start(const known_domain& of, const std::string& known) {
  if (!of.tried)
    return cause::start;
  return known.empty() ? cause::first_look : cause::record;
}

bool are_same_entries(const domain_book& a, const domain_book& b) {
  return a.domains().size() == b.domains().size() &&
         a.by_hand().size() == b.by_hand().size() &&
         a.allowed_networks().size() == b.allowed_networks().size();
}

} // namespace

std::vector<entry> changes_between(const domain_book& before,
                                   const domain_book& after,
                                   configuration meanwhile,
                                   std::chrono::sys_seconds at) {
  std::vector<entry> all;
  if (meanwhile == configuration::same && are_same_entries(before, after)) {
    // The same domains in the same order: those that are shared are the same.
    auto was = before.domains().begin();
    for (const known_domain& each : after.domains()) {
      if (const known_domain& former = *was++; &former != &each)
        tell_changed(all, former, each, meanwhile, at);
    }
    return all;
  }
  if (meanwhile == configuration::other)
    all.push_back({.at = at, .what = happening::reload});
  tell_entries(all, before, after, meanwhile, at);
  const auto former = domains_of(before);
  for (const known_domain& each : after.domains()) {
    const auto was = former.find({each.role, each.domain.name.to_string()});
    if (was != former.end())
      tell_changed(all, *was->second, each, meanwhile, at);
    else if (!published_of(each).empty())
      tell_listed(all, each, cause::first_look, at);
  }
  return all;
}

std::vector<entry> unknown_to(const recollection& of, const domain_book& now,
                              std::chrono::sys_seconds at) {
  std::vector<entry> all;
  const auto entries = entries_of(now);
  for (const auto& [listing, known] : of.known()) {
    if (!entries.contains(listing))
      all.push_back({.at = at,
                     .what = happening::entry_gone,
                     .why = cause::start,
                     .role = listing.first,
                     .listing = listing.second});
  }
  const auto knowledge = [&of](const recollection::key& listing) {
    const auto found = of.known().find(listing);
    return found == of.known().end() ? recollection::knowledge{}
                                     : found->second;
  };
  for (const auto& [listing, each] : entries) {
    const std::string known = knowledge(listing).configured;
    if (known != each.digest())
      all.push_back(
          about(listing, each,
                known.empty() ? happening::entry_new : happening::entry_changed,
                cause::start, at));
  }
  for (const known_domain& each : now.domains()) {
    const std::string name = each.domain.name.to_string();
    const std::string known = knowledge({each.role, name}).listed;
    if (known != digest_of(published_of(each)))
      tell_listed(all, each, cause_at_start(each, known), at);
  }
  return all;
}

} // namespace spfblock::history
