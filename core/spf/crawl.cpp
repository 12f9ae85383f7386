#include "core/spf/crawl.hpp"

#include "core/dns/asker.hpp"
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
  answer_room::stay stay; ///< with the answers that came
  std::shared_ptr<dns::asker> asker = std::make_shared<dns::asker>();
  std::vector<dns::question> missing = {}; ///< to ask, the last one first
  std::size_t asked = 0;                   ///< in all
  std::size_t outstanding = 0;             ///< answers to wait for
  /// Whether one of those that came may make more be missing.
  bool leads_on = true;
  std::uint64_t spent = 0;              ///< work, until now
  std::uint64_t addresses = 0;          ///< in the answers that it asked for
  std::vector<dns::question> uses = {}; ///< those that came
  std::size_t place = 0;                ///< in under_way_
  bool is_over = false;                 ///< it ended, or was put aside

  /// What is left for finding out what to ask.
  [[nodiscard]] std::uint64_t left() const {
    return may_read_on() ? by.work - std::min(spent, by.work) : 0;
  }

  /// Why nothing more is asked, as in rules::asks_no_more.
  [[nodiscard]] const char* end_of_asking() const {
    if (left() == 0)
      return over_work;
    return by.dns_queries && asked >= *by.dns_queries ? over_dns_queries
                                                      : nullptr;
  }

  [[nodiscard]] bool may_read_on() const {
    return stay.bytes <= most_answer_bytes;
  }

  [[nodiscard]] bool may_ask_one_more() const {
    return !missing.empty() && outstanding < most_at_once && may_read_on() &&
           !by.is_given_up();
  }
};

crawl::crawl(std::weak_ptr<dns::resolver> from, surroundings among)
    : from_{std::move(from)},
      among_{std::move(among)} {
  if (!among_.room)
    among_.room = std::make_shared<answer_room>();
  among_.room->enter(*this);
}

crawl::~crawl() {
  for (const auto& of : under_way_)
    among_.room->end(of->stay);
  for (auto each = users_.begin(); each != users_.end(); ++each)
    among_.room->gave_back(answers_.find(each->first)->bytes());
  among_.room->leave(*this);
}

void crawl::expand(const dns::name& domain, const rules& by,
                   std::function<void(const expansion&)> done) {
  begin(domain, by, std::move(done), among_.room->begin());
}

void crawl::begin(const dns::name& domain, const rules& by,
                  std::function<void(const expansion&)> done,
                  answer_room::stay in_room) {
  const auto of =
      std::make_shared<task>(task{domain, by, std::move(done), in_room});
  of->place = under_way_.size();
  under_way_.push_back(of);
  advance_later(of);
}

void crawl::end(const std::shared_ptr<task>& of) {
  of->is_over = true;
  among_.room->end(of->stay);
  for (const dns::question& each : of->uses) {
    if (--users_[each] == 0)
      ++unused_;
  }
  // The last one takes its place: of many, none is looked for.
  under_way_.back()->place = of->place;
  std::swap(under_way_[of->place], under_way_.back());
  under_way_.pop_back();
}

// The room -------------------------------------------------------------------

std::size_t crawl::looks() const {
  return under_way_.size();
}

std::size_t crawl::largest(answer_room::ticket since) const {
  const auto found = answer_room::largest_of(under_way_, since);
  return found == under_way_.end() ? 0 : (*found)->stay.bytes;
}

std::size_t crawl::all(answer_room::ticket since) const {
  return answer_room::all_of(under_way_, since);
}

void crawl::keep(const dns::question& asked, const dns::answer& given) {
  if (answers_.find(asked) != nullptr)
    return;
  answers_.put(asked, given);
  users_.emplace(asked, 0);
  ++unused_;
  among_.room->took(given.bytes());
}

void crawl::drop_unused() {
  if (unused_ == 0)
    return;
  unused_ = 0;
  for (auto each = users_.begin(); each != users_.end();) {
    if (each->second > 0) {
      ++each;
      continue;
    }
    among_.room->gave_back(answers_.find(each->first)->bytes());
    answers_.drop(each->first);
    each = users_.erase(each);
  }
}

/// It is expected to need twice as much as it held, so that one that is put
/// aside again and again soon waits until there is all the room it may need.
void crawl::put_aside(answer_room::ticket since) {
  const auto of = *answer_room::largest_of(under_way_, since);
  end(of);
  drop_unused();
  const std::size_t needed = std::min(2 * of->stay.bytes, most_answer_bytes);
  among_.room->wait(needed, [self = shared_from_this(), needed,
                             domain = of->domain, by = of->by,
                             done = std::move(of->done)]() mutable {
    self->begin(domain, by, std::move(done), self->among_.room->begin(needed));
  });
  if (among_.put_aside && of->stay.promised == 0) // not again and again
    among_.put_aside(of->domain, of->stay.bytes);
}

// Looks ----------------------------------------------------------------------

/// What it has cost so far, and the addresses that terms go through, tell best
/// how dear the next look may be.
void crawl::advance_later(const std::shared_ptr<task>& of) {
  if (!among_.later)
    return advance(of);
  among_.later(of->spent + of->addresses,
               [self = shared_from_this(), of] { self->advance(of); });
}

void crawl::advance(const std::shared_ptr<task>& of) {
  if (from_.expired() || of->is_over)
    return;
  rules by = of->by;
  by.asks_no_more = of->end_of_asking();
  if (of->leads_on && by.asks_no_more == nullptr) {
    by.work = of->left();
    lack found = missing_answers(of->domain, answers_, by, parsed_);
    of->spent += found.work;
    if (by.is_given_up())
      return;
    if (!found.missing.empty())
      return ask(of, std::move(found.missing));
  }
  by.work = of->by.work;
  by.asks_no_more = of->end_of_asking();
  expansion now = evaluate(of->domain, answers_, by, parsed_);
  of->spent += now.work;
  if (by.is_given_up())
    return;
  if (!now.missing.empty())
    return ask(of, std::move(now.missing));
  now.work = of->spent;
  parsed_.forget(of->domain);
  const auto self = shared_from_this();
  end(of);
  of->done(now);
  among_.room->let_in();
}

void crawl::ask(const std::shared_ptr<task>& of,
                std::vector<dns::question> missing) {
  if (const auto most = of->by.dns_queries) {
    const auto room = std::min(missing.size(), *most - of->asked);
    missing.erase(missing.begin() + static_cast<std::ptrdiff_t>(room),
                  missing.end());
  }
  of->asked += missing.size();
  of->missing = std::move(missing);
  std::reverse(of->missing.begin(), of->missing.end());
  of->leads_on = false;
  ask_next(of);
}

void crawl::ask_next(const std::shared_ptr<task>& of) {
  const auto from = from_.lock();
  if (!from)
    return;
  while (of->may_ask_one_more()) {
    const dns::question asked = std::move(of->missing.back());
    of->missing.pop_back();
    if (const dns::answer* known = answers_.find(asked)) {
      take(*of, asked, *known); // meanwhile, for another domain
      continue;
    }
    ++of->outstanding;
    from->resolve(
        asked, of->asker,
        [self = shared_from_this(), of, asked](const dns::answer& given) {
          self->answered(of, asked, given);
        });
  }
  if (of->outstanding == 0)
    advance_later(of);
}

void crawl::answered(const std::shared_ptr<task>& of,
                     const dns::question& asked, const dns::answer& given) {
  if (of->is_over)
    return;
  keep(asked, given);
  take(*of, asked, given);
  --of->outstanding;
  among_.room->make_room();
  if (!of->is_over && of->outstanding == 0)
    ask_next(of);
}

void crawl::take(task& of, const dns::question& asked,
                 const dns::answer& given) {
  if (users_[asked]++ == 0)
    --unused_;
  of.uses.push_back(asked);
  of.addresses += given.addresses.size();
  of.stay.bytes += given.bytes();
  of.leads_on = of.leads_on || leads_on(asked, given, parsed_);
}

} // namespace spfblock::spf
