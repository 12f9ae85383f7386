#include "core/domains/finding.hpp"

#include <tsl/hopscotch_map.h>

#include <algorithm>
#include <optional>

namespace spfblock::domains {
namespace {

std::string chain_to_record(const spf::expansion& result, std::size_t record) {
  const auto via = result.records[record].via;
  return via ? spf::chain(result, *via) : result.domain.to_string();
}

/// The moments since which a former finding had its terms.
class first_sightings {
public:
  explicit first_sightings(const finding& former) {
    for (std::size_t i = 0; i < former.records.size(); ++i)
      records_.emplace(former.records[i], i);
    for (const authorisation& each : former.authorised)
      since_.emplace(key(each.record, each.term), each.since);
  }

  [[nodiscard]] std::chrono::sys_seconds
  of(const std::string& record, const std::string& term,
     std::chrono::sys_seconds otherwise) const {
    const auto known = records_.find(record);
    if (known == records_.end())
      return otherwise;
    const auto found = since_.find(key(known->second, term));
    return found == since_.end() ? otherwise : found->second;
  }

private:
  /// The record by its number: its chain may be long, and terms are many.
  static std::string key(std::size_t record, const std::string& term) {
    return std::to_string(record) + ' ' + term;
  }

  tsl::hopscotch_map<std::string, std::size_t> records_;
  tsl::hopscotch_map<std::string, std::chrono::sys_seconds> since_;
};

} // namespace

finding finding_of(const spf::expansion& result, const finding& former,
                   std::chrono::sys_seconds now) {
  const first_sightings sightings{former};
  finding found;
  std::vector<std::optional<std::size_t>> kept(result.records.size());
  for (const spf::grant& each : result.grants) {
    const spf::term_visit& term = result.terms[each.term];
    auto& record = kept[term.record];
    if (!record) {
      record = found.records.size();
      found.records.push_back(chain_to_record(result, term.record));
    }
    found.authorised.push_back(
        {*record, term.text, each.addresses.canonical(),
         sightings.of(found.records[*record], term.text, now)});
  }
  found.pass = result.pass.canonical();
  found.named = result.named;
  return found;
}

std::vector<net::ip_prefix> networks_of(const finding& of) {
  if (!of.named.empty())
    return of.named;
  std::vector<net::ip_prefix> all;
  for (const authorisation& each : of.authorised) {
    const auto networks = each.addresses.to_prefixes();
    all.insert(all.end(), networks.begin(), networks.end());
  }
  return all;
}

finding restricted(finding of, const net::address_set& these) {
  for (authorisation& each : of.authorised) {
    std::vector<net::ip_prefix> kept;
    for (const net::ip_prefix& network : each.addresses.to_prefixes()) {
      const auto rest = these.within(network).to_prefixes();
      kept.insert(kept.end(), rest.begin(), rest.end());
    }
    each.addresses = net::address_set::of(kept);
  }
  std::erase_if(of.authorised, [](const authorisation& each) {
    return each.addresses.empty();
  });
  std::erase_if(of.named, [&](const net::ip_prefix& each) {
    return these.within(each).empty();
  });
  of.pass = (of.pass & these).canonical();
  return of;
}

std::vector<refused_term> refused_terms_of(const spf::expansion& result) {
  std::vector<refused_term> refused;
  for (const spf::grant& each : result.too_wide) {
    if (!each.addresses.empty())
      refused.push_back({spf::chain(result, each.term), each.addresses});
  }
  return refused;
}

std::string trouble_in(const spf::expansion& result) {
  constexpr std::size_t most = 8;
  std::string text;
  std::size_t count = 0;
  const auto add = [&](const std::string& where, const std::string& what) {
    if (++count > most)
      return;
    text += (text.empty() ? "" : "; ") + where + ": " + what;
  };
  for (const spf::record_visit& record : result.records) {
    if (!record.error.empty())
      add(record.domain.to_string(), record.error);
  }
  for (const spf::term_visit& term : result.terms) {
    for (const std::string& remark : term.remarks)
      add(term.text, remark);
  }
  if (count > most)
    text += "; and " + std::to_string(count - most) + " more";
  return text;
}

} // namespace spfblock::domains
