#include "core/spf/expansion_json.hpp"

#include "core/json/writer.hpp"

#include <utility>

namespace spfblock::spf {
namespace {

void write_networks(json::writer& to, const net::address_set& set) {
  to.begin_array();
  for (const net::ip_prefix& network : set.to_prefixes())
    to.value(network.to_string());
  to.end_array();
}

/// Each as "FIRST-LAST": nearly all addresses are few ranges and many prefixes.
void write_ranges(json::writer& to, const net::address_set& set) {
  const auto write = [&to](const net::ip_address& first,
                           const net::ip_address& last) {
    to.value(first.to_string() + '-' + last.to_string());
  };
  to.begin_array();
  for (const auto& each : set.ipv4().ranges())
    write(net::ip_address::ipv4(each.first), net::ip_address::ipv4(each.last));
  for (const auto& each : set.ipv6().ranges())
    write(net::ip_address::ipv6(each.first), net::ip_address::ipv6(each.last));
  to.end_array();
}

/// Writes the records of an expansion with their terms.
class record_writer {
public:
  /// Both outlive the writer.
  record_writer(json::writer& to, const expansion& of)
      : to_{to},
        of_{of},
        overruled_{overruled_terms(of)} {}

  void write(std::size_t record);

private:
  void write_term(std::size_t index);
  void write_remarks(std::size_t term);

  json::writer& to_;
  const expansion& of_;
  const std::vector<std::string_view> overruled_;
};

void record_writer::write_term(std::size_t index) {
  const term_visit& term = of_.terms[index];
  to_.begin_object()
      .member("text", term.text)
      .member("octet", term.offset)
      .member("reached", term.reached);
  write_networks(to_.key("lists"), term.granted);
  // What a final -all ends for is the rest of the world.
  write_networks(to_.key("cuts"), term.kind == term_kind::all
                                      ? net::address_set{}
                                      : term.refused);
  to_.member("dns_terms", term.dns_terms)
      .member("void_lookups", term.void_lookups)
      .member("in_error", term.in_error)
      .key("remarks");
  write_remarks(index);
  to_.key("records").begin_array();
  for (std::size_t i = 1; i < of_.records.size(); ++i) {
    if (of_.records[i].via == index)
      write(i);
  }
  to_.end_array().end_object();
}

void record_writer::write_remarks(std::size_t term) {
  to_.begin_array();
  for (const std::string& each : of_.terms[term].remarks)
    to_.value(each);
  if (!overruled_[term].empty())
    to_.value(overruled_[term]);
  to_.end_array();
}

void record_writer::write(std::size_t index) {
  const record_visit& record = of_.records[index];
  to_.begin_object()
      .member("domain", record.domain.to_string())
      .member("ttl_s", record.ttl)
      .member("text", record.text)
      .member("error", record.error)
      .key("terms")
      .begin_array();
  for (std::size_t i = 0; i < of_.terms.size(); ++i) {
    if (of_.terms[i].record == index)
      write_term(i);
  }
  to_.end_array().end_object();
}

void write_provenance(json::writer& to, const expansion& of) {
  to.begin_array();
  for (const grant& each : of.grants) {
    for (const net::ip_prefix& network : each.addresses.to_prefixes())
      to.begin_object()
          .member("network", network.to_string())
          .member("chain", chain(of, each.term))
          .end_object();
  }
  to.end_array();
}

void write_undecided(json::writer& to, const expansion& of) {
  to.begin_array();
  for (const open_question& each : of.open_questions) {
    to.begin_object()
        .member("question", each.why)
        .member("clients", clients_of(each));
    write_ranges(to.key("ranges"), each.undecided);
    to.end_object();
  }
  to.end_array();
}

void write_residue(json::writer& to, const expansion& of) {
  const residue& mail = of.residue;
  to.begin_object()
      .member("clients", mail.addresses.empty()
                             ? std::string{}
                             : clients_of({{}, mail.addresses}))
      .key("terms")
      .begin_array();
  for (const std::size_t each : mail.terms)
    to.value(chain(of, each));
  to.end_array();
  write_ranges(to.key("ranges"), mail.addresses);
  to.key("by_name").begin_array();
  for (const named_clients& each : mail.named) {
    to.begin_object().member("target", each.target.to_string());
    write_ranges(to.key("ranges"), each.addresses);
    to.end_object();
  }
  to.end_array().end_object();
}

void write_domain(json::writer& to, const expansion& of) {
  to.begin_object()
      .member("domain", of.domain.to_string())
      .member("outcome", text_of(of.outcome))
      .member("reason", of.reason)
      .member("ttl_s", of.ttl)
      .member("dns_questions", of.questions);
  write_networks(to.key("networks"), of.pass);
  to.member("ipv4_addresses", of.pass.ipv4_count())
      .member("ipv6_slash64s", of.pass.ipv6_slash64_count());
  write_undecided(to.key("undecided"), of);
  write_provenance(to.key("provenance"), of);
  write_residue(to.key("by_mail"), of);
  to.key("record");
  record_writer{to, of}.write(0);
  to.end_object();
}

} // namespace

std::string to_json(const std::vector<expansion>& expansions) {
  json::writer to{json::layout::indented};
  to.begin_object().key("domains").begin_array();
  for (const expansion& each : expansions)
    write_domain(to, each);
  to.end_array().end_object();
  return std::move(to).text() + '\n';
}

} // namespace spfblock::spf
