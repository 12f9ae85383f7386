#include "server/crawl.hpp"

#include "core/spf/evaluation.hpp"

#include <utility>

namespace spfblock::server {

crawl::crawl(std::weak_ptr<resolver> from) : from_{std::move(from)} {}

void crawl::expand(const dns::name& domain, const spf::rules& by,
                   std::function<void(const spf::expansion&)> done) {
  advance(std::make_shared<task>(task{domain, by, std::move(done)}));
}

void crawl::advance(const std::shared_ptr<task>& of) {
  const spf::expansion now = spf::evaluate(of->domain, answers_, of->by);
  if (now.missing.empty())
    return of->done(now);
  of->outstanding = now.missing.size();
  for (const dns::question& asked : now.missing)
    await_answer(asked, of);
}

void crawl::await_answer(const dns::question& asked, std::shared_ptr<task> by) {
  const auto from = from_.lock();
  if (!from)
    return;
  auto& waiting = waiting_[asked];
  waiting.push_back(std::move(by));
  if (waiting.size() > 1)
    return;
  ++questions_;
  from->resolve(asked,
                [self = shared_from_this(), asked](const dns::answer& given) {
                  self->answered(asked, given);
                });
}

void crawl::answered(const dns::question& asked, const dns::answer& given) {
  answers_.put(asked, given);
  const auto waiting = std::move(waiting_[asked]);
  waiting_.erase(asked);
  for (const auto& each : waiting) {
    if (--each->outstanding == 0)
      advance(each);
  }
}

} // namespace spfblock::server
