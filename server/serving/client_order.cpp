#include "server/serving/client_order.hpp"

namespace spfblock::server {

client_order::client::client(client_order& order, clock::time_point now)
    : connected_{now} {
  order.silent_.push_back(*this);
}

void client_order::client::has_asked(client_order& order) noexcept {
  unlink();
  order.asked_.push_back(*this);
}

client_order::client*
client_order::first_to_go(clock::time_point now) noexcept {
  if (silent_.empty())
    return asked_.empty() ? nullptr : &asked_.front();
  client& longest = silent_.front();
  if (asked_.empty() || is_crowded() || now - longest.connected_ >= patience)
    return &longest;
  return &asked_.front();
}

bool client_order::is_crowded() const noexcept {
  unsigned some = 0;
  for (auto each = silent_.begin(); each != silent_.end() && some <= crowd;
       ++each)
    ++some;
  return some > crowd;
}

} // namespace spfblock::server
