#include "server/patient_loading.hpp"

#include "core/support/contract.hpp"
#include "server/system/clocks.hpp"

#include <fmt/format.h>

#include <thread>
#include <utility>

namespace spfblock::server {
namespace {

bool is_done(const std::future<loaded_configuration>& what) {
  return what.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
}

} // namespace

void patient_loading::begin(const std::string& path,
                            const config::list_sizes& former) {
  EXPECTS(!is_under_way());
  std::erase_if(left_behind_, is_done);
  present_ = attempt{path, {}, read_clocks().steady + patience_};
  if (left_behind_.size() >= most_left_behind)
    return;
  // A future of std::async would wait for its thread.
  std::packaged_task<loaded_configuration()> task{
      [path, former] { return load_configuration(path, former); }};
  present_->loaded = task.get_future();
  std::thread{std::move(task)}.detach();
}

std::optional<loaded_configuration> patient_loading::outcome() {
  EXPECTS(is_under_way());
  future& loaded = present_->loaded;
  if (!loaded.valid())
    return fault("files that were to be read before have not come to their "
                 "ends; restart when they can be read");
  if (is_done(loaded)) {
    auto made = loaded.get();
    present_.reset();
    return made;
  }
  if (read_clocks().steady < present_->limit)
    return std::nullopt;
  left_behind_.push_back(std::move(loaded));
  return fault(fmt::format(
      "it, or a file that it names, did not come to its end within {} s",
      std::chrono::ceil<std::chrono::seconds>(patience_).count()));
}

loaded_configuration patient_loading::load(const std::string& path,
                                           const config::list_sizes& former) {
  begin(path, former);
  if (present_->loaded.valid())
    present_->loaded.wait_until(present_->limit);
  return *outcome();
}

/// Ends the present attempt.
loaded_configuration patient_loading::fault(std::string what) {
  std::vector<json::problem> made{
      {std::move(present_->path), 0, "", std::move(what)}};
  present_.reset();
  return made;
}

loaded_configuration load_patiently(const std::string& path) {
  return patient_loading{}.load(path, {});
}

} // namespace spfblock::server
