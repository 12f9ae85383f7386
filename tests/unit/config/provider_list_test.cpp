// etc/providers.txt and etc/providers-networks.txt, as they are shipped.
#include "core/config/provider_list.hpp"
#include "core/config/settings.hpp"
#include "core/config/shipped_texts.hpp"
#include "core/net/special_purpose.hpp"
#include "core/support/text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/settings_text.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace provider_list_test {

using namespace spfblock;
using namespace spfblock::config;
using namespace spfblock::testing;

namespace {

/// The lines that give something.
std::vector<std::string_view> entries_of(std::string_view text) {
  auto lines = split(text, '\n');
  std::erase_if(lines, [](std::string_view line) {
    return line.empty() || line.starts_with('#');
  });
  return lines;
}

bool is_provider(const dns::name& name) {
  const auto& all = shipped_providers();
  return std::binary_search(all.begin(), all.end(), name);
}

} // namespace

TEST_CASE("the shipped providers: valid names, ascending, each with its source",
          "[config][provider_list]") {
  const auto lines = entries_of(providers_text);
  REQUIRE(lines.size() > 20);
  std::string before;
  for (const std::string_view line : lines) {
    CAPTURE(line);
    const auto mark = line.find(" # ");
    REQUIRE(mark != std::string_view::npos);
    const std::string name{trimmed(line.substr(0, mark))};
    CHECK(is_provider(name_of(name)));
    CHECK(before < name);
    before = name;
    CHECK(line.substr(mark).find("; ") != std::string_view::npos);
  }
  CHECK(shipped_providers().size() == lines.size());
}

TEST_CASE("the shipped networks: of providers, none that cannot be allowed",
          "[config][provider_list]") {
  const auto networks = parse_provider_networks(provider_networks_text);
  REQUIRE(networks);
  CHECK(networks->size() > 3);
  for (const auto& [name, addresses] : *networks) {
    CAPTURE(name.to_string());
    CHECK(is_provider(name));
    CHECK(shipped_networks(name) == addresses);
    CHECK_FALSE(addresses.empty());
    for (const net::ip_prefix& each : addresses.to_prefixes()) {
      CAPTURE(each.to_string());
      const bool is_ipv4 = each.family() == net::family::ipv4;
      CHECK(each.length() >
            (is_ipv4 ? widest_allowed_ipv4 : widest_allowed_ipv6));
      for (const auto& block : net::special_purpose_blocks())
        CHECK((addresses & net::address_set{block.prefix}).empty());
    }
  }
  CHECK(shipped_networks(name_of("a.example")).empty());
}

TEST_CASE("lines of provider networks add up; a bad one is told by its number",
          "[config][provider_list]") {
  const auto networks =
      parse_provider_networks("# source\na.example 192.0.2.0/25\n\n"
                              "a.example  192.0.2.128/25 2001:db8::/32 # more");
  REQUIRE(networks);
  CHECK(networks->at(name_of("a.example")) ==
        net::address_set::of(
            {network_of("192.0.2.0/24"), network_of("2001:db8::/32")}));
  for (const char* const bad : {"a.example 192.0.2.1/24", "a.example none",
                                "a_b 192.0.2.0/24", "192.0.2.0/24"}) {
    CAPTURE(bad);
    const auto refused = parse_provider_networks("\n" + std::string{bad});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().offset == 2);
  }
}

} // namespace provider_list_test
