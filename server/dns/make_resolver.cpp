#include "server/dns/make_resolver.hpp"

#include "core/dns/resolv_conf.hpp"
#include "server/dns/dns_client.hpp"
#include "server/dns/zone_resolver.hpp"
#include "server/system/file.hpp"

#include <utility>

namespace spfblock::server {
namespace {

/// The longest message there is (RFC 1035 §4.2.2).
constexpr std::size_t longest_message = 65535;

std::vector<net::endpoint> servers_of(const config::resolver_settings& from) {
  if (!from.servers.empty())
    return from.servers;
  const auto text = read_file("/etc/resolv.conf");
  return dns::parse_resolv_conf(text ? *text : std::string{});
}

} // namespace

std::shared_ptr<dns::resolver>
make_resolver(boost::asio::io_context& io, const log_sink& log,
              const configuration& from, std::shared_ptr<dns_totals> totals) {
  const auto& chosen = from.settings.resolver;
  if (from.zone)
    return std::make_shared<zone_resolver>(io, log, chosen.zone_file,
                                           *from.zone);
  dns_client::settings by;
  by.exchange.servers = servers_of(chosen);
  by.exchange.attempts = chosen.attempts;
  by.exchange.limits.octets =
      from.settings.limits.answer_bytes.value_or(longest_message);
  by.exchange.timeout = chosen.timeout;
  by.in_flight = chosen.in_flight;
  return std::make_shared<dns_client>(io, std::move(by), std::move(totals));
}

} // namespace spfblock::server
