#include "core/domains/finding.hpp"

#include <tsl/hopscotch_map.h>

#include <algorithm>
#include <optional>
#include <utility>

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

/// The records of a finding, each once.
class record_list {
public:
  /// @param records outlives this
  explicit record_list(std::vector<std::string>& records) : records_{records} {
    for (std::size_t i = 0; i < records.size(); ++i)
      places_.emplace(records[i], i);
  }

  /// Adds it if it is not there.
  std::size_t place_of(const std::string& record) {
    const auto [at, is_new] = places_.emplace(record, records_.size());
    if (is_new)
      records_.push_back(record);
    return at->second;
  }

private:
  std::vector<std::string>& records_;
  tsl::hopscotch_map<std::string, std::size_t> places_;
};

/// One term for all that has been kept for the same time.
finding by_age(finding of) {
  auto& all = of.authorised;
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.kept_for < b.kept_for;
  });
  std::vector<authorisation> ages;
  std::vector<net::ip_prefix> networks;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto more = all[i].addresses.to_prefixes();
    networks.insert(networks.end(), more.begin(), more.end());
    if (i + 1 < all.size() && all[i + 1].kept_for == all[i].kept_for)
      continue;
    all[i].addresses = net::address_set::of(std::exchange(networks, {}));
    all[i].term += " and others";
    ages.push_back(std::move(all[i]));
  }
  all = std::move(ages);
  return of;
}

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
  found.pass = shared_with(result.pass.canonical(), former.pass);
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

finding kept_of(finding former, const net::address_set& undecided,
                moment::duration later) {
  const net::address_set rest = former.pass & undecided;
  if (rest != former.pass)
    former = restricted(std::move(former), rest);
  for (authorisation& each : former.authorised)
    each.kept_for += later;
  return former;
}

finding united(finding decided, finding kept, std::uint64_t most_terms) {
  if (kept.authorised.empty())
    return decided;
  if (kept.authorised.size() > most_terms)
    kept = by_age(std::move(kept));
  decided.named = networks_of(decided);
  const auto named = networks_of(kept);
  decided.named.insert(decided.named.end(), named.begin(), named.end());
  std::sort(decided.named.begin(), decided.named.end());
  decided.named.erase(std::unique(decided.named.begin(), decided.named.end()),
                      decided.named.end());
  decided.pass = (decided.pass | kept.pass).canonical();

  record_list records{decided.records};
  for (authorisation& each : kept.authorised) {
    each.record = records.place_of(kept.records[each.record]);
    decided.authorised.push_back(std::move(each));
  }
  return decided;
}

finding younger_than(finding of, moment::duration longest) {
  net::address_set old;
  for (const authorisation& each : of.authorised) {
    if (each.kept_for >= longest)
      old |= each.addresses;
  }
  if (old.empty())
    return of;
  const net::address_set rest = of.pass - old;
  return restricted(std::move(of), rest);
}

bool differ(const finding& a, const finding& b) {
  const auto is_same = [](const authorisation& x, const authorisation& y) {
    return x.record == y.record && x.term == y.term && x.since == y.since &&
           x.addresses == y.addresses &&
           (x.kept_for.count() == 0) == (y.kept_for.count() == 0);
  };
  return a.records != b.records || a.named != b.named ||
         !std::equal(a.authorised.begin(), a.authorised.end(),
                     b.authorised.begin(), b.authorised.end(), is_same);
}

net::address_set kept_in(const finding& of) {
  std::vector<net::ip_prefix> all;
  for (const authorisation& each : of.authorised) {
    if (each.kept_for.count() == 0)
      continue;
    const auto networks = each.addresses.to_prefixes();
    all.insert(all.end(), networks.begin(), networks.end());
  }
  return net::address_set::of(all);
}

moment::duration longest_kept(const finding& of) {
  moment::duration longest{0};
  for (const authorisation& each : of.authorised)
    longest = std::max(longest, each.kept_for);
  return longest;
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
  const auto add_text = [&](const std::string& what) {
    if (++count <= most)
      text += (text.empty() ? "" : "; ") + what;
  };
  const auto add = [&](const std::string& where, const std::string& what) {
    add_text(where + ": " + what);
  };
  for (const spf::open_question& each : result.open_questions)
    add_text(text_of(each));
  const auto is_told = [&](const std::string& what) {
    return !result.open_questions.empty() && what.starts_with("temperror: ");
  };
  for (const spf::record_visit& record : result.records) {
    if (!record.error.empty() && !is_told(record.error))
      add(record.domain.to_string(), record.error);
  }
  for (const spf::term_visit& term : result.terms) {
    for (const std::string& remark : term.remarks) {
      if (!is_told(remark))
        add(term.text, remark);
    }
  }
  if (count > most)
    text += "; and " + std::to_string(count - most) + " more";
  return text;
}

} // namespace spfblock::domains
