#include "core/json/read_document.hpp"
#include "core/json/writer.hpp"
#include "core/reports/explanation.hpp"

#include <utility>

namespace spfblock::reports {
namespace {

void write(json::writer& to, const listing_reason& of) {
  to.begin_object()
      .member("listing", of.listing)
      .member("network", of.network)
      .member("action", of.action)
      .member("chain", of.chain)
      .member("first_seen", of.first_seen)
      .member("last_seen", of.last_seen)
      .member("undecided", of.undecided)
      .member("answer", of.answer)
      .end_object();
}

void write(json::writer& to, const exemption& of) {
  to.begin_object()
      .member("listing", of.listing)
      .member("reason", of.reason)
      .end_object();
}

const json::field_table<listing_reason>& reason_fields() {
  static const json::field_table<listing_reason> fields{
      {"listing", json::text(&listing_reason::listing)},
      {"network", json::text(&listing_reason::network)},
      {"action", json::text(&listing_reason::action)},
      {"chain", json::text(&listing_reason::chain)},
      {"first_seen", json::time(&listing_reason::first_seen)},
      {"last_seen", json::time(&listing_reason::last_seen)},
      {"undecided", json::text(&listing_reason::undecided)},
      {"answer", json::text(&listing_reason::answer), true},
  };
  return fields;
}

const json::field_table<exemption>& exemption_fields() {
  static const json::field_table<exemption> fields{
      {"listing", json::text(&exemption::listing)},
      {"reason", json::text(&exemption::reason)},
  };
  return fields;
}

} // namespace

std::string to_json(const explanation& of) {
  json::writer to{json::layout::indented};
  to.begin_object()
      .member("address", of.address)
      .member("at", of.at)
      .member("listed", !of.reasons.empty());
  to.key("reasons").begin_array();
  for (const listing_reason& each : of.reasons)
    write(to, each);
  to.end_array().key("exemptions").begin_array();
  for (const exemption& each : of.exemptions)
    write(to, each);
  to.end_array().member("allowed_by", of.allowed_by).end_object();
  return std::move(to).text() + '\n';
}

result<explanation> explanation_from_json(const std::string& text) {
  static const json::field_table<explanation> fields{
      {"address", json::text(&explanation::address)},
      {"at", json::time(&explanation::at)},
      {"reasons", json::list(&explanation::reasons, reason_fields())},
      {"exemptions", json::list(&explanation::exemptions, exemption_fields())},
      {"allowed_by", json::text(&explanation::allowed_by), true},
  };
  return json::read_document(text, "an explanation", fields);
}

} // namespace spfblock::reports
