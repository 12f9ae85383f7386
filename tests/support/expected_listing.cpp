#include "tests/support/expected_listing.hpp"

#include "core/support/text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/check_host.hpp"
#include "tests/support/zone_answers.hpp"

#include <fmt/format.h>

#include <utility>

namespace spfblock::testing {
namespace {

/// The two ends of every prefix, and their neighbours outside.
std::vector<net::ip_address> ends_of(const net::address_set& set) {
  std::vector<net::ip_address> ends;
  const auto add = [&](net::family family, net::uint128 number) {
    ends.push_back(
        family == net::family::ipv4
            ? net::ip_address::ipv4(static_cast<std::uint32_t>(number))
            : net::ip_address::ipv6(number));
  };
  for (const net::ip_prefix& prefix : set.to_prefixes()) {
    add(prefix.family(), prefix.first().number() - 1);
    add(prefix.family(), prefix.first().number());
    add(prefix.family(), prefix.last().number());
    add(prefix.family(), prefix.last().number() + 1);
  }
  return ends;
}

std::string repeated(unsigned count, std::string_view text, char before) {
  std::string all;
  for (unsigned i = 1; i <= count; ++i) {
    all += before;
    for (const char c : text)
      all += c == '#' ? std::to_string(i) : std::string{c};
  }
  return all;
}

} // namespace

net::address_set set_of(std::string_view text) {
  net::address_set made;
  for (std::string_view word : split(text, ' ')) {
    if (word.empty())
      continue;
    const bool less = word.front() == '-';
    const auto prefix = net::ip_prefix::parse(word.substr(less ? 1 : 0));
    REQUIRE(prefix);
    if (less)
      made -= net::address_set{*prefix};
    else
      made |= net::address_set{*prefix};
  }
  return made;
}

std::string listed(const net::address_set& set) {
  std::vector<std::string> prefixes;
  for (const net::ip_prefix& prefix : set.to_prefixes())
    prefixes.push_back(prefix.to_string());
  return fmt::format("{}", fmt::join(prefixes, " "));
}

expected_listing broken(std::string_view claim, std::string zone,
                        const std::string& pass) {
  std::string rest{everyone};
  for (const std::string_view prefix : split(pass, ' '))
    if (!prefix.empty())
      rest += " -" + std::string{prefix};
  return {claim, std::move(zone), pass, std::move(rest)};
}

void check(const expected_listing& expected, const spf::rules& by) {
  CAPTURE(expected.claim, expected.zone);
  zone_answers zone{expected.zone};
  const spf::expansion made = expand("l.test", zone, by).result;
  CHECK(listed(made.pass) == listed(set_of(expected.pass)));
  CHECK(listed(made.permerror) == listed(set_of(expected.permerror)));
  CHECK(listed(made.temperror) == listed(set_of(expected.temperror)));
}

void check_both(const expected_listing& expected) {
  check(expected);
  CAPTURE(expected.claim, expected.zone);
  zone_answers zone{expected.zone};
  checker specification{zone};
  const auto pass = set_of(expected.pass);
  const auto permerror = set_of(expected.permerror);
  const auto temperror = set_of(expected.temperror);
  for (const auto* set : {&pass, &permerror, &temperror}) {
    for (const net::ip_address& client : ends_of(*set)) {
      CAPTURE(client.to_string());
      const verdict said = specification.check_host(client, name_of("l.test"));
      CHECK((said == verdict::pass) == pass.contains(client));
      CHECK((said == verdict::permerror) == permerror.contains(client));
      CHECK((said == verdict::temperror) == temperror.contains(client));
    }
  }
}

std::string terms(unsigned count, std::string_view term) {
  return repeated(count, term, ' ');
}

std::string lines(unsigned count, std::string_view line) {
  return repeated(count, line, '\n');
}

std::vector<std::string> remarks(const spf::expansion& of) {
  std::vector<std::string> all;
  for (const spf::term_visit& term : of.terms)
    for (const std::string& remark : term.remarks)
      all.push_back(term.text + ": " + remark);
  return all;
}

spf::expansion expansion_of(std::string_view zone, const spf::rules& by) {
  zone_answers answers{zone};
  return expand("l.test", answers, by).result;
}

spf::rules rules_with(spf::on_permerror mode) {
  spf::rules made;
  made.on_permerror = mode;
  return made;
}

} // namespace spfblock::testing
