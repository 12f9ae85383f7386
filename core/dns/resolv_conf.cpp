#include "core/dns/resolv_conf.hpp"

#include "core/support/text.hpp"

namespace spfblock::dns {

std::vector<net::endpoint> parse_resolv_conf(std::string_view text) {
  constexpr std::string_view keyword = "nameserver";
  constexpr std::size_t most = 3;
  constexpr std::uint16_t port = 53;

  std::vector<net::endpoint> servers;
  for (const std::string_view line : split(text, '\n')) {
    if (!line.starts_with(keyword) || servers.size() == most)
      continue;
    const std::string_view rest = line.substr(keyword.size());
    if (rest.empty() || (rest.front() != ' ' && rest.front() != '\t'))
      continue;
    const std::string_view value = trimmed(rest);
    const auto address =
        net::ip_address::try_parse(value.substr(0, value.find_first_of(" \t")));
    if (address)
      servers.push_back({*address, port});
  }
  if (servers.empty())
    servers.push_back({net::ip_address::ipv4(0x7f000001), port});
  return servers;
}

} // namespace spfblock::dns
