#include "core/reports/explanation.hpp"

#include "core/domains/objection.hpp"

#include <algorithm>
#include <iterator>

namespace spfblock::reports {
namespace {

/// The network of `set` around the address.
std::string network_around(const net::address_set& set,
                           const net::ip_address& address) {
  for (const net::ip_prefix& network : set.to_prefixes()) {
    if (network.contains(address))
      return network.to_string();
  }
  return {};
}

/// Collects what keeps one address on listings, and off them.
class inquiry {
public:
  inquiry(const net::ip_address& address, const domains::domain_book& book,
          timestamp now)
      : address_{address},
        book_{book},
        now_{now},
        told_{address.to_string(), {}, {}, now.wall} {
    for (const config::network_entry& entry : book.by_hand())
      look_at(entry);
    for (const domains::domain_page& page : book.pages()) {
      if (page.action)
        look_at(page);
    }
  }

  [[nodiscard]] explanation take() { return std::move(told_); }

private:
  void look_at(const config::network_entry& entry) {
    if (!entry.network.contains(address_))
      return;
    const std::string name = entry.network.to_string();
    if (book_.allowed().all().contains(address_)) {
      exempt(name, allowed_by());
      return;
    }
    const auto listed = net::address_set{entry.network} - book_.allowed().all();
    told_.reasons.push_back({name, network_around(listed, address_),
                             entry.action.text(), "by hand"});
  }

  void look_at(const domains::domain_page& page) {
    if (page.effective.contains(address_))
      told_.reasons.push_back(reason_of(page));
    else
      look_for_exemptions(page);
  }

  [[nodiscard]] listing_reason
  reason_of(const domains::domain_page& page) const {
    listing_reason told{page.domain.name.to_string(),
                        network_around(page.effective, address_),
                        page.action->text(), ""};
    for (const domains::authorisation& each : page.good.authorised) {
      if (!each.addresses.contains(address_))
        continue;
      told.chain = page.good.records[each.record] + " -> " + each.term;
      told.first_seen = each.since;
      if (page.good_at)
        told.last_seen = now_.wall_of(*page.good_at - each.kept_for);
    }
    if (const auto* asked = question_about(page))
      told.undecided = asked->why;
    return told;
  }

  void look_for_exemptions(const domains::domain_page& page) {
    const std::string name = page.domain.name.to_string();
    if (page.kept_off.contains(address_))
      exempt(name, allowed_by());
    for (const domains::objection& each : domains::objections_to(page)) {
      if (each.addresses.contains(address_))
        exempt(name, each.text);
    }
    for (const domains::refused_term& each : page.refused_terms) {
      if (each.addresses.contains(address_))
        exempt(name, "too wide: " + each.chain);
    }
    if (page.good.pass.contains(address_) || told_undecided_ == most_undecided)
      return;
    if (const auto* asked = question_about(page)) {
      ++told_undecided_;
      exempt(name, "undecided: " + asked->why);
    }
  }

  /// The question that left the address undecided at the last look, if any.
  [[nodiscard]] const spf::open_question*
  question_about(const domains::domain_page& page) const {
    for (const spf::open_question& each : page.open_questions) {
      if (each.undecided.contains(address_))
        return &each;
    }
    return nullptr;
  }

  void exempt(const std::string& listing, const std::string& reason) {
    told_.exemptions.push_back({listing, reason});
  }

  [[nodiscard]] std::string allowed_by() const {
    const net::address_set one{
        net::ip_prefix::containing(address_, net::width(address_.family()))};
    std::string text;
    for (const std::string& ground : book_.allowed().grounds_over(one))
      text += (text.empty() ? "allowed by " : ", ") + ground;
    return text;
  }

  /// Where the resolver fails it is so for every domain.
  static constexpr int most_undecided = 3;

  const net::ip_address& address_;
  const domains::domain_book& book_;
  timestamp now_;
  explanation told_;
  int told_undecided_ = 0;
};

/// Puts the reason that answers first.
void put_first(std::vector<listing_reason>& reasons,
               const table::snapshot::match& answering) {
  const auto first =
      std::find_if(reasons.begin(), reasons.end(), [&](const auto& reason) {
        return reason.listing == answering.by->name;
      });
  if (first == reasons.end())
    reasons.insert(reasons.begin(),
                   {answering.by->name, answering.network.to_string(),
                    answering.by->action.text(), "unknown: being refreshed"});
  else
    std::rotate(reasons.begin(), first, std::next(first));
}

} // namespace

explanation explain(const net::ip_address& address,
                    const table::snapshot& published,
                    const domains::domain_book& book, timestamp now) {
  explanation told = inquiry{address, book, now}.take();
  if (const auto answering = published.find(address)) {
    put_first(told.reasons, *answering);
    return told;
  }
  for (const listing_reason& each : told.reasons)
    told.exemptions.push_back({each.listing, "not published yet"});
  told.reasons.clear();
  return told;
}

} // namespace spfblock::reports
