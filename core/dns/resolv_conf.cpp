#include "core/dns/resolv_conf.hpp"

#include "core/support/text.hpp"

namespace spfblock::dns {

namespace {

constexpr std::uint16_t port = 53;

} // namespace

net::scoped_endpoint default_name_server() {
  return net::endpoint{net::ip_address::ipv4(0x7f000001), port};
}

std::vector<net::scoped_endpoint> parse_resolv_conf(std::string_view text) {
  constexpr std::string_view keyword = "nameserver";
  constexpr std::size_t most = 3;

  std::vector<net::scoped_endpoint> servers;
  for (const std::string_view line : split(text, '\n')) {
    if (!line.starts_with(keyword) || servers.size() == most)
      continue;
    const std::string_view rest = line.substr(keyword.size());
    if (rest.empty() || (rest.front() != ' ' && rest.front() != '\t'))
      continue;
    const std::string_view value = trimmed(rest);
    // As the C library, no port: 192.0.2.1:53 is no address.
    const auto word = value.substr(0, value.find_first_of(" \t"));
    if (word.find('[') != std::string_view::npos ||
        !net::ip_address::try_parse(word.substr(0, word.find('%'))))
      continue;
    if (auto server = net::scoped_endpoint::parse(word, port))
      servers.push_back(*std::move(server));
  }
  return servers;
}

} // namespace spfblock::dns
