#include "core/suggest/sender_notes_json.hpp"

#include "core/config/domain_name.hpp"
#include "core/json/read_document.hpp"
#include "core/json/writer.hpp"

#include <algorithm>

namespace spfblock::suggest {
namespace {

void read_noted_domain(const json::json_value& value, noted_sender& into) {
  const auto text = value.read_text();
  if (!text)
    return;
  if (auto name = config::parse_domain(*text))
    into.domain = *std::move(name);
  else
    value.fault(name.error().message);
}

void read_noted_address(const json::json_value& value, noted_host& into) {
  const auto text = value.read_text();
  if (!text)
    return;
  if (const auto address = net::ip_address::parse(*text))
    into.address = *address;
  else
    value.fault(address.error().message);
}

const json::field_table<noted_host>& noted_host_fields() {
  static const json::field_table<noted_host> fields{
      {"address", read_noted_address},
      {"mails", json::count(&noted_host::mails)},
  };
  return fields;
}

const json::field_table<noted_sender>& noted_sender_fields() {
  static const json::field_table<noted_sender> fields{
      {"domain", read_noted_domain},
      {"mails", json::count(&noted_sender::mails)},
      {"first", json::time(&noted_sender::first)},
      {"last", json::time(&noted_sender::last)},
      {"hosts", json::list(&noted_sender::hosts, noted_host_fields())},
  };
  return fields;
}

bool has_more_mails(const noted_sender& a, const noted_sender& b) {
  return a.mails != b.mails ? a.mails > b.mails : a.domain < b.domain;
}

} // namespace

std::string to_json(noted_senders of) {
  std::sort(of.senders.begin(), of.senders.end(), has_more_mails);
  json::writer to{json::layout::indented};
  to.begin_object()
      .member("since", of.since)
      .member("forgotten", of.forgotten)
      .key("senders")
      .begin_array();
  for (const noted_sender& each : of.senders) {
    to.begin_object()
        .member("domain", each.domain.to_string())
        .member("mails", each.mails)
        .member("first", each.first)
        .member("last", each.last)
        .key("hosts")
        .begin_array();
    for (const noted_host& host : each.hosts)
      to.begin_object()
          .member("address", host.address.to_string())
          .member("mails", host.mails)
          .end_object();
    to.end_array().end_object();
  }
  to.end_array().end_object();
  return std::move(to).text() + '\n';
}

result<noted_senders> notes_from_json(const std::string& text) {
  static const json::field_table<noted_senders> fields{
      {"since", json::time(&noted_senders::since)},
      {"forgotten", json::count(&noted_senders::forgotten)},
      {"senders", json::list(&noted_senders::senders, noted_sender_fields())},
  };
  return json::read_document(text, "a note of senders", fields);
}

} // namespace spfblock::suggest
