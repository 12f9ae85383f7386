#include "tests/support/check_host.hpp"

#include <stdexcept>

namespace spfblock::testing {
namespace {

spf::host_check driven_check(const spf::envelope& of, zone_answers& zone,
                             const spf::rules& by, spf::terms_of_mail which,
                             dns::answer_store& answers,
                             spf::parsed_records& parsed) {
  for (;;) {
    spf::host_check made = spf::check_host(of, answers, by, parsed, which);
    if (made.missing.empty())
      return made;
    for (const dns::question& asked : made.missing) {
      if (answers.find(asked) != nullptr)
        throw std::logic_error{"asked again: " + asked.to_string()};
      answers.put(asked, zone.answer(asked));
    }
  }
}

} // namespace

verdict checker::check_host(const net::ip_address& client,
                            const dns::name& domain) {
  return driven_check({client, "postmaster", domain}, zone_, by_,
                      spf::terms_of_mail::passed_over, answers_, parsed_)
      .result;
}

spf::host_check check_host(const spf::envelope& of, zone_answers& zone,
                           const spf::rules& by, spf::terms_of_mail which) {
  dns::answer_store answers;
  spf::parsed_records parsed;
  return driven_check(of, zone, by, which, answers, parsed);
}

} // namespace spfblock::testing
