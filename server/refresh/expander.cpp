#include "server/refresh/expander.hpp"

#include "server/refresh/posted_resolver.hpp"
#include "server/system/background.hpp"
#include "server/system/clocks.hpp"
#include "server/system/own_addresses.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <iterator>
#include <random>
#include <utility>

namespace spfblock::server {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;

namespace {

/// No more than one part in so many of the time goes into copies of the book.
constexpr int part_of_copies = 10;

/// No more than one part in so many of the time goes into looking which of many
/// domains are due; but nobody is late by more than the latter.
constexpr int part_of_rounds = 50;
constexpr std::chrono::seconds latest_round{1};

/// What happened, and then `more`.
void add(domains::book_change& to, domains::book_change more) {
  to.events.insert(to.events.end(),
                   std::make_move_iterator(more.events.begin()),
                   std::make_move_iterator(more.events.end()));
  to.listing_changed = to.listing_changed || more.listing_changed;
  to.worth_saving = to.worth_saving || more.worth_saving;
}

} // namespace

expander::expander(asio::io_context& io, std::function<void(news)> tell)
    : io_{io},
      tell_{std::move(tell)},
      until_end_{asio::make_work_guard(own_)},
      book_{[spread = std::minstd_rand{std::random_device{}()}]() mutable {
        return std::generate_canonical<double, 16>(spread);
      }},
      due_{own_, [this] { refresh(); }},
      soon_{own_, [this] { this->tell(); }} {
  std::promise<void> ended;
  ended_ = ended.get_future();
  thread_ = std::thread{
      [this, ended = std::move(ended)]() mutable { run(std::move(ended)); }};
}

expander::~expander() {
  give_up();
  thread_.join();
}

// On the controlling thread --------------------------------------------------

expander::order expander::make_order(bool is_other,
                                     const config::settings& settings,
                                     std::optional<domains::state> known,
                                     std::weak_ptr<dns::resolver> questions) {
  if (given_up_)
    *given_up_ = true;
  given_up_ = std::make_shared<std::atomic<bool>>(false);
  return {is_other, settings, std::move(known), std::move(questions),
          given_up_};
}

void expander::apply(const config::settings& settings,
                     std::weak_ptr<dns::resolver> questions,
                     std::optional<domains::state> known) {
  give(make_order(true, settings, std::move(known), std::move(questions)));
}

void expander::apply_again(const config::settings& settings,
                           std::weak_ptr<dns::resolver> questions) {
  give(make_order(false, settings, std::nullopt, std::move(questions)));
}

void expander::give(order what) {
  asio::post(own_, [this, what = std::move(what)]() mutable {
    take_over(std::move(what));
    this->tell(); // what was known, before a look ends: the history compares
    refresh();
  });
}

void expander::give_up() {
  if (given_up_)
    *given_up_ = true;
  heard_.end();
  asio::post(own_, [this] { end(); });
}

bool expander::ended_by(moment limit) const {
  return ended_.wait_until(limit) == std::future_status::ready;
}

/// The former book goes back, to be freed where nobody waits.
void expander::heard(news what,
                     std::shared_ptr<const domains::domain_book> book) {
  shown_.swap(book);
  tell_(std::move(what));
  asio::post(own_, [this, former = std::move(book)]() mutable {
    former.reset();
    telling_ = false;
    tell_soon();
  });
}

// On its own thread ----------------------------------------------------------

void expander::run(std::promise<void> ended) {
  give_way_to_lookups();
  own_.run();
  ended.set_value();
}

/// Those under way, and those that wait.
void expander::end_looks() {
  looking_.end();
  looks_.clear();
  room_->give_up();
  room_ = std::make_shared<spf::answer_room>();
}

void expander::end() {
  end_looks();
  due_.stop();
  soon_.stop();
  questions_.reset();
  until_end_.reset();
}

void expander::take_over(order what) {
  end_looks();
  looks_given_up_ = std::move(what.given_up);
  questions_ =
      std::make_shared<posted_resolver>(own_, io_, std::move(what.questions));
  note(book_.apply(what.settings, own_addresses(), read_clocks()));
  if (what.known)
    note(book_.restore(*std::move(what.known), read_clocks()));
  untold_.applied = untold_.applied || what.is_other;
}

void expander::refresh() {
  if (!questions_)
    return;
  const auto begin = clock::now();
  if (const auto own = own_addresses(); !own.empty())
    note(book_.know_own(own, read_clocks()));
  note(book_.remove_ended(read_clocks()));
  note(book_.end_waiting(read_clocks()));
  auto due = book_.take_due(read_clocks());
  if (!due.empty()) {
    questions_->begin_refresh();
    const auto round =
        std::make_shared<spf::crawl>(std::weak_ptr{questions_}, surroundings());
    for (auto& each : due) {
      each.by.given_up = looks_given_up_;
      round->expand(each.domain, each.by,
                    looking_.guarded(
                        [this, as = each.role](const spf::expansion& result) {
                          settled(as, result);
                        }));
    }
  }
  const auto next = book_.next_due(read_clocks());
  const auto end = clock::now();
  next_round_ = end + std::min<moment::duration>(part_of_rounds * (end - begin),
                                                 latest_round);
  if (next)
    look_at(*next);
}

/// Looks at what is due then.
void expander::look_at(moment due) {
  due_.set(std::max(due, next_round_));
}

spf::crawl::surroundings expander::surroundings() {
  return {[this](std::uint64_t dear, std::function<void()> look) {
            line_up(dear, std::move(look));
          },
          room_,
          looking_.guarded([this](const dns::name& domain, std::size_t bytes) {
            note(book_.put_aside(domain, bytes, read_clocks()));
          })};
}

void expander::settled(domains::role as, const spf::expansion& result) {
  ++untold_.ended[static_cast<std::size_t>(result.outcome)];
  auto change = book_.settle(as, result, read_clocks());
  if (change.due)
    look_at(*change.due);
  note(std::move(change));
}

void expander::line_up(std::uint64_t dear, std::function<void()> look) {
  looks_.emplace(dear, std::move(look));
  asio::post(own_, [this] { do_next_look(); });
}

void expander::do_next_look() {
  if (looks_.empty())
    return; // they were given up
  const auto next = looks_.extract(looks_.begin());
  next.mapped()();
}

void expander::note(domains::book_change change) {
  add(untold_.change, std::move(change));
  has_untold_ = true;
  tell_soon();
}

void expander::tell_soon() {
  if (has_untold_ && !telling_)
    soon_.set(tells_at_);
}

void expander::tell() {
  if (!has_untold_ || telling_)
    return;
  has_untold_ = false;
  telling_ = true;
  const auto begin = clock::now();
  auto copy = std::make_shared<const domains::domain_book>(book_);
  asio::post(io_, [this, hearing = hearing_, what = std::exchange(untold_, {}),
                   copy = std::move(copy)]() mutable {
    if (!hearing.over())
      heard(std::move(what), std::move(copy));
  });
  tells_at_ = clock::now() + part_of_copies * (clock::now() - begin);
}

} // namespace spfblock::server
