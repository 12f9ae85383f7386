#include "server/refresh/posted_resolver.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace spfblock::server {

namespace asio = boost::asio;

posted_resolver::posted_resolver(asio::io_context& own, asio::io_context& other,
                                 std::weak_ptr<dns::resolver> from)
    : own_{own},
      other_{other},
      from_{std::move(from)} {}

void posted_resolver::resolve(const dns::question& asked,
                              std::shared_ptr<dns::asker> by, receiver done) {
  auto& waiting = waiting_[asked];
  waiting.push_back(std::move(done));
  if (waiting.size() == 1)
    pass_on(asked, std::move(by));
}

void posted_resolver::pass_on(const dns::question& asked,
                              std::shared_ptr<dns::asker> by) {
  auto back = [&own = own_, answered = life_.guarded(
                                [this, asked](const dns::answer& given) {
                                  this->answered(asked, given);
                                })](const dns::answer& given) {
    asio::post(own, [answered, given]() mutable { answered(given); });
  };
  asio::post(other_, [from = from_, asked, by = std::move(by),
                      back = std::move(back)]() mutable {
    if (const auto known = from.lock())
      known->resolve(asked, std::move(by), std::move(back));
  });
}

void posted_resolver::begin_refresh() {
  asio::post(other_, [from = from_] {
    if (const auto known = from.lock())
      known->begin_refresh();
  });
}

void posted_resolver::answered(const dns::question& asked,
                               const dns::answer& given) {
  const auto at = waiting_.find(asked);
  const auto waited = std::move(at.value());
  waiting_.erase(at);
  for (const receiver& each : waited)
    each(given);
}

} // namespace spfblock::server
