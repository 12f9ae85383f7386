#include "server/patient_loading.hpp"

#include <fmt/format.h>

#include <thread>
#include <utility>

namespace spfblock::server {
namespace {

using future = std::future<loaded_configuration>;

bool is_done_within(const future& what, std::chrono::milliseconds time) {
  return what.wait_for(time) == std::future_status::ready;
}

} // namespace

loaded_configuration patient_loading::load(const std::string& path,
                                           const config::list_sizes& former) {
  const auto fault = [&path](std::string what) {
    return std::vector<json::problem>{{path, 0, "", std::move(what)}};
  };
  std::erase_if(left_behind_, [](const future& each) {
    return is_done_within(each, std::chrono::milliseconds{0});
  });
  if (left_behind_.size() >= most_left_behind)
    return fault("files that were to be read before have not come to their "
                 "ends; restart when they can be read");

  // A future of std::async would wait for its thread.
  std::packaged_task<loaded_configuration()> task{
      [path, former] { return load_configuration(path, former); }};
  future loaded = task.get_future();
  std::thread{std::move(task)}.detach();
  if (is_done_within(loaded, patience_))
    return loaded.get();
  left_behind_.push_back(std::move(loaded));
  return fault(fmt::format(
      "it, or a file that it names, did not come to its end within {} s",
      std::chrono::ceil<std::chrono::seconds>(patience_).count()));
}

loaded_configuration load_patiently(const std::string& path) {
  return patient_loading{}.load(path, {});
}

} // namespace spfblock::server
