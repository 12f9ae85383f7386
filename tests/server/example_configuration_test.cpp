// etc/spfblock.json and the configuration of the package, as they are shipped.
#include "core/config/settings_parser.hpp"
#include "server/configuration.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <variant>

namespace example_configuration_test {

using namespace spfblock;
using namespace spfblock::server;

namespace {

/// @param name below etc/ of the checkout
config::settings shipped(const std::string& name) {
  auto loaded = load_configuration(SPFBLOCK_SOURCE_DIR "/etc/" + name);
  REQUIRE(std::holds_alternative<configuration>(loaded));
  return std::get<configuration>(std::move(loaded)).settings;
}

} // namespace

TEST_CASE("the example shows the defaults", "[configuration]") {
  const config::settings example = shipped("spfblock.json");
  const config::settings defaults = config::default_settings();
  CHECK(example.listen == defaults.listen);
  CHECK(example.threads == defaults.threads);
  CHECK(example.connections == defaults.connections);
  REQUIRE_FALSE(example.domains.empty());
  CHECK(example.domains.front().action.text() == config::default_action);
  CHECK(example.domains.front().on_permerror ==
        config::spf_domain{}.on_permerror);
  CHECK(example.allow.reserved == defaults.allow.reserved);
  CHECK(example.allow.providers == defaults.allow.providers);
  CHECK(example.limits == defaults.limits);
  CHECK(example.refresh == defaults.refresh);
  CHECK(example.state_file == defaults.state_file);
  CHECK(example.admin == defaults.admin);
  CHECK(example.metrics == defaults.metrics);
  CHECK(example.log == defaults.log);

  config::resolver_settings resolver = example.resolver;
  resolver.servers.clear(); // by default those of /etc/resolv.conf
  CHECK(resolver == defaults.resolver);
}

TEST_CASE(
    "the package begins with the defaults, lists nothing and only watches",
    "[configuration]") {
  config::settings begun = shipped("debian/spfblock.json");
  CHECK(begun.action.text() == "WARN spfblock: {domain} {network}");
  begun.action = config::default_settings().action;
  CHECK(begun == config::default_settings());
}

} // namespace example_configuration_test
