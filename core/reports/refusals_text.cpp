#include "core/maillog/time_stamp.hpp"
#include "core/reports/refusals.hpp"
#include "core/support/counts_text.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

namespace spfblock::reports {
namespace {

/// How many of each kind are named.
constexpr std::size_t most_named = 5;

void append_tally(std::string_view kind, const tally& of, std::string& to) {
  const auto all = of.by_frequency();
  if (all.empty())
    return;
  fmt::format_to(std::back_inserter(to), "  {} ({}{}):", kind, all.size(),
                 of.others() > 0 ? " and more" : "");
  for (std::size_t i = 0; i < all.size() && i < most_named; ++i)
    fmt::format_to(std::back_inserter(to), "{} {} ({})", i == 0 ? "" : ",",
                   printable(all[i].first), all[i].second);
  if (all.size() > most_named)
    fmt::format_to(std::back_inserter(to), ", and {} more",
                   all.size() - most_named);
  to += '\n';
}

/// "41 rejected, 3 would have been"
std::string refusals_text(const listing_refusals& of) {
  return counts_text({{of.rejected, "rejected"},
                      {of.deferred, "deferred"},
                      {of.other, "held, discarded or led elsewhere"},
                      {of.would, "would have been (WARN)"}});
}

void append_listing(std::string_view name, const listing_refusals& of,
                    std::string& to) {
  to += fmt::format("{}: {}\n", printable(name), refusals_text(of));
  if (of.first)
    to += fmt::format("  from {} to {}\n", maillog::log_time_text(*of.first),
                      maillog::log_time_text(*of.last));
  append_tally("hosts", of.hosts, to);
  append_tally("senders", of.senders, to);
  append_tally("recipients", of.recipients, to);
}

} // namespace

std::string to_text(const refusals& of) {
  std::string made;
  for (const auto& [name, listing] : of.by_listing()) {
    if (!made.empty())
      made += '\n';
    append_listing(name, *listing, made);
  }
  return made;
}

} // namespace spfblock::reports
