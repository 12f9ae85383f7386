#include "server/accepted.hpp"

#include "core/config/whereabouts.hpp"
#include "server/patient_loading.hpp"
#include "server/system/file.hpp"
#include "server/system/patience.hpp"

#include <boost/asio/post.hpp>

#include <cstdlib>
#include <filesystem>
#include <utility>

namespace spfblock::server {

namespace fs = std::filesystem;
using log::event_of;
using log::kind;

namespace {

/// The texts may say more than everybody is to know.
constexpr mode_t private_mode = 0600;

/// What is kept, as a configuration.
loaded_configuration
load_kept(const std::optional<config::kept_configuration>& kept) {
  if (!kept)
    return std::vector<json::problem>{};
  return load_configuration(kept->texts, kept->lists);
}

/// Where clients are answered although neither can be used.
config::settings
refuge_of(const std::string& file,
          const std::optional<config::kept_configuration>& kept) {
  auto text = begun_aside(
      [file](reading& by) { return read_file(file, longest_file, &by); });
  const auto read = text.is_done_within(patience_for_files)
                        ? text.take()
                        : result<std::string>{std::string{}};
  auto doors = config::doors_in(read ? *read : std::string{});
  if (doors.listen.empty() && kept)
    doors = config::doors_in(kept->texts.text);
  return doors;
}

} // namespace

std::optional<std::string> accepted_path() {
  const char* const folders = std::getenv("STATE_DIRECTORY");
  if (folders == nullptr || *folders == '\0')
    return std::nullopt;
  const std::string all{folders}; // systemd.exec(5): parted by colons
  return (fs::path{all.substr(0, all.find(':'))} /
          config::kept_configuration_name)
      .string();
}

std::string accepted_beside(const std::string& state_file) {
  return (fs::path{state_file}.parent_path() / config::kept_configuration_name)
      .string();
}

result<std::optional<config::kept_configuration>>
read_accepted(const std::string& path) {
  const auto text = state_file{path}.load();
  if (!text)
    return text.error();
  if (!*text)
    return std::optional<config::kept_configuration>{};
  auto kept = config::kept_from_json(**text);
  if (!kept)
    return kept.error();
  return std::optional{*std::move(kept)};
}

beginning begin_with(const std::string& file,
                     const std::optional<std::string>& kept_at) {
  beginning made;
  std::optional<config::kept_configuration> kept;
  if (kept_at) {
    auto read = read_accepted(*kept_at);
    if (read)
      kept = *std::move(read);
    else
      made.trouble = read.error().message;
  }
  const auto former = kept ? kept->lists : config::list_sizes{};
  auto loaded = patient_loading{}.load(file, former);
  if (auto* const valid = std::get_if<configuration>(&loaded)) {
    made.chosen = std::move(*valid);
    return made;
  }
  made.refused = std::get<std::vector<json::problem>>(std::move(loaded));
  auto accepted = load_kept(kept);
  if (auto* const valid = std::get_if<configuration>(&accepted)) {
    made.chosen = std::move(*valid);
    return made;
  }
  if (kept)
    made.trouble =
        std::get<std::vector<json::problem>>(accepted).front().to_string();
  made.refuge = refuge_of(file, kept);
  return made;
}

accepted_keeper::accepted_keeper(const std::optional<std::string>& at,
                                 const log_sink& log)
    : log_{log},
      file_{at ? std::make_unique<state_file>(*at, private_mode) : nullptr} {}

accepted_keeper::~accepted_keeper() {
  writer_.join();
}

void accepted_keeper::keep(const configuration& accepted) {
  if (!file_)
    return;
  {
    const std::lock_guard lock{mutex_};
    ++waiting_;
  }
  boost::asio::post(writer_, [this,
                              text = to_json(accepted.texts, accepted.lists)] {
    if (const auto why = file_->save(text))
      log_.write(event_of<kind::configuration_not_kept>{}.with("reason",
                                                               why->message));
    const std::lock_guard lock{mutex_};
    --waiting_;
    written_.notify_all();
  });
}

bool accepted_keeper::is_done_by(moment limit) {
  std::unique_lock lock{mutex_};
  return written_.wait_until(lock, limit, [this] { return waiting_ == 0; });
}

} // namespace spfblock::server
