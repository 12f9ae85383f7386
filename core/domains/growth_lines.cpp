#include "core/domains/growth_lines.hpp"

#include "core/domains/state_words.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace spfblock::domains {
namespace {

/// What is in one of them only.  Nearly all that was listed is still found, so
/// that is little.
net::address_set difference(const net::address_set& a,
                            const net::address_set& b) {
  return (a - b) | (b - a);
}

/// Takes two numbers off `line`, as times.
std::optional<growth_history::found_set> times_from(std::string_view& line) {
  const auto begun = time_from(next_word(line));
  const auto ended = time_from(next_word(line));
  if (!begun || !ended)
    return std::nullopt;
  return growth_history::found_set{{}, *begun, *ended};
}

/// Takes in a line of growth_lines() behind its first word.
std::optional<failure> read_growth_line(std::string_view word,
                                        std::string_view line,
                                        domain_state& into) {
  constexpr auto highest = std::numeric_limits<std::uint64_t>::max();
  const failure malformed{errc::malformed, "no line about growth"};
  growth_history& growth = into.growth;
  net::address_set* set = nullptr;
  shared_constant<net::address_set>* listed = nullptr;
  if (word == "recent") {
    const auto since = time_from(next_word(line));
    if (!since)
      return malformed;
    listed = &growth.recent.emplace(growth_history::listed_set{{}, *since})
                  .addresses;
  } else if (word == "before") {
    listed = &growth.before;
  } else if (word == "waited") {
    set = &growth.waited.edit();
  } else if (word == "waiting") {
    auto times = times_from(line);
    if (!times)
      return malformed;
    set = &growth.waiting.emplace_back(*std::move(times)).addresses;
  } else if (word == "held") {
    const auto found = parse_decimal(next_word(line), highest);
    const auto allowed = parse_decimal(next_word(line), highest);
    if (!found || !allowed)
      return malformed;
    set = &into.held.emplace(refusal{"growth", *found, *allowed, {}}).addresses;
  } else {
    return malformed;
  }
  std::vector<net::ip_prefix> networks;
  auto why = read_words(line, networks);
  auto read = net::address_set::of(networks);
  if (set != nullptr)
    *set = std::move(read);
  else // mostly what is found still
    *listed = shared_with(difference(into.good.pass, read), into.good.pass);
  return why;
}

} // namespace

std::string growth_lines(const domain_state& of) {
  std::string text;
  const auto add = [&text](const std::string& head,
                           const net::address_set& set) {
    text += head;
    for (const net::ip_prefix& network : set.to_prefixes())
      text += ' ' + network.to_string();
    text += '\n';
  };
  const growth_history& growth = of.growth;
  if (growth.recent)
    add(fmt::format("recent {}", to_word(growth.recent->since)),
        difference(of.good.pass, growth.recent->addresses));
  if (growth.recent || !growth.before->empty())
    add("before", difference(of.good.pass, growth.before));
  if (!growth.waited->empty())
    add("waited", growth.waited);
  for (const growth_history::found_set& each : growth.waiting)
    add(fmt::format("waiting {} {}", to_word(each.begun), to_word(each.ended)),
        each.addresses);
  if (of.held)
    add(fmt::format("held {} {}", of.held->found, of.held->allowed),
        of.held->addresses);
  return text;
}

std::optional<failure> read_growth(std::string_view lines, domain_state& into) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    const std::string_view word = next_word(line);
    if (auto why = read_growth_line(word, line, into))
      return why;
  }
  return std::nullopt;
}

} // namespace spfblock::domains
