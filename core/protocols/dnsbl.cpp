#include "core/protocols/dnsbl.hpp"

#include "core/dns/octets.hpp"
#include "core/dns/query.hpp"
#include "core/dns/response.hpp"
#include "core/exports/dnsbl.hpp"
#include "core/protocols/dnsbl_name.hpp"
#include "core/support/contract.hpp"
#include "core/support/text.hpp"

#include <utility>

namespace spfblock::protocols {
namespace {

using dns::query;
using dns::query_type;
using dns::rcode;
using dns::response;
using net::ip_address;
using namespace std::string_view_literals;

constexpr auto unlisted_test = ip_address::ipv4(exports::dnsbl_unlisted_test);
constexpr auto listed_test = ip_address::ipv4(exports::dnsbl_listed_test);

constexpr std::string_view listed_rdata = "\x7f\0\0\x02"sv; ///< 127.0.0.2
constexpr std::string_view ns_rdata = "\x09localhost\0"sv;

/// As exports::dnsbl_zone() has it, but that nothing is transferred, so that
/// the serial says nothing, and that what is not listed is remembered shortly.
const std::string& soa_rdata() {
  constexpr std::uint32_t serial = 1;
  constexpr std::uint32_t refresh_s = 3600;
  constexpr std::uint32_t retry_s = 600;
  constexpr std::uint32_t expire_s = 604'800;
  static const std::string made = [] {
    std::string rdata{ns_rdata};
    rdata += "\x0ahostmaster\x09localhost\0"sv;
    for (const std::uint32_t each :
         {serial, refresh_s, retry_s, expire_s, dnsbl::unlisted_ttl_s})
      dns::append_number(rdata, each);
    return rdata;
  }();
  return made;
}

std::string text_rdata(const std::string& reason) {
  EXPECTS(reason.size() < 256);
  return static_cast<char>(reason.size()) + reason;
}

/// What there is at a name.
struct finding {
  bool exists = false;
  /// Which listing has it, as long as the table; nothing: none.
  std::optional<std::string_view> listed_by{};
};

bool asks_for(query_type wanted, const query& asked) {
  return asked.type == static_cast<std::uint16_t>(wanted) ||
         asked.type == static_cast<std::uint16_t>(query_type::any);
}

bool is_transfer(const query& asked) {
  return asked.type == static_cast<std::uint16_t>(query_type::axfr) ||
         asked.type == static_cast<std::uint16_t>(query_type::ixfr);
}

void refuse(const query& asked, rcode with, const lookup& in,
            std::string& reply) {
  in.refuse();
  response{asked, with, reply}.finish();
}

/// How many octets of a name in wire format stand before the zone's; nothing if
/// it is not in the zone.
std::optional<std::size_t> octets_before(const dns::name& zone,
                                         std::string_view name) {
  std::size_t at = 0;
  while (name.size() - at > zone.wire().size())
    at += dns::octet_at(name, at) + 1U;
  return iequals(name.substr(at), zone.wire()) ? std::optional{at}
                                               : std::nullopt;
}

/// Answers for the name of the zone.
void answer_for_zone(const query& asked, std::string& reply) {
  response made{asked, rcode::no_error, reply};
  made.set_authoritative();
  const bool has_soa = asks_for(query_type::soa, asked);
  const bool has_ns = asks_for(query_type::ns, asked);
  if (has_soa)
    made.answer(query_type::soa, dnsbl::listed_ttl_s, soa_rdata());
  if (has_ns)
    made.answer(query_type::ns, dnsbl::listed_ttl_s, ns_rdata);
  if (!has_soa && !has_ns)
    made.authority(query_type::soa, dnsbl::unlisted_ttl_s, soa_rdata(), 0);
  made.finish();
}

bool is_host(const std::optional<net::ip_prefix>& network) {
  return network && network->length() == net::width(network->family());
}

/// Where the address is asked for, and not only why it was listed.
finding find_host(const ip_address& host, const query& asked,
                  const lookup& in) {
  if (host == unlisted_test || host == listed_test) {
    in.pass_over();
    if (host == unlisted_test)
      return {};
    return {true, exports::test_listing};
  }
  const auto found = asks_for(query_type::a, asked) ? in.find_blocked(host)
                                                    : in.why_blocked(host);
  if (!found)
    return {};
  return {true, found->found.by->name};
}

/// Whether one of the names of 127.0.0.2, which is an IPv6 address as well,
/// ends in that of the network.
bool leads_to_test(const net::ip_prefix& network) {
  constexpr net::uint128 test = net::uint128{0xffff} << 32U |
                                exports::dnsbl_listed_test; // ::ffff:127.0.0.2
  if (network.family() == net::family::ipv4)
    return network.contains(listed_test);
  return (test & net::network_mask(net::family::ipv6, network.length())) ==
         network.first().number();
}

/// Whether the name of a listed address ends in that of the network.
bool leads_on(const std::optional<net::ip_prefix>& network, const lookup& in) {
  return network && !is_host(network) &&
         (leads_to_test(*network) || in.may_block_within(*network));
}

finding find_name(std::string_view labels, const query& asked,
                  const lookup& in) {
  const dnsbl_networks networks = dnsbl_networks_of(labels);
  finding found;
  if (is_host(networks.by_octets))
    found = find_host(networks.by_octets->first(), asked, in);
  else if (is_host(networks.by_digits))
    found = find_host(networks.by_digits->first(), asked, in);
  else
    in.pass_over();
  found.exists = found.exists || leads_on(networks.by_octets, in) ||
                 leads_on(networks.by_digits, in);
  return found;
}

} // namespace

dnsbl::dnsbl(dns::name zone, net::address_set clients)
    : zone_{std::move(zone)},
      clients_{std::move(clients)} {
  EXPECTS(!zone_.is_root() && zone_.wire().size() <= longest_zone);
}

void dnsbl::answer(std::string_view message, const lookup& in,
                   std::string& reply) const {
  const auto asked = dns::read_query(message);
  if (!asked)
    return in.refuse();
  if (asked->fault != rcode::no_error)
    return refuse(*asked, asked->fault, in, reply);
  const auto labels = octets_before(zone_, asked->owner);
  if (asked->klass != dns::class_in || is_transfer(*asked) || !labels)
    return refuse(*asked, rcode::refused, in, reply);
  if (*labels == 0) {
    in.pass_over();
    return answer_for_zone(*asked, reply);
  }
  const finding found = find_name(asked->owner.substr(0, *labels), *asked, in);
  response made{*asked, found.exists ? rcode::no_error : rcode::name_error,
                reply};
  made.set_authoritative();
  const bool has_address = found.listed_by && asks_for(query_type::a, *asked);
  const bool has_text = found.listed_by && asks_for(query_type::txt, *asked);
  if (has_address)
    made.answer(query_type::a, listed_ttl_s, listed_rdata);
  if (has_text)
    made.answer(query_type::txt, listed_ttl_s,
                text_rdata(exports::dnsbl_reason(*found.listed_by)));
  if (!has_address && !has_text)
    made.authority(query_type::soa, unlisted_ttl_s, soa_rdata(), *labels);
  made.finish();
}

void answer_by_tcp_only(std::string_view message, std::string& reply) {
  const auto asked = dns::read_query(message);
  if (!asked)
    return;
  response made{*asked, asked->fault, reply};
  made.set_truncated();
  made.finish();
}

dnsbl_stream::dnsbl_stream(std::shared_ptr<const dnsbl> of)
    : of_{std::move(of)} {
  EXPECTS(of_);
}

void dnsbl_stream::take(std::string_view message, const lookup& in,
                        std::string& replies) {
  constexpr std::size_t size_of_length = 2;
  const std::size_t begin = replies.size();
  replies.append(size_of_length, '\0');
  of_->answer(message, in, replies);
  const std::size_t size = replies.size() - begin - size_of_length;
  replies[begin] = static_cast<char>(size >> 8U);
  replies[begin + 1] = static_cast<char>(size & 0xffU);
  if (size == 0) {
    replies.resize(begin);
    finished_ = true;
  }
}

std::size_t dnsbl_stream::feed(std::string_view bytes, const lookup& in,
                               std::string& replies) {
  EXPECTS(!finished_);
  return feed_requests(bytes, replies, [&](std::string_view& rest) {
    if (!size_) {
      if (const auto length = message_.take(rest, 2))
        size_ = dns::number_at(*length, 0);
      if (size_ && (*size_ < dns::header_size || *size_ > longest_request)) {
        in.refuse();
        finished_ = true;
      }
    } else if (const auto message = message_.take(rest, *size_)) {
      size_ = std::nullopt;
      take(*message, in, replies);
    }
    return finished_ ? course::ends : course::goes_on;
  });
}

} // namespace spfblock::protocols
