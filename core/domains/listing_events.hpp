// What the log says about a domain.
#pragma once

#include "core/domains/book_change.hpp"
#include "core/domains/known_domain.hpp"
#include "core/log/event.hpp"
#include "core/net/address_set.hpp"
#include "core/support/seldom.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace spfblock::domains {

/// An event about a domain, with its name, and its role unless it is listed.
template <log::kind Kind>
[[nodiscard]] log::event_of<Kind> about(const known_domain& known) {
  log::event_of<Kind> event;
  event.with("domain", known.domain.name.to_string());
  if (known.role == role::allowed)
    event.with("role", text_of(known.role));
  return event;
}

/// Up to three networks of `set` and how many more there are, as in
/// "192.0.2.0/24, 2001:db8::/32 and 7 more"; "none".
[[nodiscard]] std::string some_networks(const net::address_set& set);

[[nodiscard]] log::event changed_event(const known_domain& known,
                                       const net::address_set& before);
[[nodiscard]] log::event
kept_off_event(const known_domain& known,
               const std::vector<std::string>& grounds);
/// @param begun with what is listed
[[nodiscard]] log::event
overlap_event(log::event_of<log::kind::covers_seen> begun,
              const seen_overlap& of);
[[nodiscard]] log::event refused_event(const known_domain& known,
                                       const refusal& why);
/// Tells what a limit took from a look, if that is news.
void tell_if_new(const known_domain& known, const seldom<refusal>& before,
                 const seldom<refusal>& after, book_change& change);
[[nodiscard]] log::event in_part_event(const known_domain& known);
/// @param kept what stays although the DNS fails
[[nodiscard]] log::event failing_event(const known_domain& known,
                                       const net::address_set& kept);
[[nodiscard]] log::event stale_event(const known_domain& known,
                                     std::chrono::seconds keep_stale);

} // namespace spfblock::domains
