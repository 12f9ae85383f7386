#include "core/suggest/evidence.hpp"

#include "core/config/domain_name.hpp"

#include <algorithm>

namespace spfblock::suggest {
namespace {

/// The domain of a sender, if it is one that could be listed.
std::optional<dns::name> domain_of(std::string_view mail_from) {
  const auto at = mail_from.rfind('@');
  if (at == std::string_view::npos)
    return std::nullopt;
  auto domain = config::parse_domain(mail_from.substr(at + 1));
  return domain ? std::optional{*std::move(domain)} : std::nullopt;
}

bool is_bad(mark as) noexcept {
  return as != mark::none && as != mark::wanted;
}

void add_wanted(const dns::name& sender, host& to) noexcept {
  const std::size_t hash = std::hash<dns::name>{}(sender) | 1U;
  for (std::size_t& each : to.wanted_senders) {
    if (each == hash)
      return;
    if (each == 0) {
      each = hash;
      return;
    }
  }
}

/// The count that half of them do not exceed.
std::uint64_t middle_of(std::vector<std::uint64_t> counts) {
  const auto half =
      counts.begin() + static_cast<std::ptrdiff_t>((counts.size() - 1) / 2);
  std::nth_element(counts.begin(), half, counts.end());
  return *half;
}

/// Whether `a` is to be looked at before `b`.
bool is_more_suspect(const sender* a, const sender* b) {
  if (a->marks.bad() != b->marks.bad())
    return a->marks.bad() > b->marks.bad();
  if (a->marks.wanted != b->marks.wanted)
    return a->marks.wanted < b->marks.wanted;
  if (a->seen != b->seen)
    return a->seen > b->seen;
  return a->name < b->name;
}

} // namespace

void evidence::take(const maillog::mail& next) {
  if (by_.since && next.at && *next.at < *by_.since)
    return;
  if (next.logged_in || !next.sender || by_.own.contains(next.address))
    return;
  ++mails_;
  note({next.address, *next.sender, next.helo, next.at},
       mark_of(next, by_.is_listed(next.address)));
}

void evidence::take(const maillog::event& next) {
  if (next.kind != maillog::event_kind::spf || next.identity != "mailfrom" ||
      next.verdict != maillog::verdict::pass || !next.address || !next.sender)
    return;
  if ((by_.since && next.at && *next.at < *by_.since) ||
      by_.own.contains(*next.address))
    return;
  note({*next.address, *next.sender, next.helo.value_or(""), next.at, true},
       mark::none);
}

std::vector<const sender*> evidence::senders() const {
  std::vector<const sender*> made;
  made.reserve(senders_.size());
  for (const auto& [name, each] : senders_)
    made.push_back(&each);
  std::sort(made.begin(), made.end(), is_more_suspect);
  return made;
}

void evidence::note(const sight& seen, mark as) {
  const auto domain = domain_of(seen.sender);
  const auto name = domain ? by_.registrable_domain(*domain) : std::nullopt;
  if (!name)
    return;
  sender& of = sender_called(*name);
  ++of.seen;
  of.marks.add(as, seen.at);
  if (sending* const here = sending_of(of, seen.address, *domain, as)) {
    if (here->sender.empty()) {
      here->sender = seen.sender.substr(0, maillog::mail::longest_text);
      here->helo = seen.helo.substr(0, maillog::mail::longest_text);
    }
    here->marks.add(as, seen.at);
    here->log_says_pass = here->log_says_pass || seen.log_says_pass;
  } else {
    ++of.others;
  }
  if (as != mark::none)
    note_host(seen.address, *name, as);
  if (sendings_ > by_.most.sendings)
    forget_senders();
}

sender& evidence::sender_called(const dns::name& name) {
  if (const auto known = senders_.find(name); known != senders_.end())
    return known.value();
  if (senders_.size() >= by_.most.senders)
    forget_senders();
  sender& made = senders_[name];
  made.name = name;
  return made;
}

/// Where it is noted; one with a bad mark takes the place of one without.
/// @return null if there is no place
sending* evidence::sending_of(sender& in, const net::ip_address& address,
                              const dns::name& domain, mark as) {
  for (sending& each : in.sendings) {
    if (each.address == address && each.domain == domain)
      return &each;
  }
  if (in.sendings.size() < sender::most_sendings) {
    ++sendings_;
    in.sendings.push_back({address, domain});
    return &in.sendings.back();
  }
  if (!is_bad(as))
    return nullptr;
  const auto harmless =
      std::find_if(in.sendings.begin(), in.sendings.end(),
                   [](const sending& each) { return each.marks.bad() == 0; });
  if (harmless == in.sendings.end())
    return nullptr;
  in.others += harmless->marks.wanted;
  *harmless = {address, domain};
  return &*harmless;
}

void evidence::note_host(const net::ip_address& address,
                         const dns::name& sender, mark as) {
  if (hosts_.size() >= by_.most.hosts && !hosts_.contains(address))
    forget_hosts();
  host& of = hosts_[address];
  if (is_bad(as)) {
    ++of.bad;
    return;
  }
  ++of.wanted;
  add_wanted(sender, of);
}

void evidence::forget_senders() {
  std::vector<std::uint64_t> counts;
  for (const auto& [name, each] : senders_)
    counts.push_back(each.seen);
  // Of equal ones all may go: then at least there is room.
  const std::uint64_t most = middle_of(std::move(counts));
  for (auto at = senders_.begin(); at != senders_.end();) {
    const sender& of = at->second;
    if (of.seen > most) {
      ++at;
      continue;
    }
    sendings_ -= of.sendings.size();
    forgotten_ += of.marks.bad() + of.marks.wanted;
    at = senders_.erase(at);
  }
}

void evidence::forget_hosts() {
  std::vector<std::uint64_t> counts;
  for (const auto& [address, each] : hosts_)
    counts.push_back(each.bad + each.wanted);
  const std::uint64_t most = middle_of(std::move(counts));
  for (auto at = hosts_.begin(); at != hosts_.end();) {
    const std::uint64_t count = at->second.bad + at->second.wanted;
    if (count > most) {
      ++at;
      continue;
    }
    forgotten_ += count;
    at = hosts_.erase(at);
  }
}

} // namespace spfblock::suggest
