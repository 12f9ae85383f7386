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
  if (client* const holder = first_holder(now))
    return holder;
  if (!asked_.empty())
    return &asked_.front();
  return silent_.empty() ? nullptr : &silent_.front();
}

client_order::client*
client_order::first_holder(clock::time_point now) noexcept {
  if (silent_.empty())
    return nullptr;
  client& longest = silent_.front();
  const bool has_no_patience =
      is_crowded() || now - longest.connected_ >= patience;
  return has_no_patience ? &longest : nullptr;
}

bool client_order::is_crowded() const noexcept {
  unsigned some = 0;
  for (auto each = silent_.begin(); each != silent_.end() && some <= crowd;
       ++each)
    ++some;
  return some > crowd;
}

} // namespace spfblock::server
