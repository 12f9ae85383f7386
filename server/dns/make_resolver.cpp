#include "server/dns/make_resolver.hpp"

#include "server/dns/dns_client.hpp"
#include "server/dns/system_resolver.hpp"
#include "server/dns/zone_resolver.hpp"

#include <utility>

namespace spfblock::server {
namespace {

/// The longest message there is (RFC 1035 §4.2.2).
constexpr std::size_t longest_message = 65535;

constexpr const char* system_file = "/etc/resolv.conf"; // resolv.conf(5)

} // namespace

std::shared_ptr<dns::resolver> make_resolver(boost::asio::io_context& io,
                                             const log_sink& log,
                                             const configuration& from,
                                             std::shared_ptr<dns_totals> totals,
                                             std::chrono::seconds patience) {
  const auto& chosen = from.settings.resolver;
  if (from.zone) {
    totals->servers.clear();
    return std::make_shared<zone_resolver>(io, log, chosen.zone_file,
                                           *from.zone);
  }
  dns_client::settings by;
  by.exchange.servers = chosen.servers;
  by.exchange.attempts = chosen.attempts;
  by.exchange.limits.octets =
      from.settings.limits.answer_bytes.value_or(longest_message);
  by.exchange.timeout = chosen.timeout;
  by.in_flight = chosen.in_flight;
  if (chosen.servers.empty())
    return std::make_shared<system_resolver>(
        io, log, system_file, std::move(by), std::move(totals), patience);
  if (chosen.servers != totals->servers)
    tell_servers(chosen.servers, "resolver.servers", log);
  return std::make_shared<dns_client>(io, std::move(by), std::move(totals));
}

} // namespace spfblock::server
