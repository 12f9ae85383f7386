#include "server/dns/dns_client.hpp"

#include "core/support/contract.hpp"
#include "core/support/erase_giving_back.hpp"

#include <cstdint>
#include <utility>

namespace spfblock::server {

/// A question and all who have it.
struct dns_client::entry {
  enum class state : std::uint8_t { waiting, under_way, answered };
  struct request {
    asker by;
    receiver done;
  };

  dns::question asked;
  std::vector<request> requests;
  state now = state::waiting;
  std::shared_ptr<dns_lookup> lookup; ///< from the first turn on
};

dns_client::dns_client(boost::asio::io_context& io, settings by,
                       std::shared_ptr<dns_totals> totals)
    : io_{io},
      sockets_{io},
      asked_{std::make_shared<server_set>()},
      totals_{std::move(totals)},
      line_{by.in_flight} {
  EXPECTS(by.in_flight > 0 && totals_ != nullptr);
  asked_->by = by.exchange;
  change_servers(std::move(by.exchange.servers));
}

void dns_client::change_servers(std::vector<net::scoped_endpoint> to) {
  EXPECTS(!to.empty());
  auto next = std::make_shared<server_set>();
  next->by = asked_->by;
  next->by.servers = std::move(to);
  next->measured.resize(next->by.servers.size());
  asked_ = std::move(next);
  totals_->servers = asked_->by.servers;
}

dns_client::~dns_client() {
  for (const auto& [asked, what] : unanswered_) {
    if (what->lookup)
      what->lookup->stop();
  }
}

void dns_client::resolve(const dns::question& asked, asker by, receiver done) {
  EXPECTS(by != nullptr);
  auto& what = unanswered_[asked];
  if (!what) {
    ++totals_->questions;
    what = std::make_shared<entry>();
    what->asked = asked;
  }
  if (what->now == entry::state::waiting)
    line_.push(by, what, by->has_begun());
  what->requests.push_back({std::move(by), std::move(done)});
  serve();
}

/// Gives the free places away.  A question may have had its turn in the line of
/// another asker already.
void dns_client::serve() {
  while (auto turn = line_.take()) {
    if (turn->job->now == entry::state::waiting)
      start(turn->job, turn->by);
    else
      line_.release(turn->by);
  }
}

void dns_client::start(const std::shared_ptr<entry>& what, const asker& by) {
  by->begin();
  what->now = entry::state::under_way;
  if (!what->lookup)
    what->lookup = make_lookup(what->asked);
  what->lookup->run(
      [this, what, by](dns_lookup::pause why) { paused(what, by, why); });
}

std::shared_ptr<dns_lookup>
dns_client::make_lookup(const dns::question& asked) {
  return std::make_shared<dns_lookup>(
      io_, sockets_,
      dns::exchange{asked, asked_->by, asked_->measured,
                    [this] { return static_cast<std::uint16_t>(random_()); }},
      asked_, asked_->by.limits.octets, *totals_);
}

void dns_client::paused(const std::shared_ptr<entry>& what, const asker& by,
                        dns_lookup::pause why) {
  const auto life = life_.present();
  line_.release(by);
  if (why == dns_lookup::pause::finished)
    finish(*what);
  else
    line_up(what);
  if (!life.over())
    serve();
}

/// Puts a question into the lines of all who have it.
void dns_client::line_up(const std::shared_ptr<entry>& what) {
  what->now = entry::state::waiting;
  for (const auto& each : what->requests)
    line_.push(each.by, what);
}

void dns_client::finish(entry& what) {
  const auto life = life_.present();
  what.now = entry::state::answered;
  erase_giving_back(unanswered_, what.asked);
  const dns::answer& result = what.lookup->exchange().result();
  ++(result.status == dns::answer_status::failed ? totals_->failures
                                                 : totals_->answers);
  ++totals_->by_outcome[dns::index_of(what.lookup->exchange().outcome())];
  for (auto& each : std::exchange(what.requests, {})) {
    if (life.over())
      return;
    each.done(result);
  }
}

} // namespace spfblock::server
