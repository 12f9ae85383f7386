#include "core/domains/state_share.hpp"

#include "core/domains/recollection.hpp"
#include "core/net/address_set.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace spfblock::domains {
namespace {

using net::family;

/// "255.255.255.255/32 ".
constexpr std::size_t ipv4_text = 19;
/// Eight groups of four digits, and "/128 ".
constexpr std::size_t ipv6_text = 44;
/// Numbers and moments of a term, and of a domain with the names of members.
constexpr std::size_t term_text = 64;
constexpr std::size_t domain_text = 512;
/// An octet of a text may need an escape.
constexpr std::size_t escaped = 2;

std::size_t text_of_networks(const net::address_set& of) {
  const std::size_t ipv4 = of.only(family::ipv4).prefix_count();
  return ipv4 * ipv4_text + (of.prefix_count() - ipv4) * ipv6_text;
}

} // namespace

std::size_t longest_text_of(const domain_state& of) {
  std::size_t length =
      domain_text + escaped * (of.name.to_string().size() + of.trouble.size());
  for (const std::string& each : of.good.records)
    length += escaped * each.size() + 4;
  for (const authorisation& each : of.good.authorised)
    length += term_text + escaped * each.term.size() +
              text_of_networks(each.addresses);
  if (of.waits_for_mail) {
    length += text_of_networks(of.waits_for_mail->addresses);
    for (const kept_clients_state& each : of.mail_kept)
      length += term_text + text_of_networks(each.addresses);
    for (const table::named_clients& each : of.waits_for_mail->named)
      length += escaped * each.target.to_string().size() + 4 +
                text_of_networks(each.addresses);
  }
  for (const std::string& each : of.mail_terms)
    length += escaped * each.size() + 4;
  return length;
}

std::vector<dns::name> fit(state& all, std::size_t longest) {
  std::vector<std::size_t> lengths;
  for (const domain_state& each : all.domains)
    lengths.push_back(longest_text_of(each));
  std::vector<std::size_t> order(lengths.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return lengths[a] > lengths[b]; });
  std::size_t total =
      std::accumulate(lengths.begin(), lengths.end(), domain_text);

  std::vector<dns::name> left_out;
  for (const std::size_t i : order) {
    if (total <= longest)
      break;
    domain_state& largest = all.domains[i];
    largest.good = {};
    largest.good_at = std::nullopt;
    largest.waits_for_mail = std::nullopt;
    largest.mail_kept.clear();
    largest.mail_terms.clear();
    left_out.push_back(largest.name);
    total -= lengths[i] - longest_text_of(largest);
  }
  return left_out;
}

saved_text text_of_state(const domain_book& of, timestamp now,
                         std::size_t longest) {
  state_writer to{now.wall};
  for (const domain_book::pages& some : {of.domains(), of.providers()}) {
    for (const known_domain& each : some)
      to.add(remembered(each, now));
  }
  std::string text = std::move(to).finish();
  if (text.size() <= longest)
    return {std::move(text), {}};
  state all = of.save(now);
  auto left_out = fit(all, longest);
  return {to_json(all), std::move(left_out)};
}

} // namespace spfblock::domains
