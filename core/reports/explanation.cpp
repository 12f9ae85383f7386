#include "core/reports/explanation.hpp"

#include "core/domains/objection.hpp"
#include "core/domains/published.hpp"
#include "core/support/contract.hpp"

#include <algorithm>
#include <iterator>

namespace spfblock::reports {
namespace {

/// The network of `set` around the address.
/// @pre the address is in it
net::ip_prefix network_around(const net::address_set& set,
                              const net::ip_address& address) {
  const auto networks = set.to_prefixes();
  const auto found =
      std::find_if(networks.begin(), networks.end(), [&](const auto& network) {
        return network.contains(address);
      });
  EXPECTS(found != networks.end());
  return *found;
}

/// Who of them allows the address: "provider a.example, network 192.0.2.0/24".
std::string grounds_over(const net::ip_address& address,
                         const domains::allowance& allowed) {
  const net::address_set one{
      net::ip_prefix::containing(address, net::width(address.family()))};
  std::string text;
  for (const std::string& ground : allowed.grounds_over(one))
    text += (text.empty() ? "" : ", ") + ground;
  return text;
}

/// Collects what keeps one address on listings, and off them.
class investigation {
public:
  investigation(const net::ip_address& address,
                const domains::domain_book& book, timestamp now)
      : address_{address},
        book_{book},
        now_{now},
        result_{address.to_string(), {}, {}, now.wall} {
    for (const config::network_entry& entry : book.by_hand())
      look_at(entry);
    for (const domains::known_domain& known : book.domains()) {
      if (known.action)
        look_at(known);
    }
  }

  [[nodiscard]] explanation take() { return std::move(result_); }

private:
  void look_at(const config::network_entry& entry) {
    if (!entry.network.contains(address_))
      return;
    const std::string name = entry.network.to_string();
    const domains::allowance& allowed = book_.allowed_by_hand();
    if (allowed.all().contains(address_)) {
      exempt(name, reason_in(allowed));
      return;
    }
    const auto listed = net::address_set{entry.network} - allowed.all();
    const auto network = network_around(listed, address_);
    listing_reason& reason = result_.reasons.emplace_back();
    reason.listing = name;
    reason.network = network.to_string();
    reason.action = entry.action.text();
    reason.chain = "by hand";
    reason.answer =
        entry.action.bind(name).filled(network, address_.to_string());
  }

  void look_at(const domains::known_domain& known) {
    if (known.effective->contains(address_))
      result_.reasons.push_back(reason_of(known));
    else
      look_for_exemptions(known);
  }

  [[nodiscard]] listing_reason
  reason_of(const domains::known_domain& known) const {
    const std::string name = known.domain.name.to_string();
    const auto network = network_around(known.effective, address_);
    std::string day{table::action::no_day};
    listing_reason reason{name, network.to_string(), known.action->text(), ""};
    for (const domains::authorisation& each : known.good.authorised) {
      if (!each.addresses.contains(address_))
        continue;
      reason.chain = known.good.records[each.record] + " -> " + each.term;
      reason.first_seen = each.since;
      day = domains::since_text(each);
      if (known.good_at)
        reason.last_seen = now_.wall_of(*known.good_at - each.kept_for);
    }
    reason.answer =
        known.action->bind(name, day).filled(network, address_.to_string());
    if (const auto* asked = question_about(known))
      reason.undecided = asked->why;
    return reason;
  }

  void look_for_exemptions(const domains::known_domain& known) {
    const std::string name = known.domain.name.to_string();
    if (known.kept_off->contains(address_))
      exempt(name, reason_in(book_.allowed_to(known)));
    if (known.overlap->held && known.overlap->networks.contains(address_))
      exempt(name, "held: its network has hosts that delivered wanted mail: " +
                       known.overlap->hosts);
    for (const domains::objection& each : domains::objections_to(known)) {
      if (each.addresses.contains(address_))
        exempt(name, each.text);
    }
    for (const domains::refused_term& each : *known.refused_terms) {
      if (each.addresses.contains(address_))
        exempt(name, "too wide: " + each.chain);
    }
    if (known.good.pass->contains(address_) ||
        undecided_shown_ == most_undecided)
      return;
    if (const auto* asked = question_about(known)) {
      ++undecided_shown_;
      exempt(name, "undecided: " + asked->why);
    }
  }

  /// The question that left the address undecided at the last look, if any.
  [[nodiscard]] const spf::open_question*
  question_about(const domains::known_domain& known) const {
    for (const spf::open_question& each : *known.open_questions) {
      if (each.undecided.contains(address_))
        return &each;
    }
    return nullptr;
  }

  void exempt(const std::string& listing, const std::string& reason) {
    result_.exemptions.push_back({listing, reason});
  }

  [[nodiscard]] std::string reason_in(const domains::allowance& allowed) const {
    return "allowed by " + grounds_over(address_, allowed);
  }

  /// Where the resolver fails it is so for every domain.
  static constexpr int most_undecided = 3;

  const net::ip_address& address_;
  const domains::domain_book& book_;
  timestamp now_;
  explanation result_;
  int undecided_shown_ = 0;
};

/// Puts the reason that answers first.
void put_first(std::vector<listing_reason>& reasons,
               const table::snapshot::match& answering,
               const net::ip_address& address) {
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
  reasons.front().answer =
      answering.by->action.filled(answering.network, address.to_string());
}

} // namespace

explanation explain(const net::ip_address& address,
                    const table::snapshot& published,
                    const domains::domain_book& book, timestamp now) {
  explanation explained = investigation{address, book, now}.take();
  if (const auto answering = published.find(address)) {
    put_first(explained.reasons, *answering, address);
    return explained;
  }
  for (const listing_reason& each : explained.reasons)
    explained.exemptions.push_back({each.listing, "not published yet"});
  explained.reasons.clear();
  explained.allowed_by = grounds_over(address, book.allowed());
  return explained;
}

} // namespace spfblock::reports
