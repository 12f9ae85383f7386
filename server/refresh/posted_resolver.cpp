#include "server/refresh/posted_resolver.hpp"

#include "core/support/erase_giving_back.hpp"

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
  else
    join(asked, std::move(by));
}

void posted_resolver::pass_on(const dns::question& asked,
                              std::shared_ptr<dns::asker> by) {
  auto back = [&own = own_, answered = life_.guarded(
                                [this, asked](const dns::answer& given) {
                                  this->answered(asked, given);
                                })](const dns::answer& given) {
    asio::post(own, [answered, given]() mutable { answered(given); });
  };
  asio::post(other_, [from = from_, open = open_, asked, by = std::move(by),
                      back = std::move(back)]() mutable {
    const auto known = from.lock();
    if (!known)
      return;
    open->insert(asked);
    known->resolve(asked, std::move(by),
                   [open, asked, back](const dns::answer& given) mutable {
                     erase_giving_back(*open, asked);
                     back(given);
                   });
  });
}

/// Puts the question into the line of one more asker, unless the answer is on
/// its way: who was first hears of it for all.
void posted_resolver::join(const dns::question& asked,
                           std::shared_ptr<dns::asker> by) {
  asio::post(other_,
             [from = from_, open = open_, asked, by = std::move(by)]() mutable {
               const auto known = from.lock();
               if (known && open->contains(asked))
                 known->resolve(asked, std::move(by), [](const auto&) {});
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
  erase_giving_back(waiting_, asked);
  for (const receiver& each : waited)
    each(given);
}

} // namespace spfblock::server
