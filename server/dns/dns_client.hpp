// Asks name servers over UDP and TCP.
#pragma once

#include "core/dns/asker.hpp"
#include "core/dns/exchange.hpp"
#include "core/dns/resolver.hpp"
#include "core/dns/round_trip.hpp"
#include "core/support/fair_queue.hpp"
#include "server/dns/datagram_sockets.hpp"
#include "server/dns/dns_lookup.hpp"
#include "server/system/lifetime.hpp"
#include "server/system/random_numbers.hpp"

#include <boost/asio/io_context.hpp>
#include <tsl/hopscotch_map.h>

#include <memory>
#include <vector>

namespace spfblock::server {

/// A stub resolver (RFC 1034 §5.3.1) that keeps many questions in flight.
///
/// The askers share the places in flight as fair_queue says; one that has sent
/// a query before goes on with what it has begun.  A question that its server
/// was silent about gives its place up and lines up again, like a new one and
/// behind all others of its askers, for the next attempt.  A question that
/// several have stands in the line of each, and is sent when the first turn of
/// one of them comes.
class dns_client : public dns::resolver {
public:
  struct settings {
    dns::exchange_settings exchange;
    unsigned in_flight = 256; ///< questions under way at once, at least 1
  };

  /// @param totals are counted up, not null
  dns_client(
      boost::asio::io_context& io, settings by,
      std::shared_ptr<dns_totals> totals = std::make_shared<dns_totals>());
  dns_client(const dns_client&) = delete;
  dns_client& operator=(const dns_client&) = delete;
  ~dns_client() override;

  void resolve(const dns::question& asked, std::shared_ptr<dns::asker> by,
               receiver done) override;

  /// Asks these servers from now on.  Questions that are on their way stay with
  /// those whom they were asked of.
  /// @pre at least one
  void change_servers(std::vector<net::scoped_endpoint> to);

  /// Who is asked at present.
  [[nodiscard]] const std::vector<net::scoped_endpoint>&
  servers() const noexcept {
    return asked_->by.servers;
  }

  /// What was done so far.
  [[nodiscard]] const dns_totals& totals() const noexcept { return *totals_; }

private:
  /// Who is asked, and how fast they are.
  struct server_set {
    dns::exchange_settings by;
    std::vector<dns::round_trip> measured; ///< of by.servers
  };
  struct entry;
  using asker = std::shared_ptr<dns::asker>;

  std::shared_ptr<dns_lookup> make_lookup(const dns::question& asked);
  void line_up(const std::shared_ptr<entry>& what);
  void serve();
  void start(const std::shared_ptr<entry>& what, const asker& by);
  void paused(const std::shared_ptr<entry>& what, const asker& by,
              dns_lookup::pause why);
  void finish(entry& what);

  boost::asio::io_context& io_;
  datagram_sockets sockets_;
  random_numbers random_;
  std::shared_ptr<server_set> asked_; ///< never null
  std::shared_ptr<dns_totals> totals_;
  fair_queue<asker, std::shared_ptr<entry>> line_;
  tsl::hopscotch_map<dns::question, std::shared_ptr<entry>> unanswered_;
  lifetime life_; ///< who is called back may destroy the client
};

} // namespace spfblock::server
