#include "server/history/history_keeper.hpp"

#include "core/history/daily_room.hpp"
#include "server/system/background.hpp"
#include "server/system/clocks.hpp"
#include "server/version.hpp"

#include <boost/asio/post.hpp>

#include <deque>
#include <future>
#include <utility>
#include <vector>

namespace spfblock::server {

namespace asio = boost::asio;
using log::event_of;
using log::kind;

namespace {

constexpr std::chrono::seconds retry_history{60};
/// Books: what a start begins with is not replaced by what comes of it.
constexpr std::size_t most_waiting = 2;
/// Lines are written so many octets at a time, about.
constexpr std::size_t octets_at_once = std::size_t{1} << 20U;

} // namespace

/// Compares and writes.  note() belongs to the controlling thread, all else to
/// the one that writes.
class history_keeper::scribe {
public:
  scribe(std::string path, history_bounds within)
      : file_{std::move(path), within} {}

  /// @return whether write() is to be called: it is not under way
  bool note(std::shared_ptr<const domains::domain_book> book,
            history::configuration meanwhile, std::chrono::sys_seconds at) {
    noted next{std::move(book), meanwhile, at};
    const std::lock_guard alone{access_};
    if (waiting_.size() == most_waiting) {
      if (waiting_.back().meanwhile == history::configuration::other)
        next.meanwhile = history::configuration::other;
      std::swap(waiting_.back(), next); // freed behind the lock
    } else {
      waiting_.push_back(std::move(next));
    }
    return !std::exchange(is_asked_, true);
  }

  /// Asks for another try.
  /// @return as note()
  bool ask_again() {
    const std::lock_guard alone{access_};
    return !std::exchange(is_asked_, true);
  }

  outcome write() {
    outcome of;
    while (!of.trouble && take_next())
      tell(of);
    return of;
  }

private:
  struct noted {
    std::shared_ptr<const domains::domain_book> book;
    history::configuration meanwhile = history::configuration::same;
    std::chrono::sys_seconds at{};
  };

  /// @return whether there is something to tell
  bool take_next() {
    const std::lock_guard alone{access_};
    if (!untold_.book && !waiting_.empty()) {
      untold_ = std::move(waiting_.front());
      waiting_.pop_front();
    }
    is_asked_ = untold_.book != nullptr;
    return is_asked_;
  }

  void tell(outcome& of) {
    std::string lines;
    std::uint64_t count = 0;
    for (history::entry& each : entries()) {
      lines += room_.line_of(std::move(each));
      ++count;
      if (lines.size() >= octets_at_once && !flush(lines, of))
        return;
    }
    if (!flush(lines, of))
      return;
    of.written += count;
    told_ = std::move(untold_.book);
    untold_ = {};
  }

  std::vector<history::entry> entries() const {
    if (told_)
      return history::changes_between(*told_, *untold_.book, untold_.meanwhile,
                                      untold_.at);
    history::recollection known;
    read_history(file_.path(),
                 [&known](std::string_view line) { known.read(line); });
    auto all = history::unknown_to(known, *untold_.book, untold_.at);
    all.insert(all.begin(), {.at = untold_.at,
                             .what = history::happening::start,
                             .detail = version});
    return all;
  }

  /// @return whether the lines are written; if not, another try is to be asked
  ///         for
  bool flush(std::string& lines, outcome& of) {
    if (!lines.empty())
      of.trouble = file_.append(lines);
    lines.clear();
    if (of.trouble) {
      const std::lock_guard alone{access_};
      is_asked_ = false;
    }
    return !of.trouble;
  }

  std::mutex access_;         ///< to the two below
  std::deque<noted> waiting_; ///< the last gives way
  bool is_asked_ = false;

  history_file file_;
  history::daily_room room_;
  noted untold_;
  std::shared_ptr<const domains::domain_book> told_;
};

history_keeper::history_keeper(asio::io_context& io, const log_sink& log,
                               history_bounds within)
    : io_{io},
      log_{log},
      bounds_{within},
      again_{io, [this] {
               if (scribe_ && scribe_->ask_again())
                 begin();
             }} {
  asio::post(thread_, give_way_to_lookups);
}

history_keeper::~history_keeper() {
  thread_.join();
}

void history_keeper::use(const std::string& state_file) {
  const std::string path = history_path(state_file);
  if (path == path_)
    return;
  path_ = path;
  scribe_ = path.empty() ? nullptr : std::make_shared<scribe>(path, bounds_);
  totals_.trouble.clear();
}

void history_keeper::note(std::shared_ptr<const domains::domain_book> book,
                          history::configuration meanwhile) {
  if (scribe_ && scribe_->note(std::move(book), meanwhile, read_clocks().wall))
    begin();
}

void history_keeper::begin() {
  auto done = life_.guarded([this](const outcome& of) { ended(of); });
  asio::post(thread_,
             [&io = io_, scribe = scribe_, done = std::move(done)]() mutable {
               auto of = scribe->write();
               asio::post(io, [done = std::move(done),
                               of = std::move(of)]() mutable { done(of); });
             });
}

void history_keeper::ended(const outcome& of) {
  totals_.written += of.written;
  const std::string reason = of.trouble ? of.trouble->message : std::string{};
  if (of.trouble) {
    ++totals_.failed;
    again_.set(read_clocks().steady + retry_history);
  }
  if (std::exchange(totals_.trouble, reason) == reason)
    return;
  if (of.trouble)
    log_.write(event_of<kind::history_not_written>{}.with("reason", reason));
  else
    log_.write(event_of<kind::history_written_again>{});
}

bool history_keeper::stop(moment limit) {
  life_.end();
  again_.stop();
  std::promise<void> promised;
  auto last = promised.get_future();
  asio::post(thread_,
             [scribe = scribe_, promised = std::move(promised)]() mutable {
               if (scribe)
                 scribe->write();
               promised.set_value();
             });
  return last.wait_until(limit) == std::future_status::ready;
}

} // namespace spfblock::server
