#include "core/suggest/judgement.hpp"

#include "core/config/domain_name.hpp"
#include "core/suggest/grouping.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace spfblock::suggest {
namespace {

using sendings = std::vector<const sending*>;

const look* find(const looks_by_name& in, const dns::name& name) {
  const auto found = in.find(name);
  return found == in.end() ? nullptr : &found->second;
}

/// Those whose own domain's record passes them.
sendings passing(const sender& of, const looks_by_name& looks) {
  sendings made;
  for (const sending& each : of.sendings) {
    const look* const at = find(looks, each.domain);
    if (at != nullptr && at->passes.contains(each.address))
      made.push_back(&each);
  }
  return made;
}

/// Why none of its hosts pass.
objection why_nobody(const sender& of, const looks_by_name& looks) {
  bool has_record = false;
  for (const sending& each : of.sendings) {
    const look* const at = find(looks, each.domain);
    if (at == nullptr)
      return objection::not_asked;
    if (at->too_wide.contains(each.address))
      return objection::too_wide;
    if (at->undecided.contains(each.address))
      return objection::dns_failed;
    has_record = has_record || at->outcome != spf::outcome::no_record;
  }
  return has_record ? objection::no_pass : objection::no_record;
}

bool passes_all(const look& by, const sendings& of) {
  return std::all_of(of.begin(), of.end(), [&](const sending* each) {
    return by.passes.contains(each->address);
  });
}

/// The registrable domain if it authorises all, or else who does.
std::vector<const look*> looks_for(const sender& of, const sendings& passing,
                                   const looks_by_name& looks) {
  const look* const whole = find(looks, of.name);
  if (whole != nullptr && passes_all(*whole, passing))
    return {whole};
  std::vector<const look*> made;
  for (const sending* each : passing) {
    const look* const at = find(looks, each->domain);
    if (std::find(made.begin(), made.end(), at) == made.end())
      made.push_back(at);
  }
  return made;
}

/// The hosts of some sendings, the worst first; a host once.
std::vector<shown_host> hosts_of(const sendings& all) {
  std::vector<shown_host> made;
  for (const sending* each : all) {
    auto at = std::find_if(made.begin(), made.end(), [&](const auto& known) {
      return known.address == each->address;
    });
    if (at == made.end())
      at = made.insert(at, {each->address});
    at->bad += each->marks.bad();
    at->wanted += each->marks.wanted;
    at->log_says_pass = at->log_says_pass || each->log_says_pass;
  }
  std::sort(made.begin(), made.end(), [](const auto& a, const auto& b) {
    return a.bad != b.bad ? a.bad > b.bad : a.address < b.address;
  });
  return made;
}

/// Of a sender the mail that was wanted and is none of these networks'.
std::uint64_t wanted_elsewhere(const sender& of,
                               const net::address_set& networks) {
  std::uint64_t inside = 0;
  for (const sending& each : of.sendings) {
    if (networks.contains(each.address))
      inside += each.marks.wanted;
  }
  return of.marks.wanted - inside;
}

suggestion suggestion_of(const look& by, const dns::name& sender,
                         const sendings& all, const sorted_hosts& hosts) {
  suggestion made;
  made.name = by.name;
  made.sender = sender;
  sendings own;
  for (const sending* each : all) {
    if (!by.passes.contains(each->address))
      continue;
    own.push_back(each);
    made.marks.add(each->marks);
  }
  made.hosts = hosts_of(own);
  made.networks = by.lists;
  made.traffic = traffic_from(by.lists, hosts);
  for (const shared_record& each : by.includes)
    made.includes.push_back(each.name);
  return made;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string made;
  for (const std::string& each : texts)
    made += (made.empty() ? "" : ", ") + each;
  return made;
}

std::string traffic_text(const traffic& of) {
  return fmt::format("{} wanted of {}, {} bad", of.wanted,
                     counted(of.wanted_senders, "sender"), of.bad);
}

bool lists_one_of(const look& by, const suggestion& of) {
  return std::any_of(of.hosts.begin(), of.hosts.end(), [&](const auto& each) {
    return by.lists.contains(each.address);
  });
}

/// What speaks for a sender by the mail in its own name, of whatever host.
std::optional<objection> own_objection(const sender& of, const mark_counts& bad,
                                       std::string& why) {
  const std::uint64_t plainly_bad = bad.plainly_bad();
  const auto outweighs = [plainly_bad](std::uint64_t good) {
    return good * bad_for_each_wanted > plainly_bad;
  };
  if (outweighs(of.marks.wanted)) {
    why = fmt::format("{} wanted, {} bad in its name", of.marks.wanted,
                      plainly_bad);
    return objection::wanted;
  }
  if (outweighs(of.marks.wanted + bad.let_through))
    return objection::let_through;
  if (plainly_bad > 0 && bad.forwarded >= plainly_bad)
    return objection::forwarded;
  return std::nullopt;
}

/// What speaks against listing it; `why` is meant for people.
std::optional<objection> objection_to(const look& by, const sender& of,
                                      const suggestion& made,
                                      std::string& why) {
  const bool by_mail = by.lists.empty() && by.allowed.empty() &&
                       by.too_wide.empty(); // only a door that knows it
  traffic seen = made.traffic;
  if (by_mail)
    seen.bad = made.marks.bad();
  seen.wanted += wanted_elsewhere(of, by.lists);
  if (!by_mail && !lists_one_of(by, made)) {
    if (!by.allowed.empty()) {
      why = joined(by.allowed_by);
      return objection::only_allowed;
    }
    return objection::too_wide;
  }
  if (is_wanted(seen)) {
    why = traffic_text(seen);
    return objection::wanted;
  }
  return own_objection(of, made.marks, why);
}

/// How much of `of` is in `by` as well, in percent.
unsigned percent_of(const net::address_set& of, const net::address_set& by) {
  const auto common = of & by;
  const auto share = [](std::uint64_t part, std::uint64_t all) {
    constexpr long double hundred = 100;
    return static_cast<unsigned>(hundred * static_cast<long double>(part) /
                                 static_cast<long double>(all));
  };
  if (of.ipv4_count() > 0)
    return share(common.ipv4_count(), of.ipv4_count());
  return of.empty()
             ? 0
             : share(common.ipv6_slash64_count(), of.ipv6_slash64_count());
}

void add_overlaps(const std::vector<listed_networks>& listed, suggestion& to) {
  for (const listed_networks& each : listed) {
    if (!(to.networks & each.addresses).empty())
      to.listed.push_back({each.name, percent_of(to.networks, each.addresses)});
  }
  std::stable_sort(
      to.listed.begin(), to.listed.end(),
      [](const overlap& a, const overlap& b) { return a.percent > b.percent; });
}

/// Judges one suspect.
class trial {
public:
  trial(const looks_by_name& looks, const evidence& all,
        const std::vector<listed_networks>& listed, judgement& to)
      : looks_{&looks},
        hosts_{sorted(all.hosts())},
        listed_{&listed},
        to_{&to} {}

  void judge(const sender& of) {
    const bool is_marked = of.marks.bad() > 0;
    const sendings hosts = passing(of, *looks_);
    if (hosts.empty()) {
      if (is_marked)
        object(of, why_nobody(of, *looks_));
      return;
    }
    std::optional<objection> why;
    bool suggested = false;
    for (const look* each : looks_for(of, hosts, *looks_)) {
      const auto against = judge(*each, of, hosts);
      why = against ? against : why;
      suggested = suggested || !against;
    }
    if (why && !suggested && is_marked)
      to_->objections.add(*why);
  }

  [[nodiscard]] std::vector<suggestion> take() { return std::move(made_); }

private:
  /// A record that passes everybody is no victim's.
  void object(const sender& of, objection why) {
    to_->objections.add(why);
    if (why == objection::too_wide)
      to_->objected.push_back({of.name, why, "", of.marks});
  }

  std::optional<objection> judge(const look& by, const sender& of,
                                 const sendings& hosts) {
    suggestion made = suggestion_of(by, of.name, hosts, hosts_);
    const std::uint64_t bad = std::max(made.marks.bad(), made.traffic.bad);
    if (bad == 0) // what was bad of it is forged
      return objection::no_pass;
    std::string detail;
    const auto against = objection_to(by, of, made, detail);
    if (!against) {
      add_overlaps(*listed_, made);
      made_.push_back(std::move(made));
    } else if (made.marks.bad() > 0 || *against == objection::let_through) {
      to_->objected.push_back({by.name, *against, detail, made.marks});
    }
    return against;
  }

  const looks_by_name* looks_;
  sorted_hosts hosts_;
  const std::vector<listed_networks>* listed_;
  judgement* to_;
  std::vector<suggestion> made_;
};

/// All suggestions, in order.
template <class Groups, class Visit>
void for_each_suggestion(Groups& in, Visit visit) {
  for (auto& group : in) {
    for (auto& each : group.suggestions)
      visit(each);
  }
}

std::set<dns::name> senders_suggested(const judgement& of) {
  std::set<dns::name> made;
  for_each_suggestion(
      of.groups, [&](const suggestion& each) { made.insert(each.sender); });
  return made;
}

/// The includes of who was looked at and is not suggested.
std::set<dns::name> spared_includes(const suspects& whom,
                                    const looks_by_name& looks,
                                    const std::set<dns::name>& suggested) {
  std::set<dns::name> made;
  const auto spare = [&](const dns::name& name) {
    if (const look* const at = find(looks, name)) {
      for (const shared_record& each : at->includes)
        made.insert(each.name);
    }
  };
  for (const sender* of : whom.senders) {
    if (suggested.contains(of->name))
      continue;
    spare(of->name);
    for (const sending& each : of->sendings)
      spare(each.domain);
  }
  return made;
}

bool uses(const suggestion& of, const dns::name& include) {
  return std::find(of.includes.begin(), of.includes.end(), include) !=
         of.includes.end();
}

void add_user(const suggestion& user, suggestion& to) {
  to.users.push_back(user.name);
  to.marks.add(user.marks);
  to.hosts.insert(to.hosts.end(), user.hosts.begin(), user.hosts.end());
}

} // namespace

judgement judge(const suspects& whom, const looks_by_name& looks,
                const evidence& all,
                const std::vector<listed_networks>& listed) {
  judgement made;
  made.objections = whom.objections;
  trial each{looks, all, listed, made};
  for (const sender* of : whom.senders)
    each.judge(*of);
  made.groups = grouped(each.take());
  return made;
}

std::vector<dns::name> shared_includes(const judgement& of,
                                       const suspects& whom,
                                       const looks_by_name& looks,
                                       const known_names& known) {
  const auto suggested = senders_suggested(of);
  const auto spared = spared_includes(whom, looks, suggested);
  std::map<dns::name, std::set<dns::name>> users;
  for_each_suggestion(of.groups, [&](const suggestion& each) {
    for (const dns::name& include : each.includes)
      users[include].insert(each.sender);
  });
  std::vector<dns::name> made;
  for (const auto& [include, senders] : users) {
    if (senders.size() > 1 && !spared.contains(include) &&
        !suggested.contains(include) && !known.role_of(include) &&
        config::parse_domain(include.to_string()))
      made.push_back(include);
  }
  return made;
}

void add_includes(const looks_by_name& includes, const evidence& all,
                  const std::vector<listed_networks>& listed, judgement& to) {
  const sorted_hosts hosts = sorted(all.hosts());
  std::vector<suggestion> made;
  for_each_suggestion(to.groups,
                      [&](suggestion& each) { made.push_back(each); });
  const std::size_t senders = made.size();
  for (const auto& [name, by] : includes) {
    suggestion more = suggestion_of(by, name, {}, hosts);
    more.is_include = true;
    more.includes.clear();
    if (more.networks.empty() || is_wanted(more.traffic))
      continue;
    for (std::size_t i = 0; i < senders; ++i) {
      if (!uses(made[i], name))
        continue;
      add_user(made[i], more);
      if (!made[i].covered_by && (made[i].networks - more.networks).empty())
        made[i].covered_by = name;
    }
    add_overlaps(listed, more);
    made.push_back(std::move(more));
  }
  to.groups = grouped(std::move(made));
}

} // namespace spfblock::suggest
