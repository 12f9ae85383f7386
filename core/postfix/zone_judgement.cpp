#include "core/dns/name.hpp"
#include "core/postfix/judgement.hpp"
#include "core/postfix/zone_asking.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace spfblock::postfix {
namespace {

using protocols::door;

constexpr const char* action_parameter = "postscreen_dnsbl_action";
constexpr const char* threshold_parameter = "postscreen_dnsbl_threshold";

void judge_filter(const asked_zone& asked, opinion& into) {
  if (asked.filter.empty())
    into.concern(fmt::format("without a filter any answer counts, were it made "
                             "up by a resolver (expected {}=127.0.0.2)",
                             asked.name));
  else if (!takes_our_answer(asked.filter))
    into.wrong(fmt::format("{}={} never holds: the door answers 127.0.0.2",
                           asked.name, asked.filter));
}

/// Whether it takes the zone for a list of bad clients.
void judge_restriction(const restriction& by, const asked_zone& asked,
                       opinion& into) {
  if (by.name.starts_with("permit_"))
    into.wrong(fmt::format("{} lets in who is listed (expected "
                           "reject_rbl_client)",
                           by.name));
  else if (by.name != "reject_rbl_client")
    into.wrong(fmt::format("{} looks names up, and {} lists addresses: nobody "
                           "is found (expected reject_rbl_client)",
                           by.name, asked.name));
}

bool has_dnsblog(const setup& postfix) {
  const auto& services = postfix.services();
  return std::any_of(services.begin(), services.end(), [](const service& each) {
    return each.command == "dnsblog";
  });
}

/// Whether what is listed weighs enough to be rejected.
void judge_weight(const setup& postfix, const service& postscreen,
                  const asked_zone& asked, opinion& into) {
  constexpr std::uint64_t most = 1'000'000;
  const int threshold = static_cast<int>(
      parse_decimal(postfix.value(postscreen, threshold_parameter), most)
          .value_or(1));
  if (asked.weight < 0)
    into.wrong(
        fmt::format("{} counts in favour of who is listed", asked.weight));
  else if (asked.weight == 0)
    into.wrong("it counts nothing");
  else if (asked.weight < threshold)
    into.concern(fmt::format("it counts {} of the {} that it takes to reject "
                             "({})",
                             asked.weight, threshold, threshold_parameter));
  if (iequals(postfix.value(postscreen, action_parameter), "ignore"))
    into.concern(fmt::format("{} = ignore: who is listed is logged, not "
                             "rejected",
                             action_parameter));
}

} // namespace

const config::listener*
listener_of_zone(std::string_view zone,
                 const std::vector<config::listener>& listen) {
  const auto name = dns::name::from_text(zone);
  const auto found = std::find_if(
      listen.begin(), listen.end(), [&](const config::listener& each) {
        return name && each.list && each.list->zone() == *name;
      });
  return found == listen.end() ? nullptr : &*found;
}

std::vector<finding> judge_zone(const asking_place& at) {
  const asked_zone asked = asked_zone_of(at.by.argument);
  opinion made{at.where};
  judge_restriction(at.by, asked, made);
  judge_filter(asked, made);
  judge_place(at, door::dnsbl, std::string{asked.name}, made);
  made.good_or_wrong(fmt::format("asks {}, dnsbl", asked.name));
  if (at.before.only_warns)
    made.concern("warn_if_reject: who is listed is logged, not rejected");
  return std::move(made).said();
}

std::vector<finding> judge_site(const setup& postfix, const service& postscreen,
                                const std::string& where,
                                std::string_view site) {
  const asked_zone asked = asked_zone_of(site);
  opinion made{where};
  judge_filter(asked, made);
  judge_weight(postfix, postscreen, asked, made);
  if (!has_dnsblog(postfix))
    made.wrong("master.cf has no service dnsblog: nobody is looked up");
  made.good_or_wrong(fmt::format("asks {}, dnsbl", asked.name));
  return std::move(made).said();
}

} // namespace spfblock::postfix
