#include "server/system/patience.hpp"

#include <algorithm>

namespace spfblock::server {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

void reading::waits_for(const std::string& path) {
  const std::lock_guard alone{mutex_};
  path_ = path;
  if (!since_)
    since_ = clock::now();
}

void reading::got(std::size_t octets) {
  const std::lock_guard alone{mutex_};
  octets_ += octets;
}

void reading::works() {
  const std::lock_guard alone{mutex_};
  if (since_)
    waited_ += clock::now() - *since_;
  since_.reset();
}

std::string reading::path() const {
  const std::lock_guard alone{mutex_};
  return path_;
}

milliseconds reading::allowed(milliseconds patience) const {
  const std::lock_guard alone{mutex_};
  return allowed_now(patience);
}

milliseconds reading::left(milliseconds patience) const {
  const std::lock_guard alone{mutex_};
  const auto waited =
      waited_ + (since_ ? clock::now() - *since_ : moment::duration{});
  return std::max(allowed_now(patience) -
                      std::chrono::floor<milliseconds>(waited),
                  milliseconds{0});
}

milliseconds reading::allowed_now(milliseconds patience) const {
  return patience + milliseconds{1000 * octets_ / slowest_disk};
}

} // namespace spfblock::server
