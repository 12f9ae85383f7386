#include "core/reports/status.hpp"
#include "server/admin/metrics.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>

namespace spfblock::server {
namespace {

using domains::role;
using reports::domain_condition;
using reports::domain_status;

/// One value for each domain that `value` gives one of.
template <class Value>
std::vector<exposition::sample> by_domain(const domains_with_series& of,
                                          Value value) {
  std::vector<exposition::sample> samples;
  samples.reserve(of.size());
  for (const domain_status* each : of) {
    const std::optional<double> number = value(*each);
    if (number)
      samples.push_back(
          {{{"domain", each->name}, {"role", std::string{text_of(each->role)}}},
           *number});
  }
  return samples;
}

void tell_conditions(exposition& to, const reports::status_report& of) {
  std::map<std::pair<role, domain_condition>, unsigned> counts;
  for (const role as : {role::listed, role::allowed})
    for (const domain_condition each : reports::domain_conditions)
      counts[{as, each}] = 0;
  for (const domain_status& each : of.domains)
    ++counts[{each.role, each.condition}];
  std::vector<exposition::sample> samples;
  samples.reserve(counts.size());
  for (const auto& [what, count] : counts)
    samples.push_back(
        {{{"role", std::string{text_of(what.first)}},
          {"condition", std::string{reports::text_of(what.second)}}},
         static_cast<double>(count)});
  to.gauge("spfblock_domains", "Configured domains by their condition",
           std::move(samples));
}

/// The lower, the sooner it has series: by the condition of what is in trouble,
/// then by hits.
std::pair<unsigned, std::uint64_t> rank(const domain_status& of) {
  constexpr auto calm =
      static_cast<unsigned>(reports::domain_conditions.size());
  const unsigned pressing =
      reports::is_in_trouble(of) ? static_cast<unsigned>(of.condition) : calm;
  return {pressing,
          std::numeric_limits<std::uint64_t>::max() - of.hits.value_or(0)};
}

const domain_status& status_of(const domain_status& each) {
  return each;
}
const domain_status& status_of(const domain_status* each) {
  return *each;
}

template <class Domains>
auto count_in_trouble(const Domains& of) {
  return std::count_if(of.begin(), of.end(), [](const auto& each) {
    return reports::is_in_trouble(status_of(each));
  });
}

} // namespace

domains_with_series choose_series(const reports::status_report& of,
                                  std::size_t most) {
  domains_with_series all;
  all.reserve(of.domains.size());
  for (const domain_status& each : of.domains)
    all.push_back(&each);
  if (all.size() <= most)
    return all;
  std::stable_sort(all.begin(), all.end(), [](const auto* a, const auto* b) {
    return rank(*a) < rank(*b);
  });
  all.resize(most);
  std::sort(all.begin(), all.end()); // they are of one vector
  return all;
}

namespace {

/// How many there are, and are left out.
void tell_domain_totals(exposition& to, const reports::status_report& of,
                        const domains_with_series& with_series) {
  tell_conditions(to, of);
  to.gauge("spfblock_domains_without_series",
           "Configured domains that are left out of the metrics by domain "
           "(metrics.domains)",
           static_cast<double>(of.domains.size() - with_series.size()));
  to.gauge("spfblock_domains_in_trouble_without_series",
           "Those of them that are in trouble: no metric by domain tells of it",
           static_cast<double>(count_in_trouble(of.domains) -
                               count_in_trouble(with_series)));
  to.gauge("spfblock_providers", "Providers of allow.providers",
           static_cast<double>(of.providers));
  to.gauge("spfblock_providers_known",
           "Providers whose record has given networks that are not too old",
           static_cast<double>(of.providers_known));
  to.gauge("spfblock_looks_put_aside",
           "Looks at domains, providers too, that wait for room for their "
           "answers",
           static_cast<double>(of.put_aside));
}

/// What is told of each domain that has series.
class series {
public:
  series(exposition& to, const domains_with_series& of) : to_{to}, of_{of} {}

  /// @param value of a domain; a number, or nothing
  template <class Value>
  void gauge(const char* name, const char* help, Value value) const {
    to_.gauge(name, help, by_domain(of_, [&value](const domain_status& each) {
                return as_number(value(each));
              }));
  }

private:
  template <class Number>
  static std::optional<double> as_number(const Number& of) {
    return static_cast<double>(of);
  }
  static std::optional<double>
  as_number(const std::optional<std::chrono::seconds>& of) {
    if (!of)
      return std::nullopt;
    return static_cast<double>(of->count());
  }

  exposition& to_;
  const domains_with_series& of_;
};

void tell_age(const series& to) {
  to.gauge("spfblock_domain_age_seconds",
           "Time since the networks of the domain were last found good; no "
           "value while none are known",
           [](const auto& each) { return each.age; });
  to.gauge("spfblock_domain_stale",
           "Whether the networks may not be what the record says now: the "
           "domain is failing, unknown or overdue",
           [](const auto& each) { return reports::is_stale(each.condition); });
}

void tell_networks(const series& to) {
  to.gauge("spfblock_domain_networks", "Networks listed, or allowed",
           [](const auto& each) { return each.networks; });
  to.gauge("spfblock_domain_ipv4_addresses", "IPv4 addresses in these networks",
           [](const auto& each) { return each.ipv4_addresses; });
  to.gauge("spfblock_domain_ipv6_slash64s",
           "IPv6 networks of 64 bits that these networks touch",
           [](const auto& each) { return each.ipv6_slash64s; });
  to.gauge("spfblock_domain_kept_off_networks",
           "Networks of the domain that allow keeps off the list",
           [](const auto& each) { return each.kept_off; });
  to.gauge("spfblock_domain_overlap_networks",
           "Networks of the domain with hosts that delivered wanted mail "
           "(allow.seen)",
           [](const auto& each) { return each.overlap; });
}

void tell_looks(const series& to) {
  to.gauge("spfblock_domain_failures",
           "Looks in a row that left somebody undecided because the DNS failed",
           [](const auto& each) { return each.failures; });
  to.gauge("spfblock_domain_put_aside",
           "Whether the look under way was put aside, for its answers had no "
           "room",
           [](const auto& each) { return each.put_aside.has_value(); });
  to.gauge("spfblock_domain_refusals",
           "Limits that keep something off at present",
           [](const auto& each) { return each.refusals.size(); });
  to.gauge("spfblock_domain_held",
           "Whether what is new in a grown listing waits for a later look",
           [](const auto& each) {
             return each.condition == domain_condition::held;
           });
  to.gauge("spfblock_domain_unprotected",
           "Whether an allowed domain protects nothing, or only a part",
           [](const auto& each) { return !reports::gap_in(each).empty(); });
  to.gauge("spfblock_domain_next_look_seconds",
           "Time until the next expansion; 0 if it is due or under way",
           [](const auto& each) { return each.next_look.count(); });
}

} // namespace

void tell_domains(exposition& to, const reports::status_report& of,
                  const domains_with_series& with_series) {
  tell_domain_totals(to, of, with_series);
  const series each{to, with_series};
  tell_age(each);
  tell_networks(each);
  tell_looks(each);
}

} // namespace spfblock::server
