#include "core/spf/crawl.hpp"

#include "core/dns/query_account.hpp"
#include "core/spf/evaluation.hpp"
#include "core/spf/selection.hpp"

#include <cstddef>
#include <utility>

namespace spfblock::spf {

struct crawl::task {
  dns::name domain;
  rules by;
  std::function<void(const expansion&)> done;
  std::shared_ptr<dns::query_account> account;
  /// Answers of this domain alone, in front of those of all.
  dns::answer_store answers;
  std::size_t outstanding = 0; ///< answers to wait for
  /// Whether one of those that came may make more be missing.
  bool leads_on = true;
};

crawl::crawl(std::weak_ptr<dns::resolver> from) : from_{std::move(from)} {}

void crawl::expand(const dns::name& domain, const rules& by,
                   std::function<void(const expansion&)> done) {
  advance(std::make_shared<task>(
      task{domain, by, std::move(done),
           std::make_shared<dns::query_account>(by.dns_queries),
           dns::answer_store{&answers_}}));
}

void crawl::advance(const std::shared_ptr<task>& of) {
  if (of->leads_on) {
    const auto missing =
        missing_answers(of->domain, of->answers, of->by, parsed_);
    if (!missing.empty())
      return ask(of, missing);
  }
  const expansion now = evaluate(of->domain, of->answers, of->by, parsed_);
  if (!now.missing.empty())
    return ask(of, now.missing);
  parsed_.forget(of->domain);
  of->done(now);
}

void crawl::ask(const std::shared_ptr<task>& of,
                const std::vector<dns::question>& missing) {
  const auto from = from_.lock();
  if (!from)
    return;
  of->outstanding = missing.size();
  of->leads_on = false;
  for (const dns::question& asked : missing)
    from->resolve(
        asked, of->account,
        [self = shared_from_this(), of, asked](const dns::answer& given) {
          self->answered(of, asked, given);
        });
}

/// A failure may be owed to the account of this domain: then it is no answer
/// for the others.
void crawl::answered(const std::shared_ptr<task>& of,
                     const dns::question& asked, const dns::answer& given) {
  if (given.status == dns::answer_status::failed && of->account->is_spent())
    of->answers.put(asked, given);
  else if (answers_.find(asked) == nullptr)
    answers_.put(asked, given);
  of->leads_on = of->leads_on || leads_on(asked, given, parsed_);
  if (--of->outstanding == 0)
    advance(of);
}

} // namespace spfblock::spf
