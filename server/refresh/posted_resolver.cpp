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
  auto& askers = waiting_[asked];
  askers.push_back({std::move(payer), std::move(done)});
  if (askers.size() == 1)
    pass_on(asked, askers.front().payer);
}

void posted_resolver::pass_on(const dns::question& asked,
                              std::shared_ptr<dns::query_account> payer) {
  auto back = [&own = own_, answered = life_.guarded(
                                [this, asked](const dns::answer& given) {
                                  this->answered(asked, given);
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

/// A failure may be owed to the account of who asked first: then the others ask
/// for themselves.
void posted_resolver::answered(const dns::question& asked,
                               const dns::answer& given) {
  const auto at = waiting_.find(asked);
  auto askers = std::move(at.value());
  waiting_.erase(at);
  const bool is_owed = given.status == dns::answer_status::failed &&
                       askers.front().payer->is_spent();
  for (std::size_t i = 0; i < askers.size(); ++i) {
    if (is_owed && i > 0)
      resolve(asked, std::move(askers[i].payer), std::move(askers[i].done));
    else
      askers[i].done(given);
  }
}

} // namespace spfblock::server
