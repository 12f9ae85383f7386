#include "core/reports/explanation.hpp"
#include "core/support/calendar.hpp"
#include "core/support/paragraph.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

namespace spfblock::reports {
namespace {

constexpr std::size_t label_width = 14;

std::string safe(const std::string& text) {
  return printable(text, text.size());
}

void append_field(std::string& out, std::string_view label,
                  const std::string& value) {
  append_paragraph(out, fmt::format("  {:<{}}", label, label_width - 2),
                   safe(value), label_width);
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

} // namespace

std::string to_text(const explanation& of) {
  const std::string address = safe(of.address);
  std::string text;
  if (of.reasons.empty())
    text = address + " is not listed\n";
  for (const listing_reason& reason : of.reasons) {
    append_paragraph(text, "",
                     (text.empty() ? address + " is" : "also") + " listed by " +
                         safe(reason.listing),
                     2);
    append_reason(text, reason, of.at);
  }
  for (const exemption& each : of.exemptions) {
    append_paragraph(text, "", "kept off " + safe(each.listing), 2);
    append_field(text, "reason", each.reason);
  }
  return text;
}

} // namespace spfblock::reports
