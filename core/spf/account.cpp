#include "core/spf/account.hpp"

#include "core/support/text.hpp"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

namespace spfblock::spf {
namespace {

/// So many named networks of a family are kept, the widest: more than a listing
/// may have.
constexpr std::size_t named_limit = 32'768;

/// So much of a record is kept where there are too many.
constexpr std::size_t beginning = 256;

/// So many remarks on a term are kept; one alone has no more.
constexpr std::size_t most_remarks = 20;

/// The widest of [begin, end), not more than named_limit.
template <class Iterator>
Iterator end_of_widest(Iterator begin, Iterator end) {
  if (static_cast<std::size_t>(end - begin) <= named_limit)
    return end;
  const auto last = begin + static_cast<std::ptrdiff_t>(named_limit);
  std::nth_element(begin, last, end, [](const auto& a, const auto& b) {
    return std::pair{a.length(), a} < std::pair{b.length(), b};
  });
  std::sort(begin, last);
  return last;
}

/// Sorts them, and bounds them.
void tidy(std::vector<net::ip_prefix>& named) {
  std::sort(named.begin(), named.end());
  named.erase(std::unique(named.begin(), named.end()), named.end());
  const auto ipv6 =
      std::find_if(named.begin(), named.end(), [](const net::ip_prefix& each) {
        return each.family() == net::family::ipv6;
      });
  named.erase(end_of_widest(ipv6, named.end()), named.end());
  named.erase(end_of_widest(named.begin(), ipv6), ipv6);
}

term_kind kind_of(const term& written) {
  if (std::holds_alternative<redirect_modifier>(written.value))
    return term_kind::redirect;
  const auto* const what = std::get_if<directive>(&written.value);
  if (what == nullptr)
    return term_kind::other;
  switch (what->mechanism) {
  case mechanism::all: return term_kind::all;
  case mechanism::ip4:
  case mechanism::ip6: return term_kind::network;
  default: return term_kind::mechanism;
  }
}

} // namespace

expansion written_account::result() && {
  if (!out_.temperror.empty())
    out_.outcome = outcome::temperror;
  write_joint();
  out_.pass = std::move(pass_).result();
  out_.residue.addresses = (out_.residue.addresses - out_.pass).canonical();
  if (out_.residue.addresses.empty())
    out_.residue = {};
  for (named_clients& each : out_.residue.named)
    each.addresses = (each.addresses - out_.pass).canonical();
  std::erase_if(out_.residue.named, [](const named_clients& each) {
    return each.addresses.empty();
  });
  tidy(out_.named);
  return std::move(out_);
}

void written_account::begin_record(const dns::name& domain,
                                   std::optional<entry> via, bool is_redirect) {
  record_visit& visited = out_.records.emplace_back();
  visited.domain = domain;
  if (via)
    visited.via = via->index_;
  visited.is_redirect = is_redirect;
}

void written_account::answered(std::uint32_t ttl) {
  out_.records.back().ttl = ttl;
}

void written_account::unusable(const std::string& why) {
  out_.records.back().error = why;
}

void written_account::no_record() {
  unusable("no SPF record");
  if (out_.records.size() == 1)
    out_.outcome = outcome::no_record;
}

account::entry written_account::begin_terms(const record& parsed) {
  const std::size_t first = out_.terms.size();
  const std::size_t room = terms_told_limit - std::min(first, terms_told_limit);
  const auto told = std::min(parsed.terms.size(), room);
  for (std::size_t i = 0; i < told; ++i)
    add_term(parsed.terms[i]);
  if (told < parsed.terms.size()) {
    joint_.push_back({out_.terms.size(), {}, {}, {}});
    add_term({std::string{further_terms}, parsed.terms[told].offset, {}});
    out_.terms.back().is_joint = true;
  }
  const bool in_full = text_told_ <= text_told_limit;
  text_told_ += parsed.text.size();
  out_.records.back().text = in_full
                                 ? printable(parsed.text, parsed.text.size())
                                 : printable_in_part(parsed.text, beginning);
  return {first, std::max(out_.terms.size(), first + 1) - 1};
}

void written_account::add_term(const spf::term& written) {
  term_visit& visited = out_.terms.emplace_back();
  visited.record = out_.records.size() - 1;
  visited.text = written.text;
  visited.offset = written.offset;
  visited.kind = kind_of(written);
}

written_account::joint* written_account::joint_of(entry at) {
  const auto found = std::lower_bound(
      joint_.begin(), joint_.end(), at.index_,
      [](const joint& each, std::size_t index) { return each.index < index; });
  return found == joint_.end() || found->index != at.index_ ? nullptr : &*found;
}

void written_account::write_joint() {
  for (joint& each : joint_) {
    term_visit& visited = out_.terms[each.index];
    visited.granted = std::move(each.granted).result();
    visited.refused = std::move(each.refused).result();
    net::address_set listed = std::move(each.listed).result();
    if (!listed.empty())
      out_.grants.push_back({each.index, std::move(listed)});
  }
  joint_.clear();
}

void written_account::reached(entry at) {
  term(at).reached = true;
}

bool written_account::takes_remarks(entry at) const {
  return out_.terms[at.index_].remarks.size() < most_remarks;
}

void written_account::remark(entry at, const std::string& text) {
  if (!takes_remarks(at))
    return;
  auto& remarks = term(at).remarks;
  if (std::find(remarks.begin(), remarks.end(), text) == remarks.end())
    remarks.push_back(text);
}

void written_account::error(entry at, const std::string& text) {
  remark(at, text);
  term(at).in_error = true;
}

void written_account::counted_up_to(entry at, unsigned dns_terms,
                                    unsigned void_lookups) {
  term_visit& visited = term(at);
  visited.dns_terms = std::max(visited.dns_terms, dns_terms);
  visited.void_lookups = std::max(visited.void_lookups, void_lookups);
}

void written_account::decided(entry at, decision how, const cohorts& whom) {
  net::address_set addresses = whom.addresses();
  if (how == decision::listed)
    pass_.add(addresses);
  if (joint* const all = joint_of(at)) {
    (how == decision::refused ? all->refused : all->granted).add(addresses);
    if (how == decision::listed)
      all->listed.add(addresses);
  } else if (how == decision::refused) {
    term(at).refused = std::move(addresses);
  } else {
    if (how == decision::listed)
      out_.grants.push_back({at.index_, addresses});
    term(at).granted = std::move(addresses);
  }
}

void written_account::named(std::span<const net::ip_prefix> networks) {
  out_.named.insert(out_.named.end(), networks.begin(), networks.end());
  if (out_.named.size() > 4 * named_limit)
    tidy(out_.named);
}

/// Each address goes to the first such term: then it would have been decided.
void written_account::too_wide(entry at, const net::ip_prefix& network,
                               const cohorts& undecided) {
  if (too_wide_told_ >= too_wide_limit)
    return;
  ++too_wide_told_;
  net::address_set addresses = undecided.addresses_in(network);
  addresses -= too_wide_;
  if (addresses.empty())
    return;
  too_wide_ |= addresses;
  out_.too_wide.push_back({at.index_, std::move(addresses)});
}

void written_account::waits(entry at, mail_dependence on, const cohorts& whom) {
  spf::residue& of = out_.residue;
  if (!whom.empty())
    of.addresses |= whom.addresses();
  of.depends |= on;
  if (of.terms.empty() || of.terms.back() != at.index_)
    of.terms.push_back(at.index_);
}

/// Where there is no room somebody is not decided about by his name: that lists
/// less.
void written_account::passes_by_name(const dns::name& target,
                                     const cohorts& whom) {
  const net::address_set addresses = whom.addresses();
  named_ranges_ += addresses.range_count();
  if (named_ranges_ > most_named_ranges)
    return;
  auto& all = out_.residue.named;
  auto same = std::find_if(all.begin(), all.end(), [&](const auto& each) {
    return each.target == target;
  });
  if (same == all.end())
    same = all.insert(all.end(), {target, {}});
  same->addresses |= addresses;
}

void written_account::permerror(const cohorts& whom) {
  end_in({out_.records.size() - 1, std::nullopt, {}, {}}, whom);
}

void written_account::permerror(entry at, const cohorts& whom,
                                const std::string& why) {
  error(at, "permerror: " + why);
  end_in({term(at).record, at.index_, why, {}}, whom);
}

void written_account::end_in(met_error what, const cohorts& whom) {
  what.addresses = whom.addresses();
  out_.permerror |= what.addresses;
  out_.met_errors.push_back(std::move(what));
}

void written_account::temperror(const cohorts& whom, const std::string& why) {
  const net::address_set addresses = whom.addresses();
  out_.temperror |= addresses;
  if (out_.reason.empty())
    out_.reason = why;
  auto& all = out_.open_questions;
  auto same = std::find_if(all.begin(), all.end(),
                           [&](const auto& each) { return each.why == why; });
  if (same == all.end())
    same = all.insert(all.end(), {why, {}});
  same->undecided |= addresses;
}

} // namespace spfblock::spf
