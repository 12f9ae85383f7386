#include "core/log/catalogue_text.hpp"

#include "core/log/catalogue.hpp"
#include "core/log/event.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace spfblock::log {
namespace {

constexpr std::string_view markdown_head =
    R"(<!-- Made by tests/docs/log_events from core/log: do not edit. -->
# What the log says

One event a line: its phrase, then `key=value` fields. A value with blanks,
quotes or `=` is in double quotes; what is not printable ASCII is `\xHH`, and so
are a quote within and a backslash; after 1024 octets it is cut, with `...`.

    domain failing domain=spam.example reason="spam.example TXT: no answer" networks_kept=12

The phrase is the name of the event: it never changes, so search for it. Later
versions may add fields; none changes its meaning.

| severity | means |
|---|---|
| error | something asked for is not done |
| warning | it is done, but worse than asked |
| notice | the state of the service changed |
| info | a refresh, a reload |
| debug | each lookup, each look at a record |

`log.level` is the lowest severity that is written (default: info).
`log.target` is `stderr`, without time stamps, under systemd with the severity as
`<N>` in front, which the journal takes off (`journalctl -u spfblock -p warning`);
or `syslog`, as `spfblock[PID]` with facility mail. `log.hits` writes a line at
info for each address found; without it no lookup is written at info.

For logcheck there is `etc/logcheck/spfblock`: events of severity notice and below
are ignored, warnings and errors are reported.

A line `spfblock: panic: ...` on stderr is no event but a bug: the process stops
there. Please report it with its backtrace. Before the log is set up, faults of the
configuration are written to stderr as by `spfblock check`.
)";

constexpr std::string_view logcheck_head =
    R"(# Made by tests/docs/log_events from core/log: do not edit.
# For /etc/logcheck/ignore.d.server: what spfblock writes in its usual work.
)";

/// What logcheck's own rules have: time stamp and host in the traditional form
/// or in that of RFC 3339.
constexpr std::string_view logcheck_origin =
    R"(^([[:alpha:]]{3} [ :[:digit:]]{11}|[0-9T:.+-]{32}) [._[:alnum:]-]+ )"
    R"(spfblock\[[0-9]+\]: )";

std::string_view name_of(level severity) {
  switch (severity) {
  case level::error: return "error";
  case level::warning: return "warning";
  case level::notice: return "notice";
  case level::info: return "info";
  case level::debug: return "debug";
  }
  return "";
}

/// An event of any entry.
class example : public event {
public:
  explicit example(const entry& of) : event{of.kind, of.severity, of.phrase} {}
  using event::add;
};

/// As GitHub and others make it of a heading.
std::string anchor_of(std::string_view phrase) {
  std::string anchor;
  for (const char c : phrase) {
    if (c != ',')
      anchor += c == ' ' ? '-' : c;
  }
  return anchor;
}

std::string severity_text(const entry& of) {
  std::string text{name_of(of.severity)};
  if (of.raised)
    text += fmt::format(" or {}", name_of(*of.raised));
  return text;
}

void append_index(std::string& to) {
  to += "\n| event | severity |\n|---|---|\n";
  for (const chapter& part : catalogue) {
    for (const entry& each : part.entries)
      to += fmt::format("| [{}](#{}) | {} |\n", each.phrase,
                        anchor_of(each.phrase), severity_text(each));
  }
}

void append_entry(std::string& to, const entry& of) {
  to += fmt::format("\n### {}\n\n{}: {}\n\n**What to do:** {}\n\n    {}\n",
                    of.phrase, severity_text(of), of.meaning, of.action,
                    example_line(of, presence::usually));
  if (of.fields.begin() == of.fields.end())
    return;
  to += "\n| field | is |\n|---|---|\n";
  for (const field& each : of.fields)
    to += fmt::format(
        "| `{}` | {}{} |\n", each.name, each.meaning,
        each.presence == presence::always ? "" : " (not in every line)");
}

std::string rule_for(const entry& of) {
  std::string rule = fmt::format("{}{}", logcheck_origin, of.phrase);
  for (const field& each : of.fields) {
    const std::string one = fmt::format(
        " {}={}", each.name,
        each.form == form::number ? R"([0-9]+)" : R"(([^ "=]+|"[^"]*"))");
    rule += each.presence == presence::always ? one : fmt::format("({})?", one);
  }
  return rule + "$\n";
}

} // namespace

std::string example_line(const entry& of, presence rarest) {
  example shown{of};
  for (const field& each : of.fields) {
    if (each.presence <= rarest)
      shown.add(each.name, each.example);
  }
  return shown.line();
}

std::string catalogue_as_markdown() {
  std::string text{markdown_head};
  append_index(text);
  for (const chapter& part : catalogue) {
    text += fmt::format("\n## {}\n", part.title);
    for (const entry& each : part.entries)
      append_entry(text, each);
  }
  return text;
}

std::string catalogue_as_logcheck_rules() {
  std::string text{logcheck_head};
  for (const chapter& part : catalogue) {
    for (const entry& each : part.entries) {
      if (each.severity >= level::notice)
        text += rule_for(each);
    }
  }
  return text;
}

} // namespace spfblock::log
