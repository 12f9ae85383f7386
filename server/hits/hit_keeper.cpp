#include "server/hits/hit_keeper.hpp"

#include "server/refresh/state_file.hpp"
#include "server/system/clocks.hpp"

#include <boost/asio/post.hpp>

#include <functional>
#include <future>
#include <utility>

namespace spfblock::server {

namespace asio = boost::asio;
using log::event_of;
using log::kind;

namespace {

constexpr std::chrono::seconds harvest_interval{20};
constexpr std::chrono::minutes save_interval{5};
constexpr std::chrono::minutes retry_hits{1};
constexpr std::chrono::hours dropped_interval{24};

void put_hits_aside(const state_file& file, const failure& why,
                    const log_sink& log) {
  const bool of_other_version = why.code == errc::out_of_range;
  const auto aside =
      file.put_aside(of_other_version ? ".other-version" : ".damaged");
  if (aside)
    log.write(event_of<kind::hits_put_aside>{}
                  .with("reason", why.message)
                  .with("aside", *aside));
  else
    log.write(
        event_of<kind::hits_not_read>{}.with("reason", aside.error().message));
}

} // namespace

/// Reads and writes the file.  All but its making belongs to one thread.
class hit_keeper::scribe {
public:
  scribe(std::string path, std::shared_ptr<hit_record> record)
      : file_{std::move(path)},
        record_{std::move(record)} {}

  void load(const log_sink& log) {
    const auto text = file_.load();
    if (!text)
      return log.write(
          event_of<kind::hits_not_read>{}.with("reason", text.error().message));
    if (!*text)
      return;
    const auto kept = hits::ledger_from_text(**text);
    if (kept)
      record_->merge_earlier(*kept);
    else
      put_hits_aside(file_, kept.error(), log);
  }

  /// Unless the file says the same.
  /// @return whether it does now
  result<bool> save() {
    auto text = record_->read(
        [](const hits::hit_ledger& ledger) { return to_text(ledger); });
    const auto sum = std::hash<std::string>{}(text);
    if (sum == saved_)
      return false;
    if (auto why = file_.save(text))
      return *std::move(why);
    saved_ = sum;
    return true;
  }

private:
  state_file file_;
  std::shared_ptr<hit_record> record_;
  std::optional<std::size_t> saved_; ///< hash of the text
};

std::string hits_path(const std::string& state_file) {
  return state_file.empty() ? std::string{} : state_file + ".hits";
}

hit_keeper::hit_keeper(asio::io_context& io, const log_sink& log,
                       const listing_numbers& numbers,
                       std::function<listing_hits()> counted,
                       asio::thread_pool& on)
    : io_{io},
      log_{log},
      counted_{std::move(counted)},
      thread_{on},
      record_{std::make_shared<hit_record>(numbers)},
      again_{io, [this] { tick(); }} {}

hit_keeper::~hit_keeper() = default;

void hit_keeper::use(const std::string& state_file) {
  const std::string path = hits_path(state_file);
  if (path != path_) {
    path_ = path;
    scribe_ = path.empty() ? nullptr : std::make_shared<scribe>(path, record_);
    totals_.trouble.clear();
    save_at_ = read_clocks().steady + save_interval;
    if (scribe_ && !std::exchange(has_read_, true))
      asio::post(thread_,
                 [scribe = scribe_, &log = log_] { scribe->load(log); });
  }
  if (!std::exchange(ticks_, true))
    tick();
}

void hit_keeper::tick() {
  const timestamp now = read_clocks();
  again_.set(now.steady + harvest_interval);
  if (std::exchange(is_busy_, true))
    return;
  const bool saves = scribe_ && now.steady >= save_at_;
  auto done = life_.guarded([this](const outcome& of) { ended(of); });
  asio::post(thread_, [&io = io_, record = record_, counted = counted_(),
                       scribe = saves ? scribe_ : nullptr, at = now.wall,
                       done = std::move(done)]() mutable {
    record->harvest(counted, at);
    outcome of;
    of.dropped = record->dropped();
    if (scribe) {
      const auto saved = scribe->save();
      of.saved = saved && *saved;
      if (!saved)
        of.trouble = saved.error();
    }
    asio::post(io, [done = std::move(done), of = std::move(of)]() mutable {
      done(of);
    });
  });
  if (saves)
    save_at_ = now.steady + save_interval;
}

void hit_keeper::ended(const outcome& of) {
  is_busy_ = false;
  tell_dropped(of.dropped);
  if (of.trouble) {
    ++totals_.failed;
    save_at_ = read_clocks().steady + retry_hits;
  }
  if (!of.trouble && !of.saved)
    return;
  if (of.saved)
    ++totals_.saved;
  const std::string reason = of.trouble ? of.trouble->message : std::string{};
  if (std::exchange(totals_.trouble, reason) == reason)
    return;
  if (of.trouble)
    log_.write(event_of<kind::hits_not_saved>{}.with("reason", reason));
  else
    log_.write(event_of<kind::hits_saved_again>{});
}

void hit_keeper::tell_dropped(std::uint64_t so_far) {
  const moment now = read_clocks().steady;
  if (so_far == dropped_ ||
      (dropped_told_at_ && now - *dropped_told_at_ < dropped_interval))
    return;
  log_.write(event_of<kind::hits_forgotten>{}.with(
      "listings", so_far - std::exchange(dropped_, so_far)));
  dropped_told_at_ = now;
}

bool hit_keeper::stop(moment limit) {
  life_.end();
  again_.stop();
  std::promise<void> promised;
  auto last = promised.get_future();
  asio::post(thread_, [record = record_, counted = counted_(), scribe = scribe_,
                       at = read_clocks().wall,
                       promised = std::move(promised)]() mutable {
    record->harvest(counted, at);
    if (scribe)
      static_cast<void>(scribe->save());
    promised.set_value();
  });
  return last.wait_until(limit) == std::future_status::ready;
}

} // namespace spfblock::server
