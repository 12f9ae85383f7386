#include "server/refresh/refresher.hpp"

#include "core/spf/crawl.hpp"
#include "server/system/background.hpp"
#include "server/system/clocks.hpp"
#include "server/system/own_addresses.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <random>
#include <utility>

namespace spfblock::server {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

/// How soon a replaced table is looked at again, to be freed off the serving
/// threads.
constexpr milliseconds free_interval{1000};

} // namespace

refresher::refresher(asio::io_context& io, const log_sink& log,
                     published<table::snapshot>& table,
                     std::function<void()> on_published)
    : io_{io},
      log_{log},
      table_{table},
      on_published_{std::move(on_published)},
      book_{[spread = std::minstd_rand{std::random_device{}()}]() mutable {
        return std::generate_canonical<double, 16>(spread);
      }},
      due_{io, [this] { refresh(); }},
      soon_{io, [this] { publish(publication_.woken(clock::now())); }},
      retired_{io, [this] { free_retired(); }},
      keeper_{io, log, [this] { return book_.save(read_clocks()); }} {
  asio::post(builder_, give_way_to_lookups);
}

void refresher::start(const config::settings& settings,
                      std::shared_ptr<dns::resolver> questions) {
  questions_ = std::move(questions);
  keeper_.use(settings.state_file, settings.refresh.keep_stale);
  take_note(book_.apply(settings, own_addresses(), read_clocks()));
  if (auto known = keeper_.load())
    take_note(book_.restore(*std::move(known), read_clocks()));
  table_.store(std::make_shared<const table::snapshot>(
      listings(), book_.exempt_recipients()));
  totals_.published_at = read_clocks().wall;
  publication_.published();
  refresh();
}

void refresher::apply(const config::settings& settings,
                      std::shared_ptr<dns::resolver> questions) {
  questions_ = std::move(questions);
  keeper_.use(settings.state_file, settings.refresh.keep_stale);
  take_note(book_.apply(settings, own_addresses(), read_clocks()));
  publish(publication_.urgent(clock::now()));
  refresh();
}

void refresher::stop() {
  life_.end();
  due_.stop();
  soon_.stop();
  retired_.stop();
  builder_.join();
  keeper_.stop();
}

void refresher::refresh() {
  if (const auto own = own_addresses(); !own.empty())
    take_note(book_.know_own(own, read_clocks()));
  take_note(book_.remove_ended(read_clocks()));
  take_note(book_.end_waiting(read_clocks()));
  const auto due = book_.take_due(read_clocks());
  if (!due.empty()) {
    questions_->begin_refresh();
    const auto round = std::make_shared<spf::crawl>(std::weak_ptr{questions_});
    for (const auto& each : due) {
      round->expand(
          each.domain, each.by,
          life_.guarded([this, as = each.role](const spf::expansion& result) {
            settled(as, result);
          }));
    }
  }
  if (const auto next = book_.next_due(read_clocks()))
    due_.set(*next);
  publish(publication_.soon(clock::now()));
}

void refresher::settled(domains::role as, const spf::expansion& result) {
  ++totals_.expansions[static_cast<std::size_t>(result.outcome)];
  const auto change = book_.settle(as, result, read_clocks());
  take_note(change);
  if (change.due)
    due_.set(*change.due);
  publish(publication_.settled(book_.expanding(), clock::now()));
}

void refresher::take_note(const domains::domain_book::book_change& of) {
  for (const log::event& each : of.events)
    log_.write(each);
  if (of.listing_changed)
    publication_.changed();
  keeper_.note(of.worth_saving);
}

void refresher::publish(const domains::step& next) {
  switch (next.what) {
  case domains::step::kind::nothing: return;
  case domains::step::kind::act: return build();
  case domains::step::kind::wake: return soon_.set(next.at);
  }
}

void refresher::build() {
  auto done = life_.guarded(
      [this](std::shared_ptr<const table::snapshot> next,
             clock::duration took) { built(std::move(next), took); });
  asio::post(builder_, [&io = io_, done = std::move(done),
                        listings = listings(),
                        exempt = book_.exempt_recipients()]() mutable {
    const auto begin = clock::now();
    auto next = std::make_shared<const table::snapshot>(std::move(listings),
                                                        std::move(exempt));
    const auto took = clock::now() - begin;
    asio::post(io, [done = std::move(done), next = std::move(next),
                    took]() mutable { done(std::move(next), took); });
  });
}

void refresher::built(std::shared_ptr<const table::snapshot> next,
                      clock::duration took) {
  const auto then = publication_.built(book_.expanding(), clock::now());
  log_.write(log::event_of<log::kind::table_published>{}
                 .with("ipv4_networks", next->ipv4_networks())
                 .with("ipv6_networks", next->ipv6_networks())
                 .with("domains", book_.domains().size())
                 .with("build_ms",
                       std::chrono::duration_cast<milliseconds>(took).count()));
  table_.store(std::move(next));
  totals_.build_seconds.add(std::chrono::duration<double>(took).count());
  totals_.published_at = read_clocks().wall;
  on_published_();
  free_retired();
  publish(then);
}

std::vector<table::listing> refresher::listings() {
  auto all = book_.listings();
  numbers_.give(all, book_.by_hand().size());
  return all;
}

reports::vital_signs refresher::signs(timestamp now) const {
  const auto since = [&now](moment at) {
    return std::chrono::floor<std::chrono::seconds>(now.steady - at);
  };
  reports::vital_signs signs;
  signs.published = totals_.published_at.has_value();
  if (const auto begun = publication_.building_since())
    signs.building = since(*begun);
  if (const auto last = book_.quiet_since())
    signs.quiet = since(*last);
  if (const auto next = book_.next_due(now); next && *next < now.steady)
    signs.overdue = since(*next);
  return signs;
}

void refresher::free_retired() {
  if (!table_.collect())
    retired_.set(clock::now() + free_interval);
}

} // namespace spfblock::server
