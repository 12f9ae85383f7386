// A few names with any records and any answers (line_zone.hpp): what must hold
// of an expansion, and where the rules are plain, that it equals check_host()
// for one address.
#include "core/spf/evaluation.hpp"
#include "core/support/text.hpp"
#include "tests/fuzz/finding.hpp"
#include "tests/fuzz/line_zone.hpp"
#include "tests/support/check_host.hpp"
#include "tests/support/contradictions.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

using namespace spfblock;
using namespace spfblock::fuzz;

namespace {

/// As require(); a finding shows the zone.
class claims {
public:
  explicit claims(const line_zone& zone) : zone_{zone} {}

  void holds(bool it_does, std::string_view claim) const {
    if (it_does)
      return;
    std::fprintf(stderr, "\n%s", zone_.description.c_str());
    require(false, claim);
  }

private:
  const line_zone& zone_;
};

/// Puts the answers to `questions` into `to`.
template <class Questions>
void put(const Questions& questions, const line_zone& from,
         dns::answer_store& to) {
  for (const dns::question& asked : questions)
    to.put(asked, from.answer(asked));
}

/// What expanding the domain led to.
struct outcome {
  spf::expansion result;
  std::vector<dns::question> asked; ///< all of them, in order
};

outcome expand(const line_zone& zone, const claims& claim) {
  dns::answer_store answers;
  outcome made;
  std::set<dns::question> asked;
  for (;;) {
    made.result = spf::evaluate(line_zone::domain(), answers, zone.by);
    const spf::expansion& got = made.result;
    claim.holds(!zone.by.dns_queries || got.questions <= *zone.by.dns_queries,
                "no more questions than dns_queries");
    if (got.missing.empty())
      return made;
    for (const dns::question& missing : got.missing) {
      claim.holds(asked.insert(missing).second, "nothing is asked twice");
      made.asked.push_back(missing);
    }
    put(got.missing, zone, answers);
  }
}

void check_same(const spf::expansion& a, const spf::expansion& b,
                const claims& claim) {
  claim.holds(b.missing.empty(), "the answers suffice in any order");
  claim.holds(a.pass == b.pass && a.permerror == b.permerror &&
                  a.temperror == b.temperror && a.outcome == b.outcome &&
                  a.ttl == b.ttl && a.questions == b.questions &&
                  a.reason == b.reason && a.terms.size() == b.terms.size(),
              "the order of the answers changes nothing");
}

/// The union of what terms name; `granting`: of terms that can list it.
std::vector<net::ip_prefix> named_in(const line_zone& zone, bool granting) {
  std::vector<net::ip_prefix> all;
  for (const spf::record& record : zone.records) {
    for (const spf::term& term : record.terms) {
      const auto* const what = std::get_if<spf::directive>(&term.value);
      if (what == nullptr ||
          (granting && what->qualifier != spf::qualifier::pass))
        continue;
      for (const net::ip_prefix& network : zone.networks_of(*what)) {
        const auto widest = network.family() == net::family::ipv4
                                ? zone.by.widest_ipv4
                                : zone.by.widest_ipv6;
        if (!granting || !widest || network.length() >= *widest)
          all.push_back(network);
      }
    }
  }
  return all;
}

/// No grant came through a name that is not to be followed into.
void check_not_followed(const spf::expansion& of, const line_zone& zone,
                        const claims& claim) {
  if (zone.by.not_followed == nullptr)
    return;
  for (const spf::grant& grant : of.grants) {
    std::optional<std::size_t> term = grant.term;
    while (term) {
      const spf::record_visit& record =
          of.records.at(of.terms.at(*term).record);
      const auto& names = *zone.by.not_followed;
      claim.holds(!record.via || std::find(names.begin(), names.end(),
                                           record.domain) == names.end(),
                  "not_followed is not followed");
      term = record.via;
    }
  }
}

void check_texts(const spf::expansion& of, const claims& claim) {
  for (const spf::term_visit& term : of.terms) {
    claim.holds(is_printable(term.text), "a term's text is safe to print");
    for (const std::string& remark : term.remarks)
      claim.holds(is_printable(remark), "a remark is safe to print");
  }
  for (const spf::record_visit& record : of.records)
    claim.holds(is_printable(record.text) && is_printable(record.error),
                "a record is safe to print");
  for (const spf::grant& grant : of.grants)
    claim.holds(is_printable(chain(of, grant.term)), "a chain is safe");
  claim.holds(is_printable(of.reason), "a reason is safe to print");
}

/// With half the work to spend, no more is spent but for the term and what
/// becomes of it on the way back, and nothing else is listed.
void check_bound(const spf::expansion& whole, const dns::answer_store& answers,
                 const line_zone& zone, const claims& claim) {
  spf::rules by = zone.by;
  by.work = whole.work / 2;
  const auto cut = spf::evaluate(line_zone::domain(), answers, by);
  claim.holds(cut.work <= whole.work + zone.most_work_of_a_term(),
              "who may do less does no more, but for the error of a term");
  claim.holds(cut.missing.empty() && (cut.pass - whole.pass).empty(),
              "over the work nothing is listed that would not be");
}

/// The ends of the networks, and their neighbours outside.
std::set<net::ip_address> ends_of(const std::vector<net::ip_prefix>& networks) {
  std::set<net::ip_address> ends;
  for (const net::ip_prefix& network : networks) {
    const auto first = network.first().number();
    const auto last = network.last().number();
    for (const auto number : {first - 1, first, last, last + 1})
      ends.insert(
          network.family() == net::family::ipv4
              ? net::ip_address::ipv4(static_cast<std::uint32_t>(number))
              : net::ip_address::ipv6(number));
  }
  return ends;
}

/// Whether check_host() can be asked: it knows no limits but those of the RFC.
bool is_plain(const spf::rules& by, const spf::expansion& made) {
  return by.on_permerror != spf::on_permerror::list_void && !by.widest_ipv4 &&
         !by.widest_ipv6 && !by.dns_queries && !by.depth &&
         by.not_followed == nullptr &&
         made.records.size() < spf::record_depth_limit;
}

void check_against_twin(const spf::expansion& made, const line_zone& zone,
                        const claims& claim) {
  using testing::verdict;
  testing::zone_answers answers{""};
  for (const auto& [asked, given] : zone.answers)
    answers.put(asked, given);
  testing::checker twin{answers,
                        zone.by.on_permerror == spf::on_permerror::skip};
  std::vector<net::ip_prefix> networks = named_in(zone, false);
  for (const auto* set : {&made.pass, &made.permerror, &made.temperror})
    for (const net::ip_prefix& network : set->to_prefixes())
      networks.push_back(network);
  for (const net::ip_address& client : ends_of(networks)) {
    const verdict said = twin.check_host(client, line_zone::domain());
    claim.holds(
        (said == verdict::pass) == made.pass.contains(client) &&
            (said == verdict::permerror) == made.permerror.contains(client) &&
            (said == verdict::temperror) == made.temperror.contains(client),
        "check_host() says the same of " + client.to_string());
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const line_zone zone{text_of(data, size)};
  const claims claim{zone};
  const outcome made = expand(zone, claim);
  const spf::expansion& got = made.result;

  for (const std::string& contradiction : testing::contradictions(got))
    claim.holds(false, contradiction);
  claim.holds((got.pass - net::address_set::of(named_in(zone, true))).empty(),
              "what passes is what terms name that are not too wide");
  claim.holds(got.work <= zone.most_work(got),
              "an expansion costs no more than there is to go through");
  check_not_followed(got, zone, claim);
  check_texts(got, claim);

  dns::answer_store reversed;
  put(std::vector(made.asked.rbegin(), made.asked.rend()), zone, reversed);
  check_bound(got, reversed, zone, claim);
  check_same(got, spf::evaluate(line_zone::domain(), reversed, zone.by), claim);

  if (is_plain(zone.by, got))
    check_against_twin(got, zone, claim);
  return 0;
}
