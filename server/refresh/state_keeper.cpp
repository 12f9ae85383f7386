#include "server/refresh/state_keeper.hpp"

#include "server/system/background.hpp"
#include "server/system/clocks.hpp"

#include <boost/asio/post.hpp>

#include <future>
#include <utility>

namespace spfblock::server {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;
using log::event_of;
using log::kind;

namespace {

/// An event about the file.
template <kind Kind>
log::event about(const state_file& file, const failure& why) {
  return event_of<Kind>{}.with("file", file.path()).with("reason", why.message);
}

void put_aside(const state_file& file, const failure& why,
               const log_sink& log) {
  const bool of_other_version = why.code == errc::out_of_range;
  const auto aside =
      file.put_aside(of_other_version ? ".other-version" : ".damaged");
  if (!of_other_version)
    log.write(about<kind::state_damaged>(file, why));
  else if (aside)
    log.write(event_of<kind::state_of_other_version>{}
                  .with("file", file.path())
                  .with("aside", *aside));
  if (!aside)
    log.write(about<kind::state_not_put_aside>(file, aside.error()));
}

/// Waits for the disk.
std::optional<domains::state> load_now(const state_file& file,
                                       const log_sink& log) {
  const auto text = file.load();
  if (!text) {
    log.write(about<kind::state_unreadable>(file, text.error()));
    return std::nullopt;
  }
  if (!*text)
    return std::nullopt;
  auto state = domains::state_from_json(**text);
  if (!state) {
    put_aside(file, state.error(), log);
    return std::nullopt;
  }
  log.write(event_of<kind::state_loaded>{}
                .with("file", file.path())
                .with("domains", state->domains.size()));
  return *std::move(state);
}

} // namespace

state_keeper::state_keeper(asio::io_context& io, const log_sink& log,
                           std::function<source()> current)
    : io_{io},
      log_{log},
      current_{std::move(current)},
      soon_{io, [this] { follow(saving_.woken(clock::now())); }} {
  asio::post(writer_, give_way_to_lookups);
}

state_keeper::~state_keeper() {
  writer_.join();
}

void state_keeper::use(const std::string& path,
                       std::chrono::seconds keep_stale) {
  saving_.keep(path.empty() ? std::nullopt : std::optional{keep_stale});
  if (path == (file_ ? file_->path() : std::string{}))
    return;
  file_ = path.empty() ? nullptr : std::make_shared<state_file>(path);
  trouble_.clear();
}

void state_keeper::load(
    std::function<void(std::optional<domains::state>)> done) {
  auto told = life_.guarded(std::move(done));
  if (!file_)
    return asio::post(
        io_, [told = std::move(told)]() mutable { told(std::nullopt); });
  asio::post(writer_, [&io = io_, &log = log_, file = file_,
                       told = std::move(told)]() mutable {
    auto known = load_now(*std::exchange(file, nullptr), log);
    asio::post(io,
               [told = std::move(told), known = std::move(known)]() mutable {
                 told(std::move(known));
               });
  });
}

void state_keeper::note(bool changed) {
  follow(saving_.noted(changed, clock::now()));
}

void state_keeper::follow(const domains::step& next) {
  switch (next.what) {
  case domains::step::kind::nothing: return;
  case domains::step::kind::act: return save();
  case domains::step::kind::wake: return soon_.set(next.at);
  }
}

void state_keeper::save() {
  auto done = life_.guarded([this](const outcome& of) { saved(of); });
  asio::post(writer_, [&io = io_, done = std::move(done), file = file_,
                       state = current_()]() mutable {
    auto of = save_now(*file, std::exchange(state, nullptr));
    asio::post(io, [done = std::move(done), of = std::move(of)]() mutable {
      done(of);
    });
  });
}

/// Waits for the disk.
state_keeper::outcome state_keeper::save_now(state_file& file,
                                             const source& state) {
  const auto [text, left_out] = state(state_file::longest);
  return {file.save(text), left_out, text.size()};
}

void state_keeper::saved(const outcome& of) {
  tell(of.trouble);
  if (of.trouble) {
    ++totals_.failed;
    return follow(saving_.failed(clock::now()));
  }
  tell_left_out(of.left_out);
  saving_.saved(of.octets);
  ++totals_.saved;
  totals_.saved_at = read_clocks().wall;
}

void state_keeper::tell_left_out(const std::vector<dns::name>& domains) {
  if (std::exchange(left_out_, domains.size()) == domains.size() ||
      domains.empty())
    return;
  log_.write(event_of<kind::state_saved_in_part>{}
                 .with("domains", domains.size())
                 .with("largest", domains.front().to_string()));
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

bool state_keeper::stop(moment limit) {
  life_.end();
  soon_.stop();
  std::promise<outcome> promised;
  auto last = promised.get_future();
  const bool unsaved = file_ && saving_.is_behind();
  asio::post(writer_,
             [promised = std::move(promised), file = unsaved ? file_ : nullptr,
              state = current_()]() mutable {
               promised.set_value(file ? save_now(*file, state) : outcome{});
             });
  if (last.wait_until(limit) != std::future_status::ready) {
    if (unsaved)
      tell(failure{errc::temporary,
                   "the process ends, and writing takes too long", 0});
    return false;
  }
  if (unsaved)
    tell(last.get().trouble);
  return true;
}

} // namespace spfblock::server
