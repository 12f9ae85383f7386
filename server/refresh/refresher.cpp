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
using boost::system::error_code;
using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

/// While domains are still being expanded, what is there already is published
/// this often.
constexpr milliseconds publish_interval{500};
/// Less often where that takes long, as no more than one part in so many of the
/// time is to go into it; but this often in any case.
constexpr int publishing_part = 10;
constexpr milliseconds longest_publish_interval{5000};
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
      due_{io},
      soon_{io},
      retired_{io},
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
  table_.store(std::make_shared<const table::snapshot>(listings()));
  totals_.published_at = read_clocks().wall;
  dirty_ = false;
  refresh();
}

void refresher::apply(const config::settings& settings,
                      std::shared_ptr<dns::resolver> questions) {
  questions_ = std::move(questions);
  keeper_.use(settings.state_file, settings.refresh.keep_stale);
  take_note(book_.apply(settings, own_addresses(), read_clocks()));
  urgent_ = true;
  publish();
  refresh();
}

void refresher::stop() {
  stopped_ = true;
  due_.cancel();
  soon_.cancel();
  retired_.cancel();
  builder_.join();
  keeper_.stop();
}

void refresher::refresh() {
  if (const auto own = own_addresses(); !own.empty())
    take_note(book_.know_own(own, read_clocks()));
  take_note(book_.remove_ended(read_clocks()));
  const auto due = book_.take_due(read_clocks());
  if (!due.empty()) {
    active_at_ = clock::now();
    questions_->begin_refresh();
    const auto round = std::make_shared<spf::crawl>(std::weak_ptr{questions_});
    for (const auto& each : due) {
      round->expand(each.domain, each.by,
                    [this, as = each.role](const spf::expansion& result) {
                      settled(as, result);
                    });
    }
  }
  if (const auto next = book_.next_due(read_clocks()))
    wake_by(*next);
  publish_soon();
}

void refresher::wake_by(moment at) {
  if (stopped_ || at >= wakes_at_)
    return;
  wakes_at_ = at;
  due_.expires_at(at);
  due_.async_wait([this](error_code error) {
    if (error || stopped_)
      return;
    wakes_at_ = moment::max();
    refresh();
  });
}

void refresher::settled(domains::role as, const spf::expansion& result) {
  if (stopped_)
    return;
  active_at_ = clock::now();
  ++totals_.expansions[static_cast<std::size_t>(result.outcome)];
  const auto told = book_.settle(as, result, read_clocks());
  take_note(told);
  if (told.due)
    wake_by(*told.due);
  publish_in_time();
}

void refresher::take_note(const domains::domain_book::settlement& of) {
  for (const log::event& each : of.events)
    log_.write(each);
  dirty_ = dirty_ || of.listing_changed;
  keeper_.note(of.worth_saving);
}

/// At once where nothing more is to be expected, or where it is urgent.
void refresher::publish_in_time() {
  if (urgent_ || book_.expanding() == 0)
    publish();
  else
    publish_soon();
}

void refresher::publish_soon() {
  if (waiting_ || !dirty_)
    return;
  waiting_ = true;
  soon_.expires_after(
      std::clamp<clock::duration>(publishing_part * publishing_took_,
                                  publish_interval, longest_publish_interval));
  soon_.async_wait([this](error_code error) {
    waiting_ = false;
    if (!error && !stopped_)
      publish();
  });
}

void refresher::publish() {
  if (!dirty_ || building_since_)
    return;
  if (!urgent_ && book_.awaits_allowed(clock::now()))
    return publish_soon();
  dirty_ = urgent_ = false;
  building_since_ = clock::now();
  asio::post(builder_, [this, listings = listings()]() mutable {
    const auto begin = clock::now();
    auto next = std::make_shared<const table::snapshot>(std::move(listings));
    const auto took = clock::now() - begin;
    asio::post(io_, [this, next = std::move(next), took]() mutable {
      built(std::move(next), took);
    });
  });
}

void refresher::built(std::shared_ptr<const table::snapshot> next,
                      clock::duration took) {
  publishing_took_ = clock::now() - *std::exchange(building_since_, {});
  if (stopped_)
    return;
  log_.write(log::event_of<log::kind::table_published>{}
                 .with("ipv4_networks", next->ipv4_networks())
                 .with("ipv6_networks", next->ipv6_networks())
                 .with("domains", book_.pages().size())
                 .with("build_ms",
                       std::chrono::duration_cast<milliseconds>(took).count()));
  table_.store(std::move(next));
  totals_.build_seconds.add(std::chrono::duration<double>(took).count());
  totals_.published_at = read_clocks().wall;
  on_published_();
  free_retired();
  publish_in_time();
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
  reports::vital_signs told;
  told.published = totals_.published_at.has_value();
  if (building_since_)
    told.building = since(*building_since_);
  if (book_.expanding() > 0)
    told.quiet = since(active_at_);
  if (const auto next = book_.next_due(now); next && *next < now.steady)
    told.overdue = since(*next);
  return told;
}

void refresher::free_retired() {
  if (stopped_ || table_.collect())
    return;
  retired_.expires_after(free_interval);
  retired_.async_wait([this](error_code error) {
    if (!error)
      free_retired();
  });
}

} // namespace spfblock::server
