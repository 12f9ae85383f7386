#include "core/reports/wanted_mail.hpp"

#include "core/config/domain_name.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace spfblock::reports {
namespace {

/// What one host is given.
net::ip_prefix network_of(const net::ip_address& client) {
  constexpr unsigned of_ipv4 = 32;
  constexpr unsigned of_ipv6 = 64;
  return net::ip_prefix::containing(
      client, client.family() == net::family::ipv4 ? of_ipv4 : of_ipv6);
}

/// The domain of a sender; empty where it is none, or the null reverse-path.
std::string domain_of(const std::optional<std::string>& sender) {
  const std::string_view text = sender ? std::string_view{*sender} : "";
  const auto at = text.rfind('@');
  if (at == std::string_view::npos)
    return {};
  const auto name = config::parse_domain(text.substr(at + 1));
  return name ? name->to_string() : std::string{};
}

bool is_wanted(const maillog::mail& of) {
  return of.fate == maillog::fate::delivered && !of.spam && !of.logged_in;
}

} // namespace

wanted_mail::wanted_mail(net::address_set own,
                         const std::vector<config::seen_network>& known,
                         std::size_t most)
    : own_{std::move(own)},
      most_{most} {
  for (const config::seen_network& each : known)
    entries_[each.network] = {each, each.first, each.last, true};
}

void wanted_mail::take(const maillog::mail& next) {
  if (!is_wanted(next) || !next.at || own_.contains(next.address))
    return;
  const auto network = network_of(next.address);
  entry& at = entries_[network];
  config::seen_network& seen = at.seen;
  const bool is_counted =
      at.is_known && *next.at >= at.known_first && *next.at <= at.known_last;
  if (seen.struck || is_counted)
    return;
  if (seen.mails == 0 && !at.is_known)
    seen = {network, *next.at, *next.at, 0, {}, false};
  seen.first = std::min(seen.first, *next.at);
  seen.last = std::max(seen.last, *next.at);
  ++seen.mails;
  if (seen.domain.empty())
    seen.domain = domain_of(next.sender);
  if (entries_.size() > 2 * most_)
    bound();
}

void wanted_mail::forget_before(std::chrono::sys_seconds time) {
  std::erase_if(entries_, [time](const auto& each) {
    const config::seen_network& seen = each.second.seen;
    return seen.last < time && !seen.struck;
  });
}

/// What was struck is worth most: it is a person's word.
void wanted_mail::bound() {
  if (entries_.size() <= most_)
    return;
  using worth =
      std::tuple<bool, std::uint64_t, std::chrono::sys_seconds, net::ip_prefix>;
  std::vector<worth> all;
  all.reserve(entries_.size());
  for (const auto& [network, each] : entries_)
    all.emplace_back(each.seen.struck, each.seen.mails, each.seen.last,
                     network);
  const auto kept = all.end() - static_cast<std::ptrdiff_t>(most_);
  std::nth_element(all.begin(), kept, all.end());
  for (auto each = all.begin(); each != kept; ++each)
    entries_.erase(std::get<net::ip_prefix>(*each));
}

std::vector<config::seen_network> wanted_mail::networks() {
  bound();
  std::vector<config::seen_network> all;
  all.reserve(entries_.size());
  for (const auto& [network, each] : entries_)
    all.push_back(each.seen);
  return all;
}

std::size_t wanted_mail::added() const {
  return static_cast<std::size_t>(
      std::count_if(entries_.begin(), entries_.end(),
                    [](const auto& each) { return !each.second.is_known; }));
}

} // namespace spfblock::reports
