#include "server/system/outbox.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace spfblock::server {

void outbox::post(unique_task what) {
  waiting_->push_back(std::move(what));
  if (waiting_->size() >= most)
    send(*waiting_, to_);
  else if (waiting_->size() == 1)
    boost::asio::post(own_, [all = waiting_, &to = to_] { send(*all, to); });
}

/// Nothing, where they have gone already.
void outbox::send(tasks& all, boost::asio::io_context& to) {
  if (all.empty())
    return;
  boost::asio::post(to, [batch = std::exchange(all, {})]() mutable {
    for (unique_task& each : batch)
      each();
  });
}

} // namespace spfblock::server
