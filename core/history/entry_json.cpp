#include "core/history/entry.hpp"
#include "core/json/read_document.hpp"
#include "core/json/writer.hpp"
#include "core/support/calendar.hpp"
#include "core/support/text.hpp"

#include <algorithm>
#include <limits>

namespace spfblock::history {
namespace {

void write(json::writer& to, std::string_view name, const portion& of) {
  if (of.count == 0)
    return;
  to.key(name).begin_object().member("count", of.count).key("by").begin_array();
  for (const granted& each : of.named) {
    to.begin_object();
    if (!each.chain.empty())
      to.member("chain", each.chain);
    to.key("networks").begin_array();
    for (const net::ip_prefix& network : each.networks)
      to.value(network.to_string());
    to.end_array().end_object();
  }
  to.end_array().end_object();
}

void write(json::writer& to, std::string_view name, const std::string& text) {
  if (!text.empty())
    to.member(name, text);
}

void read_networks(const json::json_value& value, granted& into) {
  for (const json::json_value& each : value.read_elements()) {
    const auto text = each.read_text();
    const auto network =
        text ? net::ip_prefix::parse(*text) : result<net::ip_prefix>{failure{}};
    if (network)
      into.networks.push_back(*network);
    else
      each.fault("no network");
  }
}

void read_portion(const json::json_value& value, portion& into) {
  static const json::field_table<granted> of_one{
      {"chain", json::text(&granted::chain), true},
      {"networks", read_networks},
  };
  static const json::field_table<portion> fields{
      {"count", json::count(&portion::count)},
      {"by", json::list(&portion::named, of_one)},
  };
  json::read_members(value, fields, into);
}

auto portion_of(portion entry::*member) {
  return [member](const json::json_value& value, entry& into) {
    read_portion(value, into.*member);
  };
}

/// Takes what stands in quotes behind `before` off a line.
/// @return nothing for another line
std::optional<std::string_view> take_quoted(std::string_view& line,
                                            std::string_view before) {
  if (!line.starts_with(before))
    return std::nullopt;
  line.remove_prefix(before.size());
  std::size_t end = line.find_first_of("\"\\");
  while (end < line.size() && line[end] == '\\')
    end = line.find_first_of("\"\\", end + 2);
  if (end >= line.size())
    return std::nullopt;
  const std::string_view text = line.substr(0, end);
  line.remove_prefix(end + 1);
  return text;
}

template <class Word, std::size_t Count>
std::optional<Word> word_of(std::optional<std::string_view> text,
                            const std::array<Word, Count>& words) {
  if (!text)
    return std::nullopt;
  for (const Word each : words) {
    if (text_of(each) == *text)
      return each;
  }
  return std::nullopt;
}

} // namespace

std::string to_line(const entry& of) {
  json::writer to{json::layout::dense};
  to.begin_object()
      .member("at", of.at)
      .member("what", text_of(of.what))
      .member("role", text_of(of.role))
      .member("listing", of.listing)
      .member("digest", of.digest)
      .member("cause", text_of(of.why))
      .member("networks", of.networks);
  write(to, "added", of.added);
  write(to, "removed", of.removed);
  write(to, "refused", of.refused);
  write(to, "action", of.action);
  write(to, "comment", of.comment);
  write(to, "until", of.until);
  write(to, "detail", of.detail);
  to.end_object();
  return std::move(to).text() + '\n';
}

std::optional<entry> entry_of_line(std::string_view line) {
  static const json::field_table<entry> fields{
      {"at", json::time(&entry::at)},
      {"what", json::choice(&entry::what, happenings)},
      {"role", json::choice(&entry::role, domains::roles)},
      {"listing", json::text(&entry::listing)},
      {"digest", json::text(&entry::digest)},
      {"cause", json::choice(&entry::why, causes)},
      {"networks", json::count(&entry::networks)},
      {"added", portion_of(&entry::added), true},
      {"removed", portion_of(&entry::removed), true},
      {"refused", portion_of(&entry::refused), true},
      {"action", json::text(&entry::action), true},
      {"comment", json::text(&entry::comment), true},
      {"until", json::text(&entry::until), true},
      {"detail", json::text(&entry::detail), true},
  };
  auto read = json::read_document(line, "an entry", fields);
  if (!read)
    return std::nullopt;
  return *std::move(read);
}

std::optional<line_head> head_of(std::string_view line) noexcept {
  constexpr std::string_view before_time = "{\"at\":";
  if (!line.starts_with(before_time))
    return std::nullopt;
  line.remove_prefix(before_time.size());
  const std::size_t end = std::min(line.find(','), line.size());
  const auto seconds = parse_decimal(line.substr(0, end),
                                     std::numeric_limits<std::uint64_t>::max());
  const auto at = seconds ? time_since_1970(*seconds) : std::nullopt;
  if (!at)
    return std::nullopt;
  line.remove_prefix(end);
  const auto what = word_of(take_quoted(line, ",\"what\":\""), happenings);
  const auto role = word_of(take_quoted(line, ",\"role\":\""), domains::roles);
  const auto listing = take_quoted(line, ",\"listing\":\"");
  const auto digest = take_quoted(line, ",\"digest\":\"");
  if (!what || !role || !listing || !digest)
    return std::nullopt;
  return line_head{*at, *what, *role, *listing, *digest};
}

} // namespace spfblock::history
