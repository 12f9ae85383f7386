#include "server/patient_loading.hpp"

#include "core/support/text.hpp"

#include <memory>
#include <mutex>
#include <utility>

namespace spfblock::server {
namespace {

/// The file that was opened last.  Thread safety: all, from any thread.
class opened_file {
public:
  void set(const std::string& path) {
    const std::lock_guard lock{mutex_};
    path_ = path;
  }
  [[nodiscard]] std::string get() const {
    const std::lock_guard lock{mutex_};
    return path_;
  }

private:
  mutable std::mutex mutex_;
  std::string path_;
};

} // namespace

loaded_configuration patient_loading::load(const std::string& path,
                                           const config::list_sizes& former) {
  const auto fault = [&path](std::string what) {
    return std::vector<json::problem>{{path, 0, "", std::move(what)}};
  };
  std::erase_if(left_behind_, [](const auto& each) {
    return is_done_within(each, std::chrono::milliseconds{0});
  });
  if (left_behind_.size() >= most_left_behind)
    return fault("files that were to be read before have not come to their "
                 "ends; restart when they can be read");

  const auto at = std::make_shared<opened_file>();
  auto loaded = begun_aside([path, former, at] {
    return load_configuration(
        path, former, [&at](const std::string& file) { at->set(file); });
  });
  if (is_done_within(loaded, patience_))
    return loaded.get();
  left_behind_.push_back(std::move(loaded));
  return fault(in_quotes(at->get()) + ' ' + no_end_within(patience_));
}

loaded_configuration load_patiently(const std::string& path) {
  return patient_loading{}.load(path, {});
}

} // namespace spfblock::server
