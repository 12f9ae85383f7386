#include "server/refresh/refresher.hpp"

#include "server/system/background.hpp"
#include "server/system/clocks.hpp"
#include "server/system/memory.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <future>
#include <utility>
#include <vector>

namespace spfblock::server {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

/// How soon a replaced table is looked at again, to be freed off the serving
/// threads.
constexpr milliseconds free_interval{1000};

/// How long after something was looked at, read or saved what that took is
/// given back: not more often, for that goes through all of the memory.
constexpr milliseconds tidy_interval{10'000};

std::shared_ptr<const table::snapshot> table_of(const domains::domain_book& of,
                                                listing_numbers& numbers,
                                                table::blocked_ranges ranges) {
  auto all = of.listings();
  numbers.give(all, of.by_hand().size());
  const bool asks_mail =
      std::any_of(all.begin(), all.end(), [](const table::listing& each) {
        return each.waits != nullptr;
      });
  return std::make_shared<const table::snapshot>(
      std::move(all), of.exempt_recipients(),
      asks_mail ? std::make_shared<const net::address_set>(of.allowed().all())
                : nullptr,
      ranges);
}

table::blocked_ranges ranges_for(const config::settings& settings) {
  const bool has_dnsbl = std::any_of(
      settings.listen.begin(), settings.listen.end(),
      [](const config::listener& each) { return each.list.has_value(); });
  return has_dnsbl ? table::blocked_ranges::known
                   : table::blocked_ranges::unknown;
}

} // namespace

refresher::refresher(asio::io_context& io, const log_sink& log,
                     published<table::snapshot>& table,
                     std::function<void()> on_published)
    : io_{io},
      log_{log},
      table_{table},
      on_published_{std::move(on_published)},
      expander_{io, [this](const expander::news& what) { heard(what); }},
      soon_{io, [this] { publish(publication_.woken(clock::now())); }},
      retired_{io, [this] { free_retired(); }},
      tidying_{io, [this] { asio::post(builder_, give_back_memory); }},
      keeper_{io, log,
              [this] {
                return [book = expander_.shared_book(),
                        now = read_clocks()](std::size_t longest) {
                  return domains::text_of_state(*book, now, longest);
                };
              }},
      history_{io, log} {
  asio::post(builder_, give_way_to_lookups);
}

void refresher::start(const config::settings& settings,
                      std::shared_ptr<dns::resolver> questions,
                      std::function<void()> started) {
  questions_ = std::move(questions);
  ranges_ = ranges_for(settings);
  keeper_.use(settings.state_file, settings.refresh.keep_stale);
  history_.use(settings.state_file);
  started_ = std::move(started);
  keeper_.load([this, settings](std::optional<domains::state> known) {
    expander_.apply(settings, questions_, std::move(known));
  });
}

void refresher::apply(const config::settings& settings,
                      std::shared_ptr<dns::resolver> questions,
                      std::function<void()> applied) {
  applied_ = std::move(applied);
  questions_ = std::move(questions);
  ranges_ = ranges_for(settings);
  keeper_.use(settings.state_file, settings.refresh.keep_stale);
  history_.use(settings.state_file);
  expander_.apply(settings, questions_);
}

void refresher::clock_was_set(const config::settings& settings) {
  expander_.apply_again(settings, questions_);
  keeper_.note(true);
}

bool refresher::stop(moment limit) {
  life_.end();
  soon_.stop();
  retired_.stop();
  tidying_.stop();
  expander_.give_up();
  questions_.reset();
  std::promise<void> built;
  const auto all_built = built.get_future();
  asio::post(builder_,
             [built = std::move(built)]() mutable { built.set_value(); });
  // The state first: that is what is waited for.
  const bool saved = keeper_.stop(limit);
  const bool told = history_.stop(limit);
  return saved && told && expander_.ended_by(limit) &&
         all_built.wait_until(limit) == std::future_status::ready;
}

void refresher::heard(const expander::news& what) {
  for (std::size_t i = 0; i < what.ended.size(); ++i)
    totals_.expansions[i] += what.ended[i];
  take_note(what.change);
  tidying_.set(clock::now() + tidy_interval);
  history_.note(shared_book(), what.applied ? history::configuration::other
                                            : history::configuration::same);
  publish(what.applied
              ? publication_.urgent(clock::now())
              : publication_.settled(book().expanding(), clock::now()));
  if (what.applied && applied_)
    applied_();
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
  asio::post(builder_, [&io = io_, &numbers = numbers_, done = std::move(done),
                        ranges = ranges_,
                        book = expander_.shared_book()]() mutable {
    const auto begin = clock::now();
    auto next = table_of(*std::exchange(book, nullptr), numbers, ranges);
    const auto took = clock::now() - begin;
    asio::post(io, [done = std::move(done), next = std::move(next),
                    took]() mutable { done(std::move(next), took); });
  });
}

void refresher::built(std::shared_ptr<const table::snapshot> next,
                      clock::duration took) {
  const auto then = publication_.built(book().expanding(), clock::now());
  const log::event published =
      log::event_of<log::kind::table_published>{}
          .with("ipv4_networks", next->ipv4_networks())
          .with("ipv6_networks", next->ipv6_networks())
          .with("domains", book().domains().size())
          .with("build_ms",
                std::chrono::duration_cast<milliseconds>(took).count());
  table_.store(std::move(next));
  if (!started_) // whoever reads the line finds the table
    log_.write(published);
  totals_.build_seconds.add(std::chrono::duration<double>(took).count());
  totals_.published_at = read_clocks().wall;
  if (started_)
    std::exchange(started_, nullptr)();
  on_published_();
  free_retired();
  publish(then);
}

reports::vital_signs refresher::signs(timestamp now) const {
  const auto since = [&now](moment at) {
    return std::chrono::floor<std::chrono::seconds>(now.steady - at);
  };
  reports::vital_signs signs;
  signs.published = totals_.published_at.has_value();
  if (const auto begun = publication_.building_since())
    signs.building = since(*begun);
  if (const auto last = book().quiet_since())
    signs.quiet = since(*last);
  return signs;
}

/// Where tables are built, since that takes as long.
void refresher::free_retired() {
  auto done = life_.guarded([this](bool all) {
    if (!all)
      retired_.set(clock::now() + free_interval);
  });
  asio::post(
      builder_, [&io = io_, &table = table_, done = std::move(done)]() mutable {
        const bool all = table.collect();
        asio::post(io, [done = std::move(done), all]() mutable { done(all); });
      });
}

} // namespace spfblock::server
