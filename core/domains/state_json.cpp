#include "core/domains/growth_lines.hpp"
#include "core/domains/state.hpp"
#include "core/domains/state_words.hpp"
#include "core/domains/term_lines.hpp"
#include "core/json/document.hpp"
#include "core/json/field.hpp"
#include "core/json/list_reader.hpp"
#include "core/json/writer.hpp"
#include "core/support/checksum.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spfblock::domains {
namespace {

using json::json_value;

/// Version 3 knew no growth, 2 nothing undecided either.
constexpr std::uint64_t oldest_version = 2;

/// "TARGET NETWORKS" for each target that can be read again.
std::vector<std::string> named_lines(const table::residue& of) {
  std::vector<std::string> lines;
  for (const table::named_clients& each : of.named) {
    const std::string target = each.target.to_string();
    const auto read = dns::name::from_text(target);
    if (read && *read == each.target)
      lines.push_back(target + ' ' + to_words(each.addresses.to_prefixes()));
  }
  return lines;
}

/// "TIME NETWORKS" for each age.
std::vector<std::string> kept_lines(const std::vector<kept_clients_state>& of) {
  std::vector<std::string> lines;
  for (const kept_clients_state& each : of)
    lines.push_back(fmt::format("{} {}", to_word(each.good_at),
                                to_words(each.addresses.to_prefixes())));
  return lines;
}

// The members in order of their names.
void write_mail(json::writer& to, const domain_state& of) {
  if (of.waits_for_mail) {
    const table::residue& waits = *of.waits_for_mail;
    to.member("mail_addresses", to_words(waits.addresses.to_prefixes()))
        .member("mail_at", of.mail_at);
    if (!of.mail_kept.empty())
      to.member("mail_kept", kept_lines(of.mail_kept));
    to.member("mail_named", named_lines(waits))
        .member("mail_on_helo", waits.on_helo)
        .member("mail_on_local_part", waits.on_local_part);
  }
  if (!of.mail_terms.empty())
    to.member("mail_terms", of.mail_terms);
}

void write(json::writer& to, const domain_state& of) {
  to.begin_object()
      .member("changed_at", of.changed_at)
      .member("failures", of.failures)
      .member("gone", of.gone)
      .member("good_at", of.good_at)
      .member("growth", growth_lines(of))
      .member("in_part", of.in_part)
      .member("lost", to_words(of.lost.to_prefixes()))
      .member("lost_at", of.lost_at);
  write_mail(to, of);
  to.member("name", of.name.to_string())
      .member("named", to_words(of.good.named))
      .member("records", of.good.records)
      .member("role", text_of(of.role))
      .member("terms", to_lines(of.good.authorised))
      .member("trouble", of.trouble)
      .end_object();
}

/// A reader of a text that `read` takes in.
template <class Read>
auto lines_by(Read read) {
  return [read](const json_value& value, domain_state& into) {
    const auto text = value.read_text();
    if (!text)
      return;
    if (auto why = read(*text, into))
      value.fault(std::move(why->message));
  };
}

std::optional<failure> read_lost(std::string_view text, domain_state& into) {
  std::vector<net::ip_prefix> networks;
  auto why = read_words(text, networks);
  into.lost = net::address_set::of(networks);
  return why;
}

std::optional<failure> read_named(std::string_view text, domain_state& into) {
  return read_words(text, into.good.named);
}

std::optional<failure> read_good(std::string_view text, domain_state& into) {
  return read_terms(text, into.good);
}

void read_name(const json_value& value, domain_state& into) {
  const auto text = value.read_text();
  if (!text)
    return;
  auto name = dns::name::from_text(*text);
  if (name && name->to_string() == *text)
    into.name = *std::move(name);
  else
    value.unexpected("a domain name");
}

std::string printable_text(const json_value& value) {
  const auto text = value.read_text();
  if (text && is_printable(*text))
    return std::string{*text};
  if (text)
    value.unexpected("a printable text");
  return {};
}

void read_trouble(const json_value& value, domain_state& into) {
  into.trouble = printable_text(value);
}

void read_records(const json_value& value, domain_state& into) {
  for (const json_value& each : value.read_elements())
    into.good.records.push_back(printable_text(each));
}

table::residue& residue_in(domain_state& of) {
  if (!of.waits_for_mail)
    of.waits_for_mail = table::residue{of.name, {}};
  return *of.waits_for_mail;
}

std::optional<failure> read_mail_addresses(std::string_view text,
                                           domain_state& into) {
  std::vector<net::ip_prefix> networks;
  auto why = read_words(text, networks);
  residue_in(into).addresses = net::address_set::of(networks);
  return why;
}

void read_mail_named(const json_value& value, domain_state& into) {
  for (const json_value& each : value.read_elements()) {
    auto line = each.read_text();
    if (!line)
      continue;
    const std::string_view word = next_word(*line);
    auto target = dns::name::from_text(word);
    std::vector<net::ip_prefix> networks;
    if (!target || target->to_string() != word || read_words(*line, networks))
      return each.unexpected("a name and networks");
    residue_in(into).named.push_back(
        {*std::move(target), net::address_set::of(networks)});
  }
}

void read_mail_kept(const json_value& value, domain_state& into) {
  for (const json_value& each : value.read_elements()) {
    auto line = each.read_text();
    if (!line)
      continue;
    const auto good_at = time_from(next_word(*line));
    std::vector<net::ip_prefix> networks;
    if (!good_at || read_words(*line, networks))
      return each.unexpected("a time and networks");
    into.mail_kept.push_back({net::address_set::of(networks), *good_at});
  }
}

auto read_mail_flag(bool table::residue::*flag) {
  return [flag](const json_value& value, domain_state& into) {
    residue_in(into).*flag = value.read_boolean().value_or(false);
  };
}

void read_mail_terms(const json_value& value, domain_state& into) {
  for (const json_value& each : value.read_elements())
    into.mail_terms.push_back(printable_text(each));
}

/// What terms refer to stands before them.
const json::field_table<domain_state>& domain_fields() {
  static const json::field_table<domain_state> fields{
      {"name", read_name},
      {"role", json::choice(&domain_state::role, roles)},
      {"good_at", json::time(&domain_state::good_at)},
      {"changed_at", json::time(&domain_state::changed_at)},
      {"gone", json::boolean(&domain_state::gone)},
      {"failures", json::count(&domain_state::failures)},
      {"in_part", json::boolean(&domain_state::in_part), true},
      {"trouble", read_trouble},
      {"records", read_records},
      {"terms", lines_by(read_good)},
      {"named", lines_by(read_named), true},
      {"growth", lines_by(read_growth), true},
      {"lost", lines_by(read_lost), true},
      {"lost_at", json::time(&domain_state::lost_at), true},
      {"mail_addresses", lines_by(read_mail_addresses), true},
      {"mail_at", json::time(&domain_state::mail_at), true},
      {"mail_kept", read_mail_kept, true},
      {"mail_named", read_mail_named, true},
      {"mail_on_helo", read_mail_flag(&table::residue::on_helo), true},
      {"mail_on_local_part", read_mail_flag(&table::residue::on_local_part),
       true},
      {"mail_terms", read_mail_terms, true},
  };
  return fields;
}

} // namespace

namespace {

/// What stands in the head until all is written; as long as a checksum.
constexpr std::string_view no_checksum = "00000000";
constexpr std::string_view end_of_head = ",\n";

} // namespace

state_writer::state_writer(std::chrono::sys_seconds written)
    : to_{json::layout::dense,
          fmt::format("{{\"spfblock_state\":{},\"crc32\":\"{}\"{}"
                      "\"written\":{},\n\"domains\":",
                      state_version, no_checksum, end_of_head,
                      written.time_since_epoch().count())} {
  to_.begin_array();
}

void state_writer::add(const domain_state& of) {
  write(to_, of);
}

std::string state_writer::finish() && {
  to_.end_array();
  std::string text = std::move(to_).text();
  text += "}\n";
  const std::size_t body = text.find(end_of_head) + end_of_head.size();
  text.replace(text.find(no_checksum), no_checksum.size(),
               crc32_text(std::string_view{text}.substr(body)));
  return text;
}

std::string to_json(const state& of) {
  state_writer to{of.written};
  for (const domain_state& each : of.domains)
    to.add(each);
  return std::move(to).finish();
}

namespace {

failure malformed(std::string why) {
  return {errc::malformed, std::move(why)};
}

/// What is wrong with the first line, or with what follows it according to it.
std::optional<failure> check_head(std::string_view text) {
  constexpr std::size_t longest = 100;
  const auto end = text.substr(0, longest).find(end_of_head);
  if (end == std::string_view::npos)
    return malformed("no JSON of two parts");
  const auto head =
      json::document::parse(std::string{text.substr(0, end)} + '}');
  if (!head)
    return malformed("no JSON of two parts");
  json::problem_list problems;
  const json_value whole{head->root(), problems};
  const auto its_version = whole.member("spfblock_state");
  if (!its_version)
    return malformed("no JSON of two parts");
  if (!its_version->read_integer(oldest_version, state_version))
    return failure{errc::out_of_range, "of another version"};
  const auto crc = whole.member("crc32");
  if (!crc ||
      crc->read_text() != crc32_text(text.substr(end + end_of_head.size())))
    return malformed("the checksum does not fit");
  return std::nullopt;
}

} // namespace

result<state> state_from_json(std::string_view text) {
  static const json::field_table<state> fields{
      {"written", json::time(&state::written)},
      {"domains", json::read_rest_of_list<state>},
  };
  if (auto wrong = check_head(text))
    return *std::move(wrong);
  json::list_reader<domain_state> domains{"domains", domain_fields()};
  const auto document = json::document::parse(text, domains.each());
  if (!document)
    return malformed(document.error().message);
  json::problem_list problems;
  state made;
  json::read_members(json_value{document->root(), problems}, fields, made);
  if (problems.size() != 0)
    return malformed(problems.in_order().front().to_string());
  if (auto wrong = domains.wrong_in(*document))
    return malformed(*std::move(wrong));
  made.domains = std::move(domains.elements());
  return made;
}

} // namespace spfblock::domains
