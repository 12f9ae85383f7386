// The looks at the domains of the book: which are due, and what they lead to.
#include "core/domains/domain_book.hpp"

#include <algorithm>

namespace spfblock::domains {
namespace {

using std::chrono::seconds;

/// No day `until` needs a wake-up farther ahead: a moment holds 292 years only.
constexpr seconds farthest_wake{30 * 24 * 3600};

/// Not every provider was looked at.
bool is_first_round(std::span<const domain_page> providers) {
  return !std::all_of(providers.begin(), providers.end(),
                      [](const domain_page& each) { return each.tried; });
}

} // namespace

std::vector<domain_book::assignment> domain_book::take_due(timestamp now) {
  std::vector<assignment> due;
  for (domain_page& each : pages_) {
    if (each.expanding || each.due > now.steady)
      continue;
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
  for (const domain_page& each : pages_) {
    if (!each.expanding)
      sooner(each.due);
    if (each.domain.until)
      sooner(now.steady + std::clamp<seconds>(*each.domain.until - now.wall,
                                              seconds{0}, farthest_wake));
  }
  return next;
}

settlement domain_book::settle(role as, const spf::expansion& result,
                               timestamp now) {
  active_at_ = now.steady;
  settlement told;
  domain_page* of = find(result.domain, as);
  if (of == nullptr || !of->expanding)
    return told;
  of->expanding = false;
  --expanding_;
  const bool is_first = of->is_provider && is_first_round(providers());
  const net::address_set before = of->effective;
  rules(now).settle(*of, result, told);
  if (of->is_provider)
    told.events.clear();
  if (is_first && !is_first_round(providers()))
    tell_providers(told);
  if (as == role::allowed && told.listing_changed)
    allow_otherwise((before - of->effective) | (of->effective - before), now,
                    told);
  else
    share_out(now, told);
  told.worth_saving = told.worth_saving || told.listing_changed;
  return told;
}

std::optional<moment> domain_book::quiet_since() const noexcept {
  return expanding_ > 0 ? std::optional{active_at_} : std::nullopt;
}

bool domain_book::awaits_allowed(moment now) const {
  return std::any_of(pages_.begin(), pages_.end(),
                     [&](const domain_page& page) {
                       return page.role == role::allowed && !page.tried &&
                              !page.good_at && page.shipped.empty() &&
                              now - page.configured_at < allow_patience;
                     });
}

void domain_book::tell_providers(settlement& told) const {
  const auto all = providers();
  told.events.push_back(
      log::event_of<log::kind::providers_known>{}
          .with("known", std::count_if(all.begin(), all.end(), is_known))
          .with("configured", all.size()));
}

} // namespace spfblock::domains
