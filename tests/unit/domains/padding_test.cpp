// A spammer who writes more into his record, so that a limit takes his own
// networks off the list: 45.0.4.0/22 and 2a01:0:4::/48.
#include "core/domains/limits.hpp"
#include "core/spf/evaluation.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace padding_test {

using namespace spfblock;
using namespace spfblock::testing;

namespace {

using networks = std::vector<net::ip_prefix>;

net::ip_prefix prefix(std::string_view text) {
  return *net::ip_prefix::parse(text);
}

const net::ip_prefix own_ipv4 = prefix("45.0.4.0/22");
const net::ip_prefix own_ipv6 = prefix("2a01:0:4::/48");

/// `count` networks, each as far from the one before as `step` of them.
networks row(std::string_view first, unsigned length, unsigned count,
             unsigned step = 1) {
  const net::ip_address at = *net::ip_address::parse(first);
  const unsigned shift = net::width(at.family()) - length;
  networks made;
  for (unsigned i = 0; i < count; ++i) {
    const net::uint128 number = at.number() + (net::uint128{i} * step << shift);
    made.push_back(net::ip_prefix::containing(
        at.family() == net::family::ipv4
            ? net::ip_address::ipv4(static_cast<std::uint32_t>(number))
            : net::ip_address::ipv6(number),
        length));
  }
  return made;
}

networks operator+(networks a, const networks& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Takes his own out, as he would: he does not name it twice.
networks without_own(networks of) {
  std::erase_if(of, [](const net::ip_prefix& each) {
    return each == own_ipv4 || each == own_ipv6;
  });
  return of;
}

/// The record of a.example that names them, up to 4,000 in an include each.
spf::expansion evaluated(const networks& named,
                         const config::spf_domain& domain) {
  dns::answer_store answers;
  const auto put = [&](const std::string& owner, const std::string& terms) {
    dns::answer txt;
    txt.status = dns::answer_status::records;
    txt.texts = {"v=spf1" + terms + " -all"};
    answers.put({name_of(owner), dns::rr_type::txt}, txt);
  };
  std::string top;
  std::string inner;
  for (std::size_t i = 0; i < named.size(); ++i) {
    inner += named[i].family() == net::family::ipv4 ? " ip4:" : " ip6:";
    inner += named[i].to_string();
    if (i % 4000 != 3999 && i + 1 != named.size())
      continue;
    const std::string include = "p" + std::to_string(i) + ".example";
    put(include, std::exchange(inner, {}));
    top += " include:" + include;
  }
  put("a.example", top);
  return spf::evaluate(domain.name, answers, config::rules_of(domain, nullptr));
}

/// Terms for networks.
std::string terms_of(const networks& named) {
  std::string text;
  for (const net::ip_prefix& each : named)
    text += (each.family() == net::family::ipv4 ? " ip4:" : " ip6:") +
            each.to_string();
  return text;
}

/// The record of a.example of these terms, and that of in.example of those.
spf::expansion evaluated(const std::string& top, const std::string& inner,
                         const config::spf_domain& domain) {
  dns::answer_store answers;
  const auto put = [&](const std::string& owner, const std::string& terms) {
    dns::answer txt;
    txt.status = dns::answer_status::records;
    txt.texts = {"v=spf1" + terms + " -all"};
    answers.put({name_of(owner), dns::rr_type::txt}, txt);
  };
  put("a.example", top);
  put("in.example", inner);
  return spf::evaluate(domain.name, answers, config::rules_of(domain, nullptr));
}

struct padding {
  std::string claim;
  std::string limit; ///< that refuses something; empty where none needs to
  networks terms;
};

std::vector<padding> paddings() {
  return {
      {"the neighbour that makes a /15 of it", "widest_ipv4",
       row("45.0.0.0", 16, 2)},
      {"its neighbours up to a /15", "widest_ipv4", row("45.0.0.0", 22, 128)},
      {"ever wider neighbours up to a /15", "widest_ipv4",
       row("45.0.0.0", 22, 1) + row("45.0.8.0", 21, 1) +
           row("45.0.16.0", 20, 1) + row("45.0.32.0", 19, 1) +
           row("45.0.64.0", 18, 1) + row("45.0.128.0", 17, 1) +
           row("45.1.0.0", 16, 1)},
      {"an eighth of everybody", "widest_ipv4", row("32.0.0.0", 16, 8192)},
      {"the neighbours that make a /31 of it", "widest_ipv6",
       row("2a01::", 48, 4) + row("2a01:0:4::", 48, 1) +
           row("2a01:0:5::", 48, 11) + row("2a01:0:10::", 44, 4095) +
           row("2a01:1::", 32, 1)},
      {"its neighbours up to a /31", "widest_ipv6", row("2a01::", 44, 8192)},
      {"what covers it and its neighbour", "widest_ipv6", row("2a01::", 32, 2)},

      {"what covers it", "", row("45.0.0.0", 16, 1) + row("2a01::", 32, 1)},
      {"what covers it, and four more", "ipv4_addresses",
       row("45.0.0.0", 16, 1) + row("46.0.0.0", 16, 4, 2)},
      {"everything that covers it", "ipv4_addresses",
       row("45.0.0.0", 16, 1) + row("45.0.0.0", 17, 1) +
           row("45.0.0.0", 18, 1) + row("45.0.0.0", 19, 1) +
           row("45.0.0.0", 20, 1) + row("45.0.0.0", 21, 1) +
           row("46.0.0.0", 16, 4, 2)},
      {"many wide networks", "ipv4_addresses", row("46.0.0.0", 17, 200, 2)},
      {"many networks that are a little wider", "ipv4_addresses",
       row("46.0.0.0", 21, 2000, 2)},
      {"four of the widest", "ipv4_addresses", row("46.0.0.0", 16, 4, 2)},

      {"17 IPv6 networks of the widest", "ipv6_slash64s",
       row("2a03::", 32, 17, 2)},
      {"what covers it, and 16 more", "ipv6_slash64s",
       row("2a01::", 32, 1) + row("2a03::", 32, 16, 2)},
      {"many a little wider", "ipv6_slash64s", row("2a03::", 40, 5000, 2)},
      {"hosts in its own /64s", "",
       row("2a01:0:4::1", 128, 1000) + row("2a01:0:4:1::", 64, 100, 3)},

      {"10,000 single addresses", "networks", row("46.0.0.0", 32, 10'000, 2)},
      {"10,000 IPv6 addresses", "networks", row("2a03::", 128, 10'000, 2)},
      {"both", "networks",
       row("46.0.0.0", 32, 10'000, 2) + row("2a03::", 128, 10'000, 2)},
      {"10,000 IPv6 networks that are smaller", "networks",
       row("2a03::", 49, 10'000, 2)},
      {"30,000 single addresses", "networks", row("46.0.0.0", 32, 30'000, 2)},
      {"10,000 in private space, which cost no listing", "",
       row("10.0.0.0", 32, 10'000, 2)},
      {"10,000 around it", "networks", row("45.0.8.0", 32, 10'000, 2)},
      {"10,000 within it", "networks",
       row("45.0.4.0", 32, 1024) + row("46.0.0.0", 32, 10'000, 2)},
  };
}

} // namespace

TEST_CASE("nobody gets off the list by padding his record",
          "[table][limits][padding]") {
  for (padding& each : paddings()) {
    CAPTURE(each.claim);
    const networks terms = without_own(std::move(each.terms));
    const auto half =
        terms.begin() + static_cast<std::ptrdiff_t>(terms.size() / 2);
    const networks own{own_ipv4, own_ipv6};
    const std::vector<networks> positions{own + terms, terms + own,
                                          networks{terms.begin(), half} + own +
                                              networks{half, terms.end()}};
    for (std::size_t i = 0; i < positions.size(); ++i) {
      CAPTURE(i);
      config::settings settings = settings_of({"a.example"});
      settings.domains[0].limits.edit().networks = 6500;
      settings.allow.networks = {{prefix("10.0.0.0/8")}};
      book_fixture f{settings};
      // A record that is real for one of them, a quick one for the others.
      f.look(i == 2 ? evaluated(positions[i], settings.domains[0])
                    : naming("a.example", positions[i]));
      const net::address_set& listed = f.page().effective;
      CHECK(listed.within(own_ipv4) == net::address_set{own_ipv4});
      CHECK(listed.within(own_ipv6) == net::address_set{own_ipv6});
      bool refuses = each.limit.empty() || f.page().not_kept.has_value();
      for (const domains::refusal& why : *f.page().refusals)
        refuses = refuses || why.limit == each.limit;
      CHECK(refuses);
      // What is kept is bounded.
      CHECK(f.page().good.pass->prefix_count() <= 2 * 6500);
      CHECK(f.page().good.named.size() <= 2 * 6500);
    }
  }
}

TEST_CASE("nobody gets off the list by padding what includes him, or what he "
          "includes",
          "[table][limits][padding]") {
  const std::string own = terms_of({own_ipv4, own_ipv6});
  const std::string include = " include:in.example";
  for (padding& each : paddings()) {
    // Short records: where a term stands matters, not how many there are.
    const networks terms = without_own(std::move(each.terms));
    if (terms.size() > 300)
      continue;
    const std::string padded = terms_of(terms);
    const std::vector<std::pair<std::string, std::string>> records{
        {padded + include, own},          {include + padded, own},
        {own + include, padded},          {include + own, padded},
        {own + padded + include, padded}, {include + padded + own, padded},
        {include, padded + own},          {include, own + padded}};
    for (const auto& [top, inner] : records) {
      CAPTURE(each.claim, top.substr(0, 80), inner.substr(0, 80));
      const config::settings settings = settings_of({"a.example"});
      book_fixture f{settings};
      f.look(evaluated(top, inner, settings.domains[0]));
      const net::address_set& listed = f.page().effective;
      CHECK(listed.within(own_ipv4) == net::address_set{own_ipv4});
      CHECK(listed.within(own_ipv6) == net::address_set{own_ipv6});
    }
  }
}

TEST_CASE("nobody gets off the list by padding over the totals of all domains",
          "[table][limits][padding]") {
  struct total {
    std::string claim;
    std::optional<std::uint64_t> addresses;
    std::optional<std::uint64_t> prefixes;
    networks terms;
  };
  for (const total& each : std::vector<total>{
           {"wide ones", 1 << 16, {}, row("46.0.0.0", 16, 3, 2)},
           {"what covers it", 1 << 15, {}, row("45.0.0.0", 16, 1)},
           {"single addresses", {}, 64, row("46.0.0.0", 32, 5000, 2)},
       }) {
    CAPTURE(each.claim);
    config::settings settings = settings_of({"a.example", "b.example"});
    settings.limits.total.ipv4_addresses = each.addresses;
    settings.limits.total.networks = each.prefixes;
    book_fixture f{settings};
    f.look(expanded("b.example", "47.0.0.0/24"));
    for (const networks& terms :
         {networks{own_ipv4} + each.terms, each.terms + networks{own_ipv4}}) {
      f.look(naming("a.example", terms));
      REQUIRE_FALSE(f.page().refusals->empty());
      CHECK(f.page().effective->within(own_ipv4) == net::address_set{own_ipv4});
      CHECK(f.lists("47.0.0.0/24", 1));
    }
  }
}

TEST_CASE("nobody gets off the list by growing", "[table][growth][padding]") {
  for (const networks& terms : {networks{own_ipv4} + row("46.0.0.0", 17, 2, 2),
                                row("46.0.0.0", 17, 2, 2) + networks{own_ipv4},
                                row("45.0.0.0", 16, 1)}) {
    book_fixture f{settings_of({"a.example"})};
    f.look(naming("a.example", networks{own_ipv4}));
    f.look(naming("a.example", terms));
    CHECK(f.page().held);
    CHECK(f.lists("45.0.4.0/22"));
  }
}

TEST_CASE("what is allowed pushes nothing off that is listed",
          "[table][limits][padding]") {
  config::settings settings = settings_of({"a.example"});
  settings.domains[0].limits.edit().networks = 4;
  settings.allow.networks = {{prefix("10.0.0.0/8")}};
  book_fixture f{settings};
  const auto led_to = f.look(naming("a.example", row("10.0.0.0", 24, 20, 2) +
                                                     row("45.0.0.0", 32, 6, 2) +
                                                     networks{own_ipv4}));
  CHECK(f.lists("45.0.4.0/22 45.0.0.0 45.0.0.2 45.0.0.4"));
  // Seven that could be listed, and one more of the rest.
  CHECK(f.page().good.pass->prefix_count() == 8);
  CHECK(f.page().kept_off == set_of("10.0.0.0/24"));
  CHECK_FALSE(f.page().not_kept);
  CHECK(told(led_to) ==
        "listing changed; !kept off by allow; !refused by a limit");
}

TEST_CASE("what is over twice the number of networks is not kept, and told",
          "[table][limits][padding]") {
  config::settings settings = settings_of({"a.example"});
  settings.domains[0].limits.edit().networks = 4;
  book_fixture f{settings};
  const auto record =
      naming("a.example", row("45.0.0.0", 32, 10, 2) + networks{own_ipv4});
  const auto led_to = f.look(record);
  CHECK(f.lists("45.0.4.0/22 45.0.0.0 45.0.0.2 45.0.0.4"));
  CHECK(f.page().good.pass->prefix_count() == 8);
  CHECK(lines_of(led_to, "refused") ==
        "refused by a limit domain=a.example limit=networks found=8 allowed=4 "
        "refused=\"45.0.0.6/32, 45.0.0.8/32, 45.0.0.10/32 and 1 more\" "
        "kept=4\n"
        "refused by a limit domain=a.example limit=networks found=11 allowed=4 "
        "refused=\"45.0.0.14/32, 45.0.0.16/32, 45.0.0.18/32\" kept=4\n");
  CHECK(told(f.look(record)).empty());
}

} // namespace padding_test
