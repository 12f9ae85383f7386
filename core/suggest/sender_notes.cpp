#include "core/suggest/sender_notes.hpp"

#include "core/suggest/sender_domain.hpp"

#include <algorithm>
#include <functional>
#include <tuple>
#include <utility>

namespace spfblock::suggest {
namespace {

void add_weight(std::uint32_t& to) noexcept {
  to = std::min(to + 1, sender_notes::most_weight);
}

/// Whether it has to give way for somebody new; if not, it has lost weight.
bool gives_way(std::uint32_t& weight) noexcept {
  if (weight > 0)
    --weight;
  return weight == 0;
}

} // namespace

void sender_notes::note(std::string_view mail_from, const net::ip_address& host,
                        std::uint32_t listing, std::chrono::sys_seconds at) {
  auto domain = domain_of_sender(mail_from);
  if (!domain)
    return;
  ++notes_;
  entry* const of = place_for(*domain, listing);
  if (of == nullptr) {
    ++forgotten_;
    return;
  }
  if (of->mails == 0) {
    of->domain = *std::move(domain);
    of->listing = listing;
    of->first = at;
  }
  ++of->mails;
  add_weight(of->weight);
  of->noted = notes_;
  of->last = std::max(of->last, at);
  note_host(*of, host);
}

/// Its entry, or an empty one; null if nobody gives way yet.
sender_notes::entry* sender_notes::place_for(const dns::name& domain,
                                             std::uint32_t listing) {
  set& among = sets_[std::hash<dns::name>{}(domain) % sets];
  for (auto& each : among) {
    if (!each)
      each = std::make_unique<entry>();
    if (each->mails == 0 || each->domain == domain)
      return each.get();
  }
  entry& weakest = who_gives_way(among, listing);
  if (!gives_way(weakest.weight))
    return nullptr;
  forgotten_ += weakest.mails;
  weakest = entry{};
  return &weakest;
}

/// @param among is full
/// @param listing of the newcomer: of listings with as many places it is first
sender_notes::entry& sender_notes::who_gives_way(const set& among,
                                                 std::uint32_t listing) {
  const auto places_of = [&among](std::uint32_t which) {
    return std::count_if(among.begin(), among.end(), [which](const auto& each) {
      return each->listing == which;
    });
  };
  const auto rank = [&](const std::unique_ptr<entry>& of) {
    return std::tuple{-places_of(of->listing), of->listing != listing,
                      of->weight, of->noted};
  };
  return **std::min_element(
      among.begin(), among.end(),
      [&rank](const auto& a, const auto& b) { return rank(a) < rank(b); });
}

void sender_notes::note_host(entry& of, const net::ip_address& host) {
  auto at = std::find_if(
      of.hosts.begin(), of.hosts.end(), [&host](const weighed_host& each) {
        return each.host.mails == 0 || each.host.address == host;
      });
  if (at == of.hosts.end()) {
    at = std::min_element(of.hosts.begin(), of.hosts.end(),
                          [](const weighed_host& a, const weighed_host& b) {
                            return std::tie(a.weight, a.last) <
                                   std::tie(b.weight, b.last);
                          });
    if (!gives_way(at->weight))
      return;
    *at = {};
  }
  at->host.address = host;
  ++at->host.mails;
  add_weight(at->weight);
  at->last = notes_;
}

void sender_notes::append_set(std::size_t number,
                              std::vector<noted_sender>& to) const {
  for (const auto& each : sets_[number]) {
    if (!each || each->mails == 0)
      continue;
    noted_sender& made = to.emplace_back();
    made.domain = each->domain;
    made.mails = each->mails;
    made.first = each->first;
    made.last = each->last;
    for (const weighed_host& host : each->hosts) {
      if (host.host.mails > 0)
        made.hosts.push_back(host.host);
    }
  }
}

} // namespace spfblock::suggest
