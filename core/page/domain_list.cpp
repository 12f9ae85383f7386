#include "core/page/domain_list.hpp"

#include "core/json/writer.hpp"
#include "core/page/domain_words.hpp"
#include "core/support/text.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace spfblock::page {
namespace {

using reports::domain_status;

constexpr std::array<std::pair<std::string_view, domain_order>, 5> order_words{{
    {"condition", domain_order::condition},
    {"domain", domain_order::domain},
    {"networks", domain_order::networks},
    {"hits", domain_order::hits},
    {"changed", domain_order::changed},
}};

/// Smaller stands first.
bool stands_before(const domain_status& a, const domain_status& b,
                   domain_order by) {
  const auto first = [&](const auto& left, const auto& right) {
    return left != right ? left < right : a.name < b.name;
  };
  switch (by) {
  case domain_order::condition:
    return first(std::pair{!reports::is_in_trouble(a), a.condition},
                 std::pair{!reports::is_in_trouble(b), b.condition});
  case domain_order::networks: return first(b.networks, a.networks);
  case domain_order::hits: return first(b.hits, a.hits);
  case domain_order::changed: return first(b.changed_at, a.changed_at);
  case domain_order::domain: break;
  }
  return a.name < b.name;
}

bool matches(const domain_status& of, const std::string& search) {
  return search.empty() ||
         to_lower(of.name).find(search) != std::string::npos ||
         to_lower(of.comment).find(search) != std::string::npos ||
         reports::text_of(of.condition) == search;
}

std::vector<const domain_status*>
selected(const std::vector<domain_status>& all, const list_question& by) {
  const std::string search = to_lower(by.search);
  std::vector<const domain_status*> found;
  for (const domain_status& each : all) {
    if (matches(each, search))
      found.push_back(&each);
  }
  std::stable_sort(found.begin(), found.end(),
                   [&](const domain_status* a, const domain_status* b) {
                     return by.reversed ? stands_before(*b, *a, by.order)
                                        : stands_before(*a, *b, by.order);
                   });
  return found;
}

void write(json::writer& to, const domain_status& of) {
  to.begin_object()
      .member("domain", of.name)
      .member("role", domains::text_of(of.role))
      .member("condition", reports::text_of(of.condition))
      .member("in_trouble", reports::is_in_trouble(of))
      .member("remark", remark_on(of))
      .member("networks", of.networks)
      .member("ipv4_addresses", of.ipv4_addresses)
      .member("ipv6_slash64s", of.ipv6_slash64s)
      .member("hits", of.hits)
      .member("changed_at", of.changed_at)
      .member("action", of.action)
      .member("until", of.until)
      .member("comment", of.comment)
      .end_object();
}

/// A number where the text is not empty.
result<std::size_t> read_number(const std::string& text, std::size_t otherwise,
                                std::size_t most, std::string_view name) {
  if (text.empty())
    return otherwise;
  if (const auto number = parse_decimal(text, most))
    return static_cast<std::size_t>(*number);
  return failure{errc::malformed, std::string{name} + ": want a number up to " +
                                      std::to_string(most)};
}

result<list_question> with_order(list_question question,
                                 std::string_view order) {
  if (order.empty())
    return question;
  question.reversed = order.front() == '-';
  order.remove_prefix(question.reversed ? 1 : 0);
  for (const auto& [word, meaning] : order_words) {
    if (word == order) {
      question.order = meaning;
      return question;
    }
  }
  return failure{errc::malformed,
                 "order: want condition, domain, networks, hits or changed"};
}

} // namespace

result<list_question> read_list_question(const std::string& search,
                                         const std::string& offset,
                                         const std::string& limit,
                                         std::string_view order) {
  list_question question;
  question.search = std::string{trimmed(search)};
  const auto from = read_number(
      offset, 0, std::numeric_limits<std::uint32_t>::max(), "offset");
  if (!from)
    return from.error();
  question.offset = *from;
  const auto many = read_number(limit, question.limit, most_listed, "limit");
  if (!many)
    return many.error();
  question.limit = *many;
  return with_order(std::move(question), order);
}

std::string domain_list_json(const std::vector<domain_status>& all,
                             const list_question& which) {
  const auto found = selected(all, which);
  json::writer to{json::layout::dense};
  to.begin_object()
      .member("total", all.size())
      .member("matching", found.size())
      .member("offset", which.offset);
  to.key("domains").begin_array();
  const std::size_t begin = std::min(which.offset, found.size());
  const std::size_t end = std::min(begin + which.limit, found.size());
  for (std::size_t i = begin; i < end; ++i)
    write(to, *found[i]);
  to.end_array().end_object();
  return std::move(to).text() + '\n';
}

} // namespace spfblock::page
