#include "core/maillog/time_stamp.hpp"
#include "core/suggest/report.hpp"
#include "core/support/calendar.hpp"
#include "core/support/counts_text.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace spfblock::suggest {
namespace {

/// How many of each kind are named.
constexpr std::size_t most_named = 5;

/// "a, b, ... and 7 more"
template <class Each, class Text>
std::string first_of(const std::vector<Each>& all, Text text) {
  std::string made;
  for (std::size_t i = 0; i < all.size() && i < most_named; ++i)
    made += (i == 0 ? "" : ", ") + text(all[i]);
  if (all.size() > most_named)
    made += fmt::format(", ... and {} more", all.size() - most_named);
  return made;
}

std::string text_of(const dns::name& name) {
  return name.to_string();
}

std::string host_text(const shown_host& of) {
  std::string made = of.address.to_string() + " (" + std::to_string(of.bad);
  if (of.wanted > 0)
    made += fmt::format(", wanted {}", of.wanted);
  return made + ")";
}

void append_line(std::string_view what, const std::string& text,
                 std::string& to) {
  if (!text.empty())
    to += fmt::format("  {}: {}\n", what, text);
}

/// Of its networks, but no mail in its name that passed.
std::vector<shown_host> other_hosts(const suggestion& of) {
  std::vector<shown_host> made;
  for (const auto& [address, bad] : of.traffic.hosts) {
    const bool is_own = std::any_of(
        of.hosts.begin(), of.hosts.end(),
        [&at = address](const auto& each) { return each.address == at; });
    if (!is_own)
      made.push_back({address, bad});
  }
  return made;
}

std::string networks_text(const suggestion& of) {
  const auto all = of.networks.to_prefixes();
  if (all.empty())
    return "none: a term that looks at each mail passes its hosts, so only "
           "the door \"policy\" can reject them";
  return fmt::format(
      "{}; from these {} bad, {} wanted",
      first_of(all,
               [](const net::ip_prefix& each) { return each.to_string(); }),
      of.traffic.bad, of.traffic.wanted);
}

std::string heading(const suggestion& of) {
  if (of.is_include)
    return fmt::format("{}, an include of {}: {}\n", of.name.to_string(),
                       first_of(of.users, text_of), marks_text(of.marks));
  const std::string counts = marks_text(of.marks);
  return fmt::format("{}: {}\n", of.name.to_string(),
                     counts.empty() ? "nothing bad in its name, but from its "
                                      "networks"
                                    : counts);
}

void append_suggestion(const suggestion& of, std::string& to) {
  to += heading(of);
  if (of.marks.first)
    to += fmt::format("  from {} to {}\n",
                      maillog::log_time_text(*of.marks.first),
                      maillog::log_time_text(*of.marks.last));
  append_line(fmt::format("hosts that pass ({})", of.hosts.size()),
              first_of(of.hosts, host_text), to);
  if (std::any_of(of.hosts.begin(), of.hosts.end(),
                  [](const shown_host& each) { return each.log_says_pass; }))
    to += "  the log has an SPF pass as well\n";
  append_line(fmt::format("networks ({})", of.networks.prefix_count()),
              networks_text(of), to);
  const auto others = other_hosts(of);
  append_line(fmt::format("other bad hosts in them ({})", others.size()),
              first_of(others, host_text), to);
  append_line("includes", first_of(of.includes, text_of), to);
  append_line("listed already",
              first_of(of.listed,
                       [](const overlap& each) {
                         return fmt::format("{} % by {}", each.percent,
                                            each.listing);
                       }),
              to);
  if (of.covered_by)
    to += fmt::format("  all of it is in {}\n", of.covered_by->to_string());
}

struct reason {
  objection why;
  std::string_view text;
};

/// Why senders are not suggested, in words.
constexpr std::array<reason, 12> reasons{{
    {objection::listed, "listed already"},
    {objection::allowed, "allowed"},
    {objection::provider, "providers"},
    {objection::no_record, "without an SPF record"},
    {objection::dns_failed, "whose DNS failed"},
    {objection::no_pass, "forged: their record does not pass who sent"},
    {objection::too_wide, "over a limit"},
    {objection::only_allowed, "whose hosts are allowed"},
    {objection::wanted, "of whom, or whose networks, wanted mail comes"},
    {objection::let_through,
     "whose mail a listing met, and nobody took for spam"},
    {objection::forwarded, "whose bad mail was only forwarded"},
    {objection::not_asked, "not looked at: there are too many"},
}};

std::string_view reason_text(objection of) {
  return reasons.at(static_cast<std::size_t>(of)).text;
}

static_assert(reasons.back().why == objection::not_asked);

std::vector<std::string> names_to_add(const judgement& of) {
  std::vector<std::string> made;
  for (const group& some : of.groups) {
    for (const suggestion& each : some.suggestions) {
      if (!each.covered_by)
        made.push_back(each.name.to_string());
    }
  }
  return made;
}

/// What was read: up to where the mails are counted.
std::string read_text(const origin& from) {
  std::string made;
  if (from.live)
    made = fmt::format(
        "the server noted {} since {}{}{}\n",
        counted(from.live->senders, "sender domain"),
        utc_text(from.live->since),
        from.live->forgotten > 0
            ? ", without " + counted(from.live->forgotten, "mail") +
                  " of others"
            : "",
        from.has_log ? "" : "; what mail was wanted, only a log can tell");
  if (from.has_log)
    made += fmt::format("{}, {} of a known form, ",
                        counted(from.read.lines, "line"), from.read.events);
  return made;
}

} // namespace

std::string marks_text(const mark_counts& of) {
  return counts_text({{of.refused, "refused"},
                      {of.spam, "spam"},
                      {of.from_listed - of.let_through, "from listed hosts"},
                      {of.let_through, "let through from listed hosts"},
                      {of.wanted, "wanted"}});
}

std::string to_text(const judgement& of, const origin& from) {
  std::string made;
  for (const group& some : of.groups) {
    if (!some.in_common.empty())
      made += fmt::format("In common: {}\n",
                          first_of(some.in_common, [](const std::string& each) {
                            return each;
                          }));
    for (const suggestion& each : some.suggestions) {
      append_suggestion(each, made);
      made += '\n';
    }
  }
  if (!of.objected.empty())
    made += "Not suggested, though the record passes:\n";
  for (const objected_sender& each : of.objected)
    made += fmt::format("  {}: {}: {}{}\n", each.name.to_string(),
                        marks_text(each.marks), reason_text(each.why),
                        each.detail.empty() ? "" : ": " + each.detail);
  if (const auto names = names_to_add(of); !names.empty())
    made += fmt::format("{}To watch what a listing would reject:\n"
                        "  spfblock add --watch --until {} {}\n",
                        of.objected.empty() ? "" : "\n", day_text(from.until),
                        fmt::join(names, " "));
  return made;
}

std::string summary(const judgement& of, const origin& from) {
  std::size_t suggested = 0;
  for (const group& some : of.groups)
    suggested += some.suggestions.size();
  std::string made =
      read_text(from) + fmt::format("{}; records as of {}\n{} suggested",
                                    counted(from.mails, "mail"),
                                    utc_text(from.looked_at), suggested);
  std::string others;
  for (const reason& each : reasons) {
    if (const auto count = of.objections.of(each.why); count > 0)
      others +=
          fmt::format("{}{} {}", others.empty() ? "" : ", ", count, each.text);
  }
  made += others.empty()
              ? "\n"
              : fmt::format("; other senders of bad mail: {}\n", others);
  if (from.forgotten > 0)
    made += fmt::format("there were more senders than can be told apart: {} "
                        "of those who sent least {} not counted; read fewer "
                        "days\n",
                        counted(from.forgotten, "mail"),
                        by_number(from.forgotten, "is", "are"));
  return made;
}

} // namespace spfblock::suggest
