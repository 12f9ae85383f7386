#include "core/history/entry.hpp"
#include "core/support/calendar.hpp"
#include "core/support/counts_text.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

namespace spfblock::history {
namespace {

/// Networks of each kind that are shown.
constexpr std::size_t most_shown = 20;

std::string safe(std::string_view text) {
  return printable(text, text.size());
}

/// "; comment: by hand", or nothing.
std::string labelled(const char* label, const std::string& text) {
  return text.empty() ? "" : fmt::format("; {} {}", label, safe(text));
}

std::string reason(const entry& of) {
  const auto words = words_of(of.why);
  return words.empty() ? "" : fmt::format(": {}", words);
}

std::string entry_text(const entry& of, const char* what) {
  return fmt::format(
      "{}{}{}{}{}{}", of.role == domains::role::allowed ? "allowed: " : "",
      what, labelled("action", of.action), labelled("comment", of.comment),
      labelled("until", of.until), reason(of));
}

std::string change_text(const entry& of) {
  return fmt::format(
      "{}+{} -{} {}, {} now{}",
      of.role == domains::role::allowed ? "allows " : "", of.added.count,
      of.removed.count,
      by_number(of.added.count + of.removed.count, "network", "networks"),
      of.networks, reason(of));
}

void append(std::string& out, char sign, const portion& of) {
  std::size_t shown = 0;
  for (const granted& each : of.named) {
    for (const net::ip_prefix& network : each.networks) {
      if (++shown > most_shown)
        break;
      out += fmt::format("    {} {}{}{}\n", sign, network.to_string(),
                         each.chain.empty() ? "" : "  ", safe(each.chain));
    }
  }
  if (of.count > std::min(shown, most_shown) && !of.named.empty())
    out += fmt::format("    {} and {} more\n", sign,
                       of.count - std::min(shown, most_shown));
}

} // namespace

std::string in_brief(const entry& of) {
  switch (of.what) {
  case happening::start:
    return "the server started" + labelled("version", of.detail);
  case happening::reload: return "the configuration was read again";
  case happening::entry_new: return entry_text(of, "new entry");
  case happening::entry_changed: return entry_text(of, "entry changed");
  case happening::entry_gone: return entry_text(of, "entry removed");
  case happening::listed:
    return fmt::format("{} {}{}",
                       of.role == domains::role::allowed ? "allows" : "lists",
                       counted(of.networks, "network"), reason(of));
  case happening::changed: return change_text(of);
  case happening::refused: return safe(of.detail);
  }
  return "";
}

std::string to_text(const entry& of) {
  std::string out = utc_text(of.at) + "  ";
  if (!of.listing.empty())
    out += safe(of.listing) + "  ";
  out += in_brief(of) + '\n';
  append(out, '+', of.added);
  append(out, '-', of.removed);
  append(out, '!', of.refused);
  return out;
}

} // namespace spfblock::history
