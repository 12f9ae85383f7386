#include "core/config/consistency.hpp"

#include "core/net/special_purpose.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace spfblock::config {
namespace {

using net::endpoint;

bool is_wildcard(const endpoint& at) {
  return at.address.number() == 0;
}

/// Whether both cannot be had at once.
bool collide(const endpoint& a, const endpoint& b) {
  const bool meet = a.address == b.address || is_wildcard(a) || is_wildcard(b);
  return a.port != 0 && a.port == b.port && meet &&
         a.address.family() == b.address.family();
}

/// The member, or the whole where it is not said.
json::json_value said(const json::json_value& document, std::string_view name) {
  return document.member(name).value_or(document);
}

void check_admin(const json::json_value& document, const draft& read) {
  if (!read.admin)
    return;
  const json::json_value admin = said(document, "admin");
  if (!net::is_loopback(read.admin->address))
    admin.unexpected("an address of loopback, as in \"127.0.0.1:10061\": it "
                     "shows everything to whoever asks");
  for (const listener& each : read.listen) {
    if (each.where.tcp() && collide(*each.where.tcp(), *read.admin))
      admin.fault(fmt::format("the admin port {} is a port of \"listen\", too",
                              read.admin->to_string()));
  }
}

void check_metrics(const json::json_value& document, const draft& read) {
  const auto& at = read.metrics.listen;
  if (!at)
    return;
  const json::json_value metrics = said(document, "metrics");
  const json::json_value listen = said(metrics, "listen");
  if (read.admin && collide(*read.admin, *at))
    listen.fault(fmt::format("{} is the admin port, too", at->to_string()));
  for (const listener& each : read.listen) {
    if (each.where.tcp() && collide(*each.where.tcp(), *at))
      listen.fault(
          fmt::format("{} is a port of \"listen\", too", at->to_string()));
  }
}

void warn_of_strangers(const json::json_value& document, const draft& read) {
  for (const listener& each : read.listen) {
    // The door dnsbl knows its clients.
    if (each.where.tcp() && !each.list &&
        !net::is_loopback(each.where.tcp()->address))
      said(document, "listen")
          .warn(fmt::format("others than this machine can ask at {}, and hold "
                            "its connections",
                            each.where.to_string()));
  }
}

/// Of two doors one of which listens on every address only one is opened, and
/// the other is missed for ever.
void warn_of_overlaps(const json::json_value& document, const draft& read) {
  const auto& doors = read.listen;
  for (std::size_t i = 0; i < doors.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const auto* const later = doors[i].where.tcp();
      const auto* const earlier = doors[j].where.tcp();
      if (later && earlier && later->address != earlier->address &&
          collide(*later, *earlier))
        said(document, "listen")
            .warn(fmt::format("{} and {} cannot both be had: one of them is "
                              "every address of its family",
                              earlier->to_string(), later->to_string()));
    }
  }
}

void warn_of_listed_and_allowed(json::problem_list& problems,
                                const draft& read) {
  for (const spf_domain& allowed : read.allow.domains) {
    if (const json::place* const at = read.listed.place_of(allowed.name))
      problems.warn({at->file, at->line, at->pointer,
                     fmt::format("{} is allowed, too, and so lists nothing",
                                 in_quotes(allowed.name.to_string()))});
  }
}

bool has_no_width(const limit_settings& of) {
  return of.widest_ipv4.value_or(0) == 0 || of.widest_ipv6.value_or(0) == 0;
}

void warn_of_everybody(const json::json_value& document, const draft& read) {
  const auto& listed = read.listed.entries();
  const bool any =
      has_no_width(read.limits) ||
      std::any_of(listed.begin(), listed.end(), [](const domain_entry& each) {
        return has_no_width(each.limits);
      });
  if (any && !read.allow.reserved)
    said(document, "allow")
        .warn("\"reserved\" is off and so is a limit of width: a record with "
              "+all lists every address there is");
}

} // namespace

void check_consistency(const json::json_value& document, const draft& read) {
  check_admin(document, read);
  check_metrics(document, read);
  warn_of_strangers(document, read);
  warn_of_overlaps(document, read);
  warn_of_listed_and_allowed(document.problems(), read);
  warn_of_everybody(document, read);
}

} // namespace spfblock::config
