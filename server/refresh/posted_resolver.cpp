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
                              std::shared_ptr<dns::query_account> payer,
                              receiver done) {
  const std::uint64_t number = ++asked_;
  waiting_.emplace(number, std::move(done));
  auto back = [&own = own_, answered = life_.guarded(
                                [this, number](const dns::answer& given) {
                                  this->answered(number, given);
                                })](const dns::answer& given) {
    asio::post(own, [answered, given]() mutable { answered(given); });
  };
  asio::post(other_, [from = from_, asked, payer = std::move(payer),
                      back = std::move(back)]() mutable {
    if (const auto known = from.lock())
      known->resolve(asked, std::move(payer), std::move(back));
  });
}

void posted_resolver::begin_refresh() {
  asio::post(other_, [from = from_] {
    if (const auto known = from.lock())
      known->begin_refresh();
  });
}

void posted_resolver::answered(std::uint64_t number, const dns::answer& given) {
  const auto at = waiting_.find(number);
  const receiver done = std::move(at.value());
  waiting_.erase(at);
  done(given);
}

} // namespace spfblock::server
