// One call of check_host() (check_host.hpp).
#pragma once

#include "core/dns/answer_store.hpp"
#include "core/dns/name.hpp"
#include "core/dns/question.hpp"
#include "core/net/ip_address.hpp"
#include "core/spf/budget.hpp"
#include "core/spf/check_host.hpp"
#include "core/spf/domain_spec.hpp"
#include "core/spf/inquiry.hpp"
#include "core/spf/macro.hpp"
#include "core/spf/mail_tally.hpp"
#include "core/spf/place.hpp"
#include "core/spf/record.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::spf {

/// What one call may cost, about 100 ms: records and terms by the thousand cost
/// more where errors are passed over (on_permerror).  What is on one way within
/// the limits of RFC 7208 costs less than a fifth of it, be each record and
/// each answer of 65,535 octets.
inline constexpr std::uint64_t most_work_of_mail = work_limit / 10;

/// One call of check_host().
///
/// Where an answer is missing it comes to its end at once, and what it returns
/// says nothing.
class mail_check {
public:
  mail_check(const envelope& of, const dns::answer_store& answers,
             const rules& by, parsed_records& parsed, terms_of_mail which)
      : of_{of},
        rules_{by},
        parsed_{parsed},
        which_{which},
        dns_{answers, by.dns_queries, by.asks_no_more},
        budget_{by, std::min(by.work, most_work_of_mail)},
        tally_{of.domain, by},
        mail_{of.client, of.local_part, of.helo} {}

  host_check run() && {
    host_check made;
    made.result = visit(of_.domain, nullptr, true);
    made.missing = dns_.missing();
    made.why = tally_.why();
    made.steps = tally_.take_steps();
    made.ttl = dns_.ttl();
    made.questions = dns_.questions();
    return made;
  }

private:
  /// The name that a term is about.
  struct target {
    std::optional<dns::name> name; ///< none: it is no domain name
    /// What else ends the term, where `name` does not matter: no_match if it is
    /// passed over.
    std::optional<term_result> ended;
  };

  host_result permerror(const std::string& why);
  host_result visit(const dns::name& domain, const frame* from, bool granting);
  host_result walk(const record& parsed, const frame& here);
  host_result consult(const domain_spec& spec, const frame& here);
  term_result try_term(const term& which, const directive& what,
                       const frame& here);
  term_result match(const directive& what, const frame& here);
  term_result include(const directive& what, frame here);
  term_result by_mail(const directive& what, const frame& here);
  term_result exists(const dns::name& name);
  term_result ptr(const dns::name& name);
  term_result hosts(const directive& what, const frame& here);
  term_result host(const dns::name& owner, const directive& what);

  target target_of(const std::optional<domain_spec>& spec, const frame& here);
  bool names_what_no_label_has(const domain_spec& spec) const;
  std::optional<term_result> know_client_name(const frame& here);
  bool leads_astray(const dns::answer& given, const frame* from);
  bool too_wide(const directive& what, const frame& here, net::family family,
                unsigned length) const;

  term_result ask(const dns::question& asked, const dns::answer*& given);
  [[nodiscard]] bool lacks_answers() const noexcept {
    return !dns_.missing().empty();
  }

  const envelope& of_;
  const rules& rules_;
  parsed_records& parsed_;
  terms_of_mail which_;
  inquiry dns_;
  budget budget_;
  mail_tally tally_;
  mail_values mail_;
  std::optional<dns::name> client_name_for_;        ///< whose %{p} is in mail_
  std::vector<std::shared_ptr<const record>> held_; ///< those on the way
  std::string expanded_; ///< what the term stands for, if it has macros
};

} // namespace spfblock::spf
