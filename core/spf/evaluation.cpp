#include "core/spf/evaluation.hpp"

#include "core/spf/account.hpp"
#include "core/spf/evaluator.hpp"
#include "core/spf/inquiry.hpp"

#include <utility>

namespace spfblock::spf {

expansion evaluate(const dns::name& domain, const dns::answer_store& answers,
                   const rules& by, parsed_records& parsed) {
  inquiry dns{answers, by.dns_queries, by.asks_no_more};
  written_account written{domain};
  evaluator walk{domain, by, parsed, dns, written};
  walk.run();

  expansion made = std::move(written).result();
  if (by.on_permerror == on_permerror::list_void && !made.permerror.empty()) {
    made.pass = made.temperror = {};
    made.residue = {};
    made.grants.clear();
    made.named.clear();
    made.open_questions.clear();
    made.reason.clear();
    made.outcome = outcome::expanded;
  }
  made.missing = dns.missing();
  made.questions = dns.questions();
  made.ttl = dns.ttl();
  made.work = walk.work();
  return made;
}

lack missing_answers(const dns::name& domain, const dns::answer_store& answers,
                     const rules& by, parsed_records& parsed) {
  inquiry dns{answers, by.dns_queries, by.asks_no_more};
  quiet_account quiet;
  evaluator walk{domain, by, parsed, dns, quiet};
  walk.run();
  return {dns.missing(), walk.work()};
}

} // namespace spfblock::spf
