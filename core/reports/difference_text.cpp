#include "core/reports/all_printable.hpp"
#include "core/reports/difference.hpp"
#include "core/support/counts_text.hpp"
#include "core/support/paragraph.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spfblock::reports {
namespace {

using prefixes = std::vector<net::ip_prefix>;

/// "2 networks added, 1 removed"; empty if there are none.
std::string change_text(std::size_t added, std::size_t removed) {
  if (added == 0)
    return removed == 0 ? "" : counted(removed, "network") + " removed";
  return counted(added, "network") + " added" +
         (removed == 0 ? "" : fmt::format(", {} removed", removed));
}

/// The parts that are not empty.
std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& each : parts) {
    if (!each.empty())
      text += (text.empty() ? "" : "; ") + each;
  }
  return text;
}

std::string_view note_on(listing_kind kind) {
  switch (kind) {
  case listing_kind::allowed_domain: return " (allowed)";
  case listing_kind::former: return " (configured no more)";
  case listing_kind::by_hand:
  case listing_kind::domain: break;
  }
  return "";
}

void append_networks(std::string& out, char sign, const prefixes& networks) {
  for (const net::ip_prefix& each : networks)
    out += fmt::format("  {} {}\n", sign, each.to_string());
}

/// What the networks of all listings come to.
struct totals {
  std::size_t changed = 0; ///< listings
  std::size_t failed = 0;  ///< domains
  std::size_t added = 0;
  std::size_t removed = 0;
  std::size_t actions = 0; ///< listings whose action is another one
};

void append(std::string& out, const listing_change& of, totals& all) {
  all.failed += of.failed ? 1U : 0U;
  if (!of.changes() && of.remarks.empty())
    return;
  const prefixes added = of.added.to_prefixes();
  const prefixes removed = of.removed.to_prefixes();
  all.changed += of.changes() ? 1U : 0U;
  all.added += added.size();
  all.removed += removed.size();
  all.actions += of.changes_action() ? 1U : 0U;

  append_paragraph(
      out, "",
      of.name + std::string{note_on(of.kind)} + ": " +
          (of.changes() ? joined({change_text(added.size(), removed.size()),
                                  of.changes_action() ? "another action" : ""})
                        : "no change"),
      2);
  append_networks(out, '+', added);
  append_networks(out, '-', removed);
  if (of.changes_action()) {
    append_paragraph(out, "  < ", all_printable(of.action_before), 4);
    append_paragraph(out, "  > ", all_printable(of.action_after), 4);
  }
  for (const std::string& each : of.remarks)
    append_paragraph(out, "  ! ", each, 4);
  out += '\n';
}

std::string other_actions(std::size_t listings) {
  return listings == 0 ? ""
                       : counted(listings, "listing") + " with another action";
}

std::string summary(const totals& of, std::size_t listings) {
  std::string text =
      of.changed == 0 ? counted(listings, "listing") + ", no change"
                      : fmt::format("{} of {} {}: {}", of.changed,
                                    counted(listings, "listing"),
                                    by_number(of.changed, "changes", "change"),
                                    joined({change_text(of.added, of.removed),
                                            other_actions(of.actions)}));
  if (of.failed > 0)
    text += "; DNS failed for " + counted(of.failed, "domain");
  return text;
}

} // namespace

std::string to_text(const difference& of) {
  std::string out;
  totals all;
  for (const listing_change& each : of.listings)
    append(out, each, all);
  append_paragraph(out, "", summary(all, of.listings.size()), 2);
  return out;
}

} // namespace spfblock::reports
