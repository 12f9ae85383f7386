#include "core/reports/all_printable.hpp"
#include "core/reports/explanation.hpp"
#include "core/support/calendar.hpp"
#include "core/support/paragraph.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace spfblock::reports {
namespace {

constexpr std::size_t label_width = 14;
/// An address that is not listed is kept off every domain that passes
/// everybody.
constexpr std::size_t most_exemptions = 10;

void append_field(std::string& out, std::string_view label,
                  const std::string& value) {
  append_paragraph(out, fmt::format("  {:<{}}", label, label_width - 2),
                   all_printable(value), label_width);
}

void append_time(std::string& out, std::string_view label,
                 const std::optional<std::chrono::sys_seconds>& at,
                 std::chrono::sys_seconds now) {
  if (at)
    append_field(
        out, label,
        fmt::format("{}, {} ago", utc_text(*at), span_text(now - *at)));
}

void append_reason(std::string& out, const listing_reason& reason,
                   std::chrono::sys_seconds now) {
  append_field(out, "network", reason.network);
  append_field(out, "chain", reason.chain);
  append_field(out, "action",
               reason.answer.empty() ? reason.action : reason.answer);
  append_time(out, "first seen", reason.first_seen, now);
  append_time(out, "last seen", reason.last_seen, now);
  if (!reason.undecided.empty())
    append_field(out, "undecided", reason.undecided);
}

/// Whether an exemption tells what allows the address.
bool is_told_by_exemption(const explanation& of) {
  return std::any_of(of.exemptions.begin(), of.exemptions.end(),
                     [](const exemption& each) {
                       return each.reason.starts_with("allowed by ");
                     });
}

} // namespace

std::string to_text(const explanation& of) {
  const std::string address = all_printable(of.address);
  std::string text;
  if (of.reasons.empty())
    text = address + " is not listed\n";
  if (!of.allowed_by.empty() && !is_told_by_exemption(of))
    append_field(text, "allowed by", of.allowed_by);
  for (const listing_reason& reason : of.reasons) {
    append_paragraph(text, "",
                     (text.empty() ? address + " is" : "also") + " listed by " +
                         all_printable(reason.listing),
                     2);
    append_reason(text, reason, of.at);
  }
  const std::size_t shown = std::min(of.exemptions.size(), most_exemptions);
  for (std::size_t i = 0; i < shown; ++i) {
    append_paragraph(text, "",
                     "kept off " + all_printable(of.exemptions[i].listing), 2);
    append_field(text, "reason", of.exemptions[i].reason);
  }
  if (shown < of.exemptions.size())
    text += fmt::format("kept off {} more\n", of.exemptions.size() - shown);
  return text;
}

} // namespace spfblock::reports
