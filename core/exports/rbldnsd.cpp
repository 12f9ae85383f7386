#include "core/exports/dnsbl.hpp"
#include "core/exports/sets.hpp"
#include "core/exports/writers.hpp"

namespace spfblock::exports {
namespace {

/// A TXT template in which `$` stands for the address: `$` itself is `$$`.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text)
    out.append(c == '$' ? 2 : 1, c);
  return out;
}

void append_entry(std::string& out, std::string_view network,
                  std::string_view listing) {
  out.append(network)
      .append(" :")
      .append(dnsbl_code)
      .append(":$ is ")
      .append(escaped(dnsbl_reason(listing)))
      .append("\n");
}

/// An exclusion is written only where something around it is listed.
void append_network(std::string& out, const exported_table& table,
                    const exported_network& each) {
  if (each.blocks)
    append_entry(out, each.network.to_string(), each.by->name);
  else if (each.outer && table.networks()[*each.outer].blocks)
    out.append("!").append(each.network.to_string()).append("\n");
}

// An entry for 127.0.0.1 or 127.0.0.2 of the table's own is not written: the
// first of two equal ones would stand.
bool is_test_address(const net::ip_prefix& network) {
  return network.family() == net::family::ipv4 && network.length() == 32 &&
         (network.first().number() == 0x7f000001 ||
          network.first().number() == 0x7f000002);
}

} // namespace

std::string rbldnsd(const exported_table& of, const provenance& from) {
  std::string text =
      heading(from, counted_networks(of.ipv4_networks(), of.ipv6_networks()),
              {"#",
               "DNSBL for rbldnsd",
               not_blocking_note(of),
               {"rbldnsd -b 127.0.0.1/53 bl.example.org:combined:FILE",
                "Postfix: reject_rbl_client bl.example.org"}});
  text += "$SOA 1h localhost hostmaster.localhost 0 1h 10m 7d 5m\n"
          "$NS 1h localhost\n"
          "$TTL 5m\n"
          "$DATASET ip4trie:ipv4 @\n"
          "!127.0.0.1\n";
  append_entry(text, "127.0.0.2", test_listing);
  for (const exported_network& each : of.networks()) {
    if (each.network.family() == net::family::ipv4 &&
        !is_test_address(each.network))
      append_network(text, of, each);
  }
  text += "$DATASET ip6trie:ipv6 @\n"
          "!::ffff:7f00:1\n";
  append_entry(text, "::ffff:7f00:2", test_listing);
  for (const exported_network& each : of.networks()) {
    if (each.network.family() == net::family::ipv6)
      append_network(text, of, each);
  }
  return text;
}

} // namespace spfblock::exports
