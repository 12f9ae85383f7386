#include "core/domains/listing_events.hpp"

namespace spfblock::domains {

using log::event;
using log::kind;

namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : ", ") + word;
  return text;
}

} // namespace

std::string some_networks(const net::address_set& set) {
  constexpr std::size_t most = 3;
  const auto all = set.to_prefixes();
  if (all.empty())
    return "none";
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < all.size() && i < most; ++i)
    shown.push_back(all[i].to_string());
  std::string text = joined(shown);
  if (all.size() > most)
    text += " and " + std::to_string(all.size() - most) + " more";
  return text;
}

event changed_event(const known_domain& known, const net::address_set& before) {
  const net::address_set& after = known.effective;
  return about<kind::listing_changed>(known)
      .with("networks", after.prefix_count())
      .with("ipv4_addresses", after.ipv4_count())
      .with("ipv6_slash64s", after.ipv6_slash64_count())
      .with("networks_added", (after - before).prefix_count())
      .with("networks_removed", (before - after).prefix_count());
}

event kept_off_event(const known_domain& known,
                     const std::vector<std::string>& grounds) {
  return about<kind::kept_off_by_allow>(known)
      .with("by", joined(grounds))
      .with("networks", some_networks(known.kept_off))
      .with("ipv4_addresses", known.kept_off->ipv4_count())
      .with("ipv6_slash64s", known.kept_off->ipv6_slash64_count());
}

event overlap_event(log::event_of<kind::covers_seen> begun,
                    const seen_overlap& of) {
  return std::move(begun)
      .with("networks", some_networks(of.networks))
      .with("seen", of.hosts)
      .with("held", of.held ? "yes" : "no");
}

event refused_event(const known_domain& known, const refusal& why) {
  return about<kind::refused_by_limit>(known)
      .with("limit", why.limit)
      .with("found", why.found)
      .with("allowed", why.allowed)
      .with("refused", some_networks(why.addresses))
      .with("kept", known.effective->prefix_count());
}

void tell_if_new(const known_domain& known, const seldom<refusal>& before,
                 const seldom<refusal>& after, book_change& change) {
  if (after && before != after)
    change.events.push_back(refused_event(known, *after));
}

event in_part_event(const known_domain& known) {
  if (known.role == role::allowed)
    return about<kind::allowed_domain_in_part>(known).with("reason",
                                                           *known.trouble);
  return about<kind::record_not_listed_in_full>(known).with("reason",
                                                            *known.trouble);
}

event failing_event(const known_domain& known, const net::address_set& kept) {
  return about<kind::domain_failing>(known)
      .with("reason", *known.trouble)
      .with("networks_kept", kept.prefix_count());
}

event stale_event(const known_domain& known, std::chrono::seconds keep_stale) {
  return about<kind::stale_listing_dropped>(known).with("keep_stale_s",
                                                        keep_stale.count());
}

} // namespace spfblock::domains
