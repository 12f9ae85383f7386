#include "server/refresh/state_keeper.hpp"

#include "server/system/background.hpp"
#include "server/system/clocks.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace spfblock::server {

namespace asio = boost::asio;
using boost::system::error_code;
using log::event_of;
using log::kind;
using namespace std::chrono_literals;

namespace {

/// From a change to its being saved.
constexpr auto change_delay = 5s;

/// An event about the file.
template <kind Kind>
log::event about(const state_file& file, const failure& why) {
  return event_of<Kind>{}.with("file", file.path()).with("reason", why.message);
}

} // namespace

state_keeper::state_keeper(asio::io_context& io, const log_sink& log,
                           std::function<domains::state()> current)
    : io_{io},
      log_{log},
      current_{std::move(current)},
      timer_{io} {
  asio::post(writer_, give_way_to_lookups);
}

state_keeper::~state_keeper() {
  writer_.join();
}

void state_keeper::use(const std::string& path,
                       std::chrono::seconds keep_stale) {
  age_interval_ = std::clamp(keep_stale / 16, 60s, 6 * 3600s);
  if (path == (file_ ? file_->path() : std::string{}))
    return;
  file_ = path.empty() ? nullptr : std::make_shared<state_file>(path);
  trouble_.clear();
}

std::optional<domains::state> state_keeper::load() {
  if (!file_)
    return std::nullopt;
  const auto text = file_->load();
  if (!text) {
    log_.write(about<kind::state_unreadable>(*file_, text.error()));
    return std::nullopt;
  }
  if (!*text)
    return std::nullopt;
  auto state = domains::state_from_json(**text);
  if (state) {
    log_.write(event_of<kind::state_loaded>{}
                   .with("file", file_->path())
                   .with("domains", state->domains.size()));
    return *std::move(state);
  }
  log_.write(about<kind::state_damaged>(*file_, state.error()));
  if (const auto aside = file_->put_aside(); !aside)
    log_.write(about<kind::state_not_put_aside>(*file_, aside.error()));
  return std::nullopt;
}

void state_keeper::note(bool changed) {
  if (file_)
    save_by(clock::now() + (changed ? change_delay : age_interval_));
}

void state_keeper::save_by(clock::time_point at) {
  if (stopped_ || at >= saves_at_)
    return;
  saves_at_ = at;
  timer_.expires_at(at);
  timer_.async_wait([this](error_code error) {
    if (!error && !stopped_)
      save();
  });
}

void state_keeper::save() {
  saves_at_ = clock::time_point::max();
  if (!file_)
    return;
  if (saving_)
    return save_by(clock::now() + change_delay);
  saving_ = true;
  asio::post(writer_, [this, file = file_, state = current_()] {
    auto trouble = file->save(to_json(state));
    asio::post(io_, [this, trouble = std::move(trouble)] { saved(trouble); });
  });
}

void state_keeper::saved(const std::optional<failure>& trouble) {
  saving_ = false;
  tell(trouble);
  if (trouble) {
    ++totals_.failed;
    return save_by(clock::now() + 60s);
  }
  ++totals_.saved;
  totals_.saved_at = read_clocks().wall;
}

void state_keeper::tell(const std::optional<failure>& trouble) {
  const std::string reason = trouble ? trouble->message : std::string{};
  if (std::exchange(trouble_, reason) == reason)
    return;
  if (trouble)
    log_.write(event_of<kind::state_not_saved>{}.with("reason", reason));
  else
    log_.write(event_of<kind::state_saved_again>{});
}

void state_keeper::stop() {
  stopped_ = true;
  timer_.cancel();
  writer_.join();
  if (file_)
    tell(file_->save(to_json(current_())));
}

} // namespace spfblock::server
