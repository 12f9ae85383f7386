#include "core/suggest/evidence.hpp"

#include "core/config/domain_name.hpp"
#include "core/suggest/sender_domain.hpp"

#include <algorithm>

namespace spfblock::suggest {
namespace {

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

mark_counts one(mark as, std::optional<std::chrono::sys_seconds> at) {
  mark_counts made;
  made.add(as, at);
  return made;
}

/// Whether it may have been within the period.
bool overlaps(const maillog::period& when, const noted_sender& of) noexcept {
  return (!when.since || of.last >= *when.since) &&
         (!when.until || of.first < *when.until);
}

/// How much is lost if it is forgotten: one wanted mail outweighs some bad
/// ones, so that hosts without end push out nobody whose mail speaks for him.
std::uint64_t worth_of(const host& of) noexcept {
  return of.bad + of.wanted * (1 + bad_for_each_wanted);
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
  if (!by_.period.has(next.at) || next.logged_in || !next.sender ||
      by_.own.contains(next.address))
    return;
  ++mails_;
  mark_counts marks = one(mark_of(next, by_.is_listed(next.address)), next.at);
  if (is_forwarded(*next.sender))
    marks.forwarded = marks.bad();
  note({next.address, *next.sender, next.helo}, marks);
}

void evidence::take(const maillog::event& next) {
  if (next.kind != maillog::event_kind::spf || next.identity != "mailfrom" ||
      next.verdict != maillog::verdict::pass || !next.address || !next.sender)
    return;
  if (!by_.period.has(next.at) || by_.own.contains(*next.address))
    return;
  note({*next.address, *next.sender, next.helo.value_or(""), true}, {});
}

std::vector<const sender*> evidence::senders() const {
  std::vector<const sender*> made;
  made.reserve(senders_.size());
  for (const auto& [name, each] : senders_)
    made.push_back(&each);
  std::sort(made.begin(), made.end(), is_more_suspect);
  return made;
}

void evidence::take(const noted_sender& next) {
  if (!overlaps(by_.period, next))
    return;
  const std::string sender = "postmaster@" + next.domain.to_string();
  for (const noted_host& each : next.hosts) {
    const std::uint64_t told = bad_of(next.domain, each.address);
    if (each.mails <= told || by_.own.contains(each.address) ||
        !by_.is_listed(each.address))
      continue;
    mark_counts more;
    more.from_listed = each.mails - told;
    more.first = next.first;
    more.last = next.last;
    mails_ += more.from_listed;
    note({each.address, sender, ""}, more);
  }
}

void evidence::take(const config::seen_network& next) {
  const auto sender = config::parse_domain(next.domain);
  const auto name =
      sender ? by_.registrable_domain(*sender) : std::optional<dns::name>{};
  const auto known = hosts_.find(next.network.first());
  const std::uint64_t told = known == hosts_.end() ? 0 : known->second.wanted;
  if (next.struck || next.mails <= told)
    return;
  mark_counts more;
  more.wanted = next.mails - told;
  note_host(next.network.first(), name.value_or(dns::name{}), more);
}

/// What was counted of a host in the name of a domain.
std::uint64_t evidence::bad_of(const dns::name& domain,
                               const net::ip_address& address) const {
  const auto name = by_.registrable_domain(domain);
  const auto of = name ? senders_.find(*name) : senders_.end();
  if (of == senders_.end())
    return 0;
  for (const sending& each : of->second.sendings) {
    if (each.address == address && each.domain == domain)
      return each.marks.bad();
  }
  return 0;
}

void evidence::note(const sight& seen, const mark_counts& marks) {
  const auto domain = domain_of_sender(seen.sender);
  const auto name = domain ? by_.registrable_domain(*domain) : std::nullopt;
  if (!name)
    return;
  const std::uint64_t mails = std::max<std::uint64_t>(
      marks.bad() + marks.wanted, 1); // one without a mark
  sender& of = sender_called(*name);
  of.seen += mails;
  of.marks.add(marks);
  sending* const here = sending_of(of, seen.address, *domain, marks.bad() > 0);
  if (here != nullptr) {
    if (here->sender.empty()) {
      here->sender = seen.sender.substr(0, maillog::mail::longest_text);
      here->helo = seen.helo.substr(0, maillog::mail::longest_text);
    }
    here->marks.add(marks);
    here->log_says_pass = here->log_says_pass || seen.log_says_pass;
  } else {
    of.others += mails;
  }
  if (marks.plainly_bad() + marks.wanted > 0)
    note_host(seen.address, *name, marks);
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
                              const dns::name& domain, bool is_bad) {
  for (sending& each : in.sendings) {
    if (each.address == address && each.domain == domain)
      return &each;
  }
  if (in.sendings.size() < sender::most_sendings) {
    ++sendings_;
    in.sendings.push_back({address, domain});
    return &in.sendings.back();
  }
  if (!is_bad)
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
                         const dns::name& sender, const mark_counts& marks) {
  if (hosts_.size() >= by_.most.hosts && !hosts_.contains(address))
    forget_hosts();
  host& of = hosts_[address];
  of.bad += marks.plainly_bad();
  of.wanted += marks.wanted;
  if (marks.wanted > 0)
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
    counts.push_back(worth_of(each));
  const std::uint64_t most = middle_of(std::move(counts));
  for (auto at = hosts_.begin(); at != hosts_.end();) {
    if (worth_of(at->second) > most) {
      ++at;
      continue;
    }
    forgotten_ += at->second.bad + at->second.wanted;
    at = hosts_.erase(at);
  }
}

} // namespace spfblock::suggest
