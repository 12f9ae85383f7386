// The resolver that a configuration asks for.
#pragma once

#include "core/dns/resolver.hpp"
#include "server/configuration.hpp"
#include "server/dns/dns_totals.hpp"
#include "server/system/log_sink.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>

namespace spfblock::server {

/// How long a service waits for a machine that starts to name its servers.
inline constexpr std::chrono::seconds patience_at_start{60};

/// The zone file if one is set, otherwise the servers named, otherwise those
/// that /etc/resolv.conf names at the time.
/// @param totals of the DNS client, if it is one; not null
/// @param patience of system_resolver
[[nodiscard]] std::shared_ptr<dns::resolver> make_resolver(
    boost::asio::io_context& io, const log_sink& log, const configuration& from,
    std::shared_ptr<dns_totals> totals = std::make_shared<dns_totals>(),
    std::chrono::seconds patience = {});

} // namespace spfblock::server
