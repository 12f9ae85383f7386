#include "core/reports/status.hpp"
#include "core/support/calendar.hpp"
#include "core/support/text.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <stdexcept>

namespace spfblock::reports {
namespace {

using json = nlohmann::ordered_json;
using std::chrono::seconds;
using std::chrono::sys_seconds;

json document_of(const std::optional<seconds>& span) {
  if (!span)
    return nullptr;
  return span->count();
}

json document_of(const std::optional<sys_seconds>& at) {
  if (!at)
    return nullptr;
  return at->time_since_epoch().count();
}

json document_of(const domain_status& of) {
  return {{"domain", of.name},
          {"role", text_of(of.role)},
          {"condition", text_of(of.condition)},
          {"networks", of.networks},
          {"ipv4_addresses", of.ipv4_addresses},
          {"ipv6_slash64s", of.ipv6_slash64s},
          {"age_s", document_of(of.age)},
          {"next_look_s", of.next_look.count()},
          {"changed_at", document_of(of.changed_at)},
          {"failures", of.failures},
          {"trouble", of.trouble},
          {"kept_off", of.kept_off},
          {"refusals", of.refusals},
          {"until", of.until},
          {"comment", of.comment}};
}

// Reading: anything unexpected is thrown, and caught in one place. ---------

template <class Number>
Number number_from(const json& value) {
  const auto number = value.get<std::uint64_t>();
  if (!value.is_number_unsigned() ||
      number > std::uint64_t{std::numeric_limits<Number>::max()})
    throw std::invalid_argument{"a number out of range"};
  return static_cast<Number>(number);
}

sys_seconds time_from(const json& value) {
  const auto at = time_since_1970(number_from<std::int64_t>(value));
  if (!at)
    throw std::invalid_argument{"a time out of range"};
  return *at;
}

const json& elements_of(const json& value) {
  if (!value.is_array())
    throw std::invalid_argument{"no array"};
  return value;
}

/// Bounded as times are.
seconds span_from(const json& value) {
  return time_from(value).time_since_epoch();
}

domains::role role_from(const std::string& word) {
  for (const domains::role each :
       {domains::role::listed, domains::role::allowed}) {
    if (word == text_of(each))
      return each;
  }
  throw std::invalid_argument{"an unknown role"};
}

domain_condition condition_from(const std::string& word) {
  constexpr auto last = static_cast<unsigned>(domain_condition::fresh);
  for (unsigned i = 0; i <= last; ++i) {
    if (word == text_of(static_cast<domain_condition>(i)))
      return static_cast<domain_condition>(i);
  }
  throw std::invalid_argument{"an unknown condition"};
}

domain_status status_from(const json& of) {
  domain_status read;
  read.name = of.at("domain").get<std::string>();
  read.role = role_from(of.at("role").get<std::string>());
  read.condition = condition_from(of.at("condition").get<std::string>());
  read.networks = number_from<std::size_t>(of.at("networks"));
  read.ipv4_addresses = number_from<std::uint64_t>(of.at("ipv4_addresses"));
  read.ipv6_slash64s = number_from<std::uint64_t>(of.at("ipv6_slash64s"));
  if (const json& age = of.at("age_s"); !age.is_null())
    read.age = span_from(age);
  read.next_look = span_from(of.at("next_look_s"));
  if (const json& changed_at = of.at("changed_at"); !changed_at.is_null())
    read.changed_at = time_from(changed_at);
  read.failures = number_from<unsigned>(of.at("failures"));
  read.trouble = of.at("trouble").get<std::string>();
  read.kept_off = number_from<std::uint64_t>(of.at("kept_off"));
  read.refusals = of.at("refusals").get<std::vector<std::string>>();
  read.until = of.at("until").get<std::string>();
  read.comment = of.at("comment").get<std::string>();
  return read;
}

} // namespace

std::string to_json(const status_report& of) {
  json domains = json::array();
  for (const domain_status& each : of.domains)
    domains.push_back(document_of(each));
  return json{{"at", of.at.time_since_epoch().count()},
              {"stale", of.is_stale()},
              {"domains", std::move(domains)}}
             .dump(2, ' ', false, json::error_handler_t::replace) +
         '\n';
}

result<status_report> status_from_json(const std::string& text) {
  try {
    const auto document = json::parse(text);
    status_report read;
    read.at = time_from(document.at("at"));
    for (const json& each : elements_of(document.at("domains")))
      read.domains.push_back(status_from(each));
    return read;
  } catch (const std::exception& error) {
    return failure{errc::malformed,
                   std::string{"not a status: "} + printable(error.what()), 0};
  }
}

} // namespace spfblock::reports
