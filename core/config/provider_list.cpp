#include "core/config/provider_list.hpp"

#include "core/config/domain_name.hpp"
#include "core/config/list_file.hpp"
#include "core/config/shipped_texts.hpp"
#include "core/net/ip_prefix.hpp"
#include "core/support/contract.hpp"
#include "core/support/text.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace spfblock::config {

namespace {

std::vector<dns::name> read_shipped_providers() {
  std::set<dns::name> names;
  std::size_t problems = 0;
  take_names(
      {"etc/providers.txt", std::string{providers_text}},
      [&names](const dns::name& name, std::size_t /*line*/) {
        names.insert(name);
        return std::optional<std::string>{};
      },
      [&problems](const json::problem& /*one*/) { ++problems; });
  EXPECTS(problems == 0);
  return {names.begin(), names.end()};
}

networks_by_name read_shipped_networks() {
  auto networks = parse_provider_networks(provider_networks_text);
  EXPECTS(networks);
  return *std::move(networks);
}

/// A name and networks.
std::optional<std::string> add_line(std::string_view text,
                                    networks_by_name& into) {
  net::address_set* of = nullptr;
  for (const std::string_view word : split(text, ' ')) {
    if (word.empty())
      continue;
    if (of == nullptr) {
      const auto name = parse_domain(word);
      if (!name)
        return name.error().message;
      of = &into[*name];
    } else if (const auto network = net::ip_prefix::parse(word)) {
      *of |= net::address_set{*network};
    } else {
      return network.error().message;
    }
  }
  return std::nullopt;
}

} // namespace

const std::vector<dns::name>& shipped_providers() {
  static const std::vector<dns::name> names = read_shipped_providers();
  return names;
}

const net::address_set& shipped_networks(const dns::name& of) {
  static const networks_by_name networks = read_shipped_networks();
  static const net::address_set none;
  const auto found = networks.find(of);
  return found == networks.end() ? none : found->second;
}

result<networks_by_name> parse_provider_networks(std::string_view text) {
  networks_by_name networks;
  std::size_t line = 0;
  for (const std::string_view whole : split(text, '\n')) {
    ++line;
    if (auto why = add_line(whole.substr(0, whole.find('#')), networks))
      return failure{errc::malformed, *std::move(why), line};
  }
  return networks;
}

} // namespace spfblock::config
