#include "server/refresh/posted_resolver.hpp"

#include "core/support/erase_giving_back.hpp"

#include <utility>

namespace spfblock::server {

posted_resolver::posted_resolver(boost::asio::io_context& own,
                                 boost::asio::io_context& other,
                                 std::weak_ptr<dns::resolver> from)
    : questions_{own, other},
      from_{std::move(from)},
      far_{std::make_shared<far_side>(far_side{{}, {other, own}})} {}

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
  auto answered = life_.guarded([this, asked](const dns::answer& given) {
    this->answered(asked, given);
  });
  questions_.post([from = from_, far = far_, asked, by = std::move(by),
                   answered = std::move(answered)]() mutable {
    const auto known = from.lock();
    if (!known)
      return;
    far->open.insert(asked);
    known->resolve(
        asked, std::move(by), [far, asked, answered](const dns::answer& given) {
          erase_giving_back(far->open, asked);
          far->answers.post([answered, given]() mutable { answered(given); });
        });
  });
}

/// Puts the question into the line of one more asker, unless the answer is on
/// its way: who was first hears of it for all.
void posted_resolver::join(const dns::question& asked,
                           std::shared_ptr<dns::asker> by) {
  questions_.post(
      [from = from_, far = far_, asked, by = std::move(by)]() mutable {
        const auto known = from.lock();
        if (known && far->open.contains(asked))
          known->resolve(asked, std::move(by), [](const auto&) {});
      });
}

void posted_resolver::begin_refresh() {
  questions_.post([from = from_] {
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
