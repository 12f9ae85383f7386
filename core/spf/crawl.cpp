#include "core/spf/crawl.hpp"

#include "core/dns/query_account.hpp"
#include "core/spf/evaluation.hpp"
#include "core/spf/selection.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
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
  std::uint64_t spent = 0;     ///< work, until now
  std::uint64_t addresses = 0; ///< in the answers that it asked for

  /// What is left for finding out what to ask.
  [[nodiscard]] std::uint64_t left() const {
    return by.work - std::min(spent, by.work);
  }
};

crawl::crawl(std::weak_ptr<dns::resolver> from, scheduler later)
    : from_{std::move(from)},
      later_{std::move(later)} {}

void crawl::expand(const dns::name& domain, const rules& by,
                   std::function<void(const expansion&)> done) {
  advance_later(std::make_shared<task>(
      task{domain, by, std::move(done),
           std::make_shared<dns::query_account>(by.dns_queries),
           dns::answer_store{&answers_}}));
}

/// What it has cost so far, and the addresses that terms go through, tell best
/// how dear the next look may be.
void crawl::advance_later(const std::shared_ptr<task>& of) {
  if (!later_)
    return advance(of);
  later_(of->spent + of->addresses,
         [self = shared_from_this(), of] { self->advance(of); });
}

void crawl::advance(const std::shared_ptr<task>& of) {
  if (from_.expired())
    return;
  rules by = of->by;
  if (of->leads_on && of->left() > 0) {
    by.work = of->left();
    const lack found = missing_answers(of->domain, of->answers, by, parsed_);
    of->spent += found.work;
    if (by.is_given_up())
      return;
    if (!found.missing.empty())
      return ask(of, found.missing);
  }
  by.work = of->by.work;
  by.may_ask = of->left() > 0;
  expansion now = evaluate(of->domain, of->answers, by, parsed_);
  of->spent += now.work;
  if (by.is_given_up())
    return;
  if (!now.missing.empty())
    return ask(of, now.missing);
  now.work = of->spent;
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
  of->addresses += given.addresses.size();
  of->leads_on = of->leads_on || leads_on(asked, given, parsed_);
  if (--of->outstanding == 0)
    advance_later(of);
}

} // namespace spfblock::spf
