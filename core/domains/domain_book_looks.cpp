// The looks at the domains of the book: which are due, and what they lead to.
#include "core/domains/domain_book.hpp"

#include <algorithm>
#include <utility>

namespace spfblock::domains {
namespace {

using std::chrono::seconds;

/// No day `until` needs a wake-up farther ahead: a moment holds 292 years only.
constexpr seconds farthest_wake{30 * 24 * 3600};

/// Not every provider was looked at.
bool is_first_round(const domain_book::pages& providers) {
  return !std::all_of(providers.begin(), providers.end(),
                      [](const known_domain& each) { return each.tried; });
}

} // namespace

std::vector<domain_book::assignment> domain_book::take_due(timestamp now) {
  std::vector<assignment> due;
  for (page& at : domains_) {
    if (at->expanding || at->due > now.steady)
      continue;
    known_domain& each = at.edit();
    each.expanding = true;
    ++expanding_;
    active_at_ = now.steady;
    const bool lists = each.role == role::listed;
    due.push_back(
        {each.domain.name, each.role,
         config::rules_of(each.domain, lists ? not_followed_ : nullptr,
                          lists ? providers_ : nullptr)});
  }
  return due;
}

std::optional<moment> domain_book::next_due(timestamp now) const {
  std::optional<moment> next;
  const auto sooner = [&next](moment at) {
    if (!next || at < *next)
      next = at;
  };
  const auto at_end = [&](std::optional<std::chrono::sys_days> until) {
    if (until)
      sooner(now.steady +
             std::clamp<seconds>(*until - now.wall, seconds{0}, farthest_wake));
  };
  for (const page& each : domains_) {
    if (!each->expanding)
      sooner(each->due);
    at_end(each->domain.until);
  }
  for (const config::network_entry& each : *networks_)
    at_end(each.until);
  for (const config::allowed_network& each : allow_->networks)
    at_end(each.until);
  if (!waiting_.empty())
    sooner(awaited_until().value_or(now.steady));
  return next;
}

book_change domain_book::settle(role as, const spf::expansion& result,
                                timestamp now) {
  active_at_ = now.steady;
  book_change change;
  page* const at = find(result.domain, as);
  if (at == nullptr || !(*at)->expanding)
    return change;
  known_domain* const of = &at->edit();
  of->expanding = false;
  of->put_aside_at = std::nullopt;
  --expanding_;
  const bool is_first = of->is_provider && is_first_round(providers());
  const auto before = of->effective;
  const bool is_new = as == role::listed && !of->good_at;
  const share size_before = of->size;
  const std::uint64_t listed_before = of->figures.ipv4_addresses;
  rules(*of, now).settle(*of, result, change);
  count_other_size(size_before, of->size);
  count_listed(*of, listed_before);
  if (is_new && of->good_at && !std::exchange(of->waits, true))
    waiting_.push_back(static_cast<std::size_t>(at - domains_.data()));
  change.worth_saving = change.worth_saving || change.listing_changed;
  if (of->waits)
    change.listing_changed = false; // until it is let go
  if (of->is_provider)
    change.events.clear();
  if (is_first && !is_first_round(providers()))
    tell_providers(change);
  if (as == role::allowed && change.listing_changed)
    allow_otherwise((before - of->effective) | (of->effective - before), now,
                    change);
  else
    share_out(now, change);
  change.worth_saving = change.worth_saving || change.listing_changed;
  if (end_waiting(now).listing_changed)
    change.listing_changed = change.worth_saving = true;
  if (of->waits) // until then at the latest, whatever becomes of the others
    change.due = std::min(of->due, awaited_until().value_or(now.steady));
  return change;
}

book_change domain_book::put_aside(const dns::name& domain,
                                   std::size_t answer_bytes, timestamp now) {
  for (const role as : {role::listed, role::allowed}) {
    page* const at = find(domain, as);
    if (at != nullptr && (*at)->expanding && !(*at)->put_aside_at)
      at->edit().put_aside_at = now.steady;
  }
  book_change change;
  change.events.push_back(log::event_of<log::kind::look_put_aside>{}
                              .with("domain", domain.to_string())
                              .with("answer_bytes", answer_bytes));
  return change;
}

book_change domain_book::end_waiting(timestamp now) {
  return awaits_allowed(now.steady) ? book_change{} : let_go();
}

book_change domain_book::let_go() {
  book_change change;
  for (const std::size_t each : std::exchange(waiting_, {})) {
    known_domain& of = domains_[each].edit();
    of.waits = false;
    change.listing_changed |=
        !of.effective->empty() || of.waits_for_mail != nullptr;
  }
  return change;
}

std::optional<moment> domain_book::quiet_since() const noexcept {
  return expanding_ > 0 ? std::optional{active_at_} : std::nullopt;
}

bool domain_book::awaits_allowed(moment now) const {
  const auto until = awaited_until();
  return until && now < *until;
}

/// Until when the last of the allowed domains that are not known is awaited.
std::optional<moment> domain_book::awaited_until() const {
  std::optional<moment> last;
  for (const known_domain& each : allowed_ones()) {
    const bool is_known = each.good_at && !each.in_part;
    if (is_known || !each.shipped->empty() || (each.is_provider && each.tried))
      continue;
    const moment until = each.configured_at + refresh_.retry;
    last = std::max(last.value_or(until), until);
  }
  return last;
}

void domain_book::tell_providers(book_change& change) const {
  const auto all = providers();
  change.events.push_back(
      log::event_of<log::kind::providers_known>{}
          .with("known", std::count_if(all.begin(), all.end(), is_known))
          .with("configured", all.size()));
}

} // namespace spfblock::domains
