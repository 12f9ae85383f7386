#include "server/refresher.hpp"

#include "server/clocks.hpp"
#include "server/crawl.hpp"
#include "server/own_addresses.hpp"

#include <boost/asio/post.hpp>

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
/// How soon a replaced table is looked at again, to be freed off the serving
/// threads.
constexpr milliseconds free_interval{1000};

} // namespace

refresher::refresher(asio::io_context& io, const log_sink& log,
                     published<table::snapshot>& table)
    : io_{io},
      log_{log},
      table_{table},
      book_{[spread = std::minstd_rand{std::random_device{}()}]() mutable {
        return std::generate_canonical<double, 16>(spread);
      }},
      due_{io},
      soon_{io},
      retired_{io},
      keeper_{io, log, [this] { return book_.save(read_clocks()); }} {}

void refresher::start(const config::settings& settings,
                      std::shared_ptr<resolver> questions) {
  questions_ = std::move(questions);
  keeper_.use(settings.state_file, settings.refresh.keep_stale);
  take_note(book_.apply(settings, own_addresses(), read_clocks()));
  if (const auto known = keeper_.load())
    take_note(book_.restore(*known, read_clocks()));
  table_.store(std::make_shared<const table::snapshot>(book_.listings()));
  dirty_ = false;
  refresh();
}

void refresher::apply(const config::settings& settings,
                      std::shared_ptr<resolver> questions) {
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
    questions_->begin_refresh();
    const auto round = std::make_shared<crawl>(std::weak_ptr{questions_});
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

void refresher::wake_by(table::moment at) {
  if (stopped_ || at >= wakes_at_)
    return;
  wakes_at_ = at;
  due_.expires_at(at);
  due_.async_wait([this](error_code error) {
    if (error || stopped_)
      return;
    wakes_at_ = table::moment::max();
    refresh();
  });
}

void refresher::settled(table::role as, const spf::expansion& result) {
  if (stopped_)
    return;
  const auto told = book_.settle(as, result, read_clocks());
  take_note(told);
  if (told.due)
    wake_by(*told.due);
  if (book_.expanding() == 0)
    publish();
  else
    publish_soon();
}

void refresher::take_note(const table::domain_book::settlement& of) {
  for (const log::event& each : of.events)
    log_.write(each);
  dirty_ = dirty_ || of.listing_changed;
  keeper_.note(of.worth_saving);
}

void refresher::publish_soon() {
  if (waiting_ || !dirty_)
    return;
  waiting_ = true;
  soon_.expires_after(publish_interval);
  soon_.async_wait([this](error_code error) {
    waiting_ = false;
    if (!error && !stopped_)
      publish();
  });
}

void refresher::publish() {
  if (!dirty_ || building_)
    return;
  if (!urgent_ && book_.awaits_allowed(clock::now()))
    return publish_soon();
  dirty_ = urgent_ = false;
  building_ = true;
  asio::post(builder_, [this, listings = book_.listings()]() mutable {
    const auto begin = clock::now();
    auto next = std::make_shared<const table::snapshot>(std::move(listings));
    const auto took =
        std::chrono::duration_cast<milliseconds>(clock::now() - begin);
    asio::post(io_, [this, next = std::move(next), took]() mutable {
      built(std::move(next), took);
    });
  });
}

void refresher::built(std::shared_ptr<const table::snapshot> next,
                      milliseconds took) {
  building_ = false;
  if (stopped_)
    return;
  log_.write(log::event{level::info, "table published"}
                 .with("ipv4_networks", next->ipv4_networks())
                 .with("ipv6_networks", next->ipv6_networks())
                 .with("domains", book_.pages().size())
                 .with("build_ms", took.count()));
  table_.store(std::move(next));
  free_retired();
  publish();
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
