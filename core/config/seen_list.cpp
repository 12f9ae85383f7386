#include "core/config/seen_list.hpp"

#include "core/config/domain_name.hpp"
#include "core/config/sections.hpp"
#include "core/json/field.hpp"
#include "core/json/first_places.hpp"
#include "core/json/read_document.hpp"
#include "core/json/writer.hpp"
#include "core/maillog/time_stamp.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace spfblock::config {
namespace {

using std::chrono::sys_seconds;

void read_network(const json::json_value& value, seen_network& into) {
  if (const auto network = read_prefix(value))
    into.network = *network;
}

/// A time as maillog::log_time_text() writes it.
auto log_time(sys_seconds seen_network::*member) {
  return [=](const json::json_value& value, seen_network& into) {
    const auto text = value.read_text();
    if (!text)
      return;
    const auto read = maillog::read_time_stamp(*text, sys_seconds{});
    if (read && maillog::log_time_text(*read) == *text)
      into.*member = *read;
    else
      value.unexpected("a time such as \"2026-11-24 08:50:31\"");
  };
}

/// The name of a sender's domain: it is shown, and decides nothing.
void read_domain(const json::json_value& value, seen_network& into) {
  const auto text = value.read_text();
  if (!text)
    return;
  const auto name = parse_domain(*text);
  if (name)
    into.domain = name->to_string();
  else
    value.fault(name.error().message);
}

struct seen_list {
  std::vector<seen_network> networks;
  json::first_places given;
};

/// Whether it is without a fault.
bool read_entry(const json::json_value& element, seen_network& into) {
  static const json::field_table<seen_network> fields{
      {"network", read_network},
      {"first", log_time(&seen_network::first)},
      {"last", log_time(&seen_network::last)},
      {"mails", json::count(&seen_network::mails)},
      {"domain", read_domain},
      {"struck", json::boolean(&seen_network::struck)},
  };
  const auto faults_before = element.problems().size();
  json::read_fields(element, fields, into);
  if (element.is_object())
    element.require("network", "a network");
  return element.problems().size() == faults_before;
}

void read_entries(const json::json_value& value, seen_list& into) {
  for (const json::json_value& element : value.read_elements()) {
    if (into.networks.size() == most_seen_networks) {
      element.fault(fmt::format("over {} networks: the rest is left out",
                                most_seen_networks));
      return;
    }
    seen_network one;
    if (read_entry(element, one) &&
        into.given.is_new(element, one.network.to_string()))
      into.networks.push_back(std::move(one));
  }
}

void append_line(const seen_network& of, std::string& to) {
  json::writer line{json::layout::dense};
  line.begin_object()
      .member("network", of.network.to_string())
      .member("first", maillog::log_time_text(of.first))
      .member("last", maillog::log_time_text(of.last))
      .member("mails", of.mails);
  if (!of.domain.empty())
    line.member("domain", of.domain);
  if (of.struck)
    line.member("struck", true);
  to += std::move(line.end_object()).text();
}

} // namespace

std::string to_json(const std::vector<seen_network>& seen) {
  std::string text = "{\"seen\":[";
  const char* before = "\n";
  for (const seen_network& each : seen) {
    text += std::exchange(before, ",\n");
    append_line(each, text);
  }
  return text + "\n]}\n";
}

std::vector<seen_network> read_seen_list(std::string_view text,
                                         json::problem_list& problems) {
  static const json::field_table<seen_list> fields{{"seen", read_entries}};
  seen_list read;
  json::read_written(text, problems, [&read](const json::json_value& whole) {
    json::read_fields(whole, fields, read);
    if (whole.is_object())
      whole.require("seen", "an array of networks");
  });
  std::sort(read.networks.begin(), read.networks.end(),
            [](const seen_network& a, const seen_network& b) {
              return a.network < b.network;
            });
  return std::move(read.networks);
}

} // namespace spfblock::config
