#include "core/reports/all_printable.hpp"
#include "core/reports/status.hpp"
#include "core/support/calendar.hpp"
#include "core/support/counts_text.hpp"
#include "core/support/paragraph.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace spfblock::reports {
namespace {

// The tables ---------------------------------------------------------------

constexpr std::size_t columns = 10;
constexpr std::size_t action_column = columns - 1;
constexpr std::size_t day_column = columns - 2;
constexpr std::size_t hits_column = columns - 3;
constexpr std::size_t narrowest_name = 16;
/// The hits of the day are left out where they would make a name's column
/// narrower.
constexpr std::size_t narrowest_beside_day = 24;
constexpr std::string_view gap = "  ";

using row = std::array<std::string, columns>;

/// Name, condition, action.
bool is_left_aligned(std::size_t column) {
  return column < 2 || column == action_column;
}

std::string figure(std::uint64_t count) {
  constexpr std::uint64_t longest = 99'999'999;
  return count > longest ? fmt::format("{:.1e}", static_cast<double>(count))
                         : std::to_string(count);
}

row row_of(const domain_status& of) {
  return {all_printable(of.name),
          std::string{text_of(of.condition)},
          figure(of.networks),
          figure(of.ipv4_addresses),
          figure(of.ipv6_slash64s),
          of.age ? span_text(*of.age) : "-",
          of.next_look.count() == 0 ? "now" : span_text(of.next_look),
          of.hits ? figure(*of.hits) : "-",
          of.hits_day ? figure(*of.hits_day) : "-",
          all_printable(of.action.substr(0, of.action.find(' ')))};
}

/// What stands in no list of actions and hits is an allowed domain.
row without_actions(row of) {
  of[action_column] = of[day_column] = of[hits_column] = "";
  return of;
}

row heading(domains::role of) {
  return {of == domains::role::listed ? "LISTED" : "ALLOWED",
          "STATE",
          "NETS",
          "IPV4",
          "IPV6 /64",
          "AGE",
          "NEXT",
          "HITS",
          "DAY",
          "ACTION"};
}

using domain_list = std::vector<const domain_status*>;

/// Those that are shown; what is in trouble first, the most pressing before.
domain_list chosen(const status_report& of, shown which) {
  domain_list all;
  for (const domain_status& each : of.domains) {
    if (which == shown::all || is_in_trouble(each))
      all.push_back(&each);
  }
  const auto rest =
      std::stable_partition(all.begin(), all.end(), [](const auto* each) {
        return is_in_trouble(*each);
      });
  std::stable_sort(all.begin(), rest, [](const auto* a, const auto* b) {
    return a->condition < b->condition;
  });
  return all;
}

/// Both tables, with the same columns.
class tables {
public:
  explicit tables(const domain_list& of) {
    for (const domains::role each :
         {domains::role::listed, domains::role::allowed})
      add(of, each);
    std::size_t others = std::accumulate(widths_.begin() + 1, widths_.end(),
                                         gap.size() * (columns - 1));
    has_day_ = std::any_of(of.begin(), of.end(),
                           [](const auto* each) { return each->hits_day; }) &&
               others + std::min(widths_.front(), narrowest_beside_day) <=
                   screen_width;
    if (!has_day_)
      others -= gap.size() + widths_[day_column];
    const std::size_t room =
        screen_width - std::min(screen_width - narrowest_name, others);
    widths_.front() = std::min(widths_.front(), room);
  }

  [[nodiscard]] std::string text() const {
    std::string out;
    for (const row& line : rows_)
      out += line.front().empty() ? "\n" : text_of_row(line);
    return out;
  }

private:
  void add(const domain_list& of, domains::role role) {
    const auto of_role = [role](const row& full) {
      return role == domains::role::listed ? full : without_actions(full);
    };
    bool is_first = true;
    for (const domain_status* each : of) {
      if (each->role != role)
        continue;
      if (is_first && !rows_.empty())
        rows_.emplace_back();
      if (std::exchange(is_first, false))
        add(of_role(heading(role)));
      add(of_role(row_of(*each)));
    }
  }

  void add(row line) {
    for (std::size_t i = 0; i < columns; ++i)
      widths_[i] = std::max(widths_[i], line[i].size());
    rows_.push_back(std::move(line));
  }

  /// A name that is too long for its column has a line of its own.
  [[nodiscard]] std::string text_of_row(const row& line) const {
    std::string out;
    const bool fits = line.front().size() <= widths_.front();
    if (!fits)
      out += line.front() + '\n';
    out += fmt::format("{:<{}}", fits ? line.front() : "", widths_.front());
    for (std::size_t i = 1; i < columns; ++i) {
      if (i == day_column && !has_day_)
        continue;
      out += gap;
      out += is_left_aligned(i) ? fmt::format("{:<{}}", line[i], widths_[i])
                                : fmt::format("{:>{}}", line[i], widths_[i]);
    }
    out.erase(out.find_last_not_of(' ') + 1);
    return out + '\n';
  }

  std::vector<row> rows_;
  std::array<std::size_t, columns> widths_{};
  bool has_day_ = false;
};

// What is to be said -------------------------------------------------------

/// What becomes of the networks while the record is not to be had.
std::string networks_meanwhile(const domain_status& of) {
  if (of.networks == 0)
    return of.role == domains::role::listed ? "; lists nothing"
                                            : "; protects nothing";
  return of.role == domains::role::listed
             ? "; the last good networks stay listed"
             : "; the last good networks stay allowed";
}

/// The same where the DNS fails.
std::string networks_kept(const domain_status& of) {
  if (of.kept == of.networks || !of.kept_age)
    return networks_meanwhile(of);
  return fmt::format("; {} {}, as last found good up to {} ago",
                     counted(of.kept, "network stays", "networks stay"),
                     of.role == domains::role::listed ? "listed" : "allowed",
                     span_text(*of.kept_age));
}

/// The condition in words; empty if the table says it all.
std::string condition_note(const domain_status& of) {
  switch (of.condition) {
  case domain_condition::failing:
  case domain_condition::unknown:
    return "DNS failed " +
           (of.failures == 1 ? "once"
                             : fmt::format("{} times in a row", of.failures)) +
           ": " + all_printable(of.trouble) +
           (gap_in(of).empty() ? networks_kept(of) : "");
  case domain_condition::gone:
    return "no SPF record" + networks_meanwhile(of) +
           (of.networks == 0 ? "" : " until a second look confirms it");
  case domain_condition::overdue:
    return "not looked at for too long" + networks_meanwhile(of);
  case domain_condition::waiting:
    return of.age
               ? "not published yet: waits for an allowed domain that is not "
                 "known"
               : "";
  case domain_condition::held:
  case domain_condition::refused:
  case domain_condition::fresh: break;
  }
  return "";
}

/// Whether condition_note() tells the trouble.
bool is_trouble_told(const domain_status& of) {
  switch (of.condition) {
  case domain_condition::failing:
  case domain_condition::unknown:
  case domain_condition::gone: return true;
  case domain_condition::held:
  case domain_condition::refused:
  case domain_condition::waiting:
  case domain_condition::overdue:
  case domain_condition::fresh: break;
  }
  return of.trouble.empty() || !gap_in(of).empty();
}

/// Whom of those who delivered wanted mail it would reject; empty if nobody.
std::string overlap_note(const domain_status& of) {
  if (of.overlap == 0)
    return {};
  return fmt::format("{} with hosts that delivered wanted mail {} listed: {}",
                     counted(of.overlap, "network"),
                     std::string{by_number(of.overlap, "is", "are")} +
                         (of.overlap_held ? " held and not" : ""),
                     all_printable(of.overlap_hosts));
}

/// What becomes of the terms by which the mail decides; empty if none does.
std::string mail_note(const domain_status& of, bool sees_mail) {
  if (of.by_mail.empty())
    return {};
  std::string terms;
  for (const std::string& each : of.by_mail)
    terms += (terms.empty() ? "" : "; ") + all_printable(each);
  if (of.passes_everybody)
    return "passes everybody, so its mail decides about nobody: " + terms;
  const std::string whom =
      of.by_name.empty() ? "" : " about who has no such name";
  return (sees_mail ? "the mail decides" + whom + ", at the door policy: "
                    : "the mail would decide" + whom +
                          ", but no door policy is open: ") +
         terms;
}

/// Whom their names decide about; empty if nobody.
std::string name_note(const domain_status& of) {
  std::string targets;
  for (const std::string& each : of.by_name)
    targets += (targets.empty() ? "" : ", ") + all_printable(each);
  return targets.empty() ? ""
                         : "the confirmed name of a client decides, at any "
                           "door: at or below " +
                               targets;
}

std::vector<std::string> notes_on(const domain_status& of, bool sees_mail) {
  std::vector<std::string> notes;
  if (const std::string missing = gap_in(of); !missing.empty())
    notes.push_back("WARNING: " + all_printable(missing));
  if (std::string note = condition_note(of); !note.empty())
    notes.push_back(std::move(note));
  for (const std::string& each : of.refusals)
    notes.push_back(all_printable(each));
  if (of.put_aside)
    notes.push_back(fmt::format(
        "its look was put aside {} ago, since the answers to it took the most "
        "of a memory that had no more room; it begins anew when there is",
        span_text(*of.put_aside)));
  if (of.kept_off > 0)
    notes.push_back("allow keeps off " + counted(of.kept_off, "network"));
  if (std::string note = overlap_note(of); !note.empty())
    notes.push_back(std::move(note));
  if (!is_trouble_told(of))
    notes.push_back("not listed in full: " + all_printable(of.trouble));
  if (std::string note = name_note(of); !note.empty())
    notes.push_back(std::move(note));
  if (std::string note = mail_note(of, sees_mail); !note.empty())
    notes.push_back(std::move(note));
  if (!of.until.empty())
    notes.push_back("ends on " + all_printable(of.until));
  return notes;
}

void append_notes(std::string& out, const domain_status& of, bool sees_mail) {
  const auto notes = notes_on(of, sees_mail);
  if (notes.empty())
    return;
  const std::string comment =
      of.comment.empty() ? "" : " (" + all_printable(of.comment) + ')';
  out += '\n';
  append_paragraph(out, "", all_printable(of.name) + comment, 2);
  for (const std::string& note : notes)
    append_paragraph(out, "  ", note, 4);
}

/// Why what runs is not what the file says, and since when that is known.
void append_refusal(std::string& out, const status_report& of) {
  const auto concern = configuration_concern(of.configuration);
  if (!concern)
    return;
  std::string text = "CONFIGURATION REFUSED";
  if (const auto at = of.configuration.refused_at)
    text +=
        fmt::format(" at {}, {} ago", utc_text(*at), span_text(of.at - *at));
  append_paragraph(out, "", text + ": " + all_printable(*concern), 2);
}

} // namespace

std::optional<std::string> ports_problem(const status_report& of) {
  if (of.ports_unavailable.empty())
    return std::nullopt;
  std::string text = of.ports_unavailable.front();
  if (const auto more = of.ports_unavailable.size() - 1; more > 0)
    text += fmt::format("; and {} more", more);
  return text;
}

std::string in_brief(const status_report& of) {
  condition_counts counts{};
  for (const domain_status& each : of.domains)
    ++counts[static_cast<std::size_t>(each.condition)];
  return in_brief(counts);
}

std::string in_brief(const condition_counts& of) {
  const std::size_t all = std::accumulate(of.begin(), of.end(), std::size_t{0});
  std::string text = counted(all, "domain");
  const char* separator = ": ";
  for (const domain_condition each : domain_conditions) {
    const std::size_t count = of[static_cast<std::size_t>(each)];
    if (count == 0)
      continue;
    text += fmt::format("{}{} {}", separator, count, text_of(each));
    separator = ", ";
  }
  return text;
}

std::string to_text(const status_report& of, shown which) {
  std::string out;
  append_refusal(out, of);
  for (const std::string& each : of.ports_unavailable)
    append_paragraph(out, "", "PORT UNAVAILABLE: " + all_printable(each), 2);
  if (!of.history_trouble.empty())
    append_paragraph(
        out, "", "HISTORY NOT WRITTEN: " + all_printable(of.history_trouble),
        2);
  if (!of.hits_trouble.empty())
    append_paragraph(out, "",
                     "HITS NOT SAVED: " + all_printable(of.hits_trouble), 2);
  append_paragraph(out, "", in_brief(of), 2);
  if (of.hits)
    append_paragraph(out, "",
                     fmt::format("hits: {} in the last hour, {} in the last "
                                 "day, {} since the start",
                                 of.hits->hour, of.hits->day,
                                 of.hits->since_start),
                     2);
  if (!of.name_servers.empty())
    append_paragraph(out, "",
                     all_printable(fmt::format(
                         "name servers: {}", fmt::join(of.name_servers, ", "))),
                     2);
  if (of.providers > 0)
    append_paragraph(out, "",
                     fmt::format("providers: {} of {} known",
                                 of.providers_known, of.providers),
                     2);
  if (of.put_aside > 0)
    append_paragraph(
        out, "",
        fmt::format("looks put aside until there is room for their "
                    "answers: {}",
                    of.put_aside),
        2);
  for (const file_status& each : of.files) {
    if (which == shown::all || !each.trouble.empty())
      append_paragraph(out, "", to_text(each, of.at), 2);
  }
  const domain_list all = chosen(of, which);
  if (!all.empty())
    out += '\n' + tables{all}.text();
  for (const domain_status* each : all)
    append_notes(out, *each, of.sees_mail);
  return out;
}

} // namespace spfblock::reports
