#include "server/patient_loading.hpp"

#include "core/support/text.hpp"

#include <utility>

namespace spfblock::server {

loaded_configuration patient_loading::load(const std::string& path,
                                           const config::list_sizes& former) {
  const auto fault = [&path](std::string what) {
    return std::vector<json::problem>{{path, 0, "", std::move(what)}};
  };
  std::erase_if(left_behind_, [](const auto& each) { return each.is_done(); });
  if (left_behind_.size() >= most_left_behind)
    return fault("files that were to be read before have not come to their "
                 "ends; restart when they can be read");

  auto loaded = begun_aside([path, former](reading& by) {
    return load_configuration(path, former, &by);
  });
  if (loaded.is_done_within(patience_))
    return loaded.take();
  auto why = in_quotes(loaded.by().path()) + ' ' +
             no_end_within(loaded.by(), patience_);
  left_behind_.push_back(std::move(loaded));
  return fault(std::move(why));
}

loaded_configuration load_patiently(const std::string& path) {
  return patient_loading{}.load(path, {});
}

} // namespace spfblock::server
