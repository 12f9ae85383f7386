#include "core/spf/mail_tally.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/zone_answers.hpp"

namespace mail_tally_test {

using namespace spfblock;
using spf::mail_tally;
using spf::term_result;
using testing::name_of;

TEST_CASE("mail_tally: an error names the way to the term",
          "[spf][mail_tally]") {
  const dns::name sender = name_of("l.test");
  const spf::rules by;
  mail_tally tally{sender, by};
  tally.enter("include:i.test");
  tally.enter("exists:x.test");
  CHECK(tally.temperror("x.test A: SERVFAIL") == term_result::temperror);
  CHECK(tally.why() == "l.test -> include:i.test -> exists:x.test: temperror: "
                       "x.test A: SERVFAIL");
  tally.leave();
  CHECK(tally.permerror("2 SPF records") == term_result::permerror);
  CHECK(tally.why() == "l.test -> include:i.test: permerror: 2 SPF records");
  tally.decide();
  CHECK(tally.why() == "l.test -> include:i.test");
  tally.leave_undecided();
  CHECK(tally.why().empty());
}

TEST_CASE("mail_tally: what is over a limit of RFC 7208 is a permerror, unless "
          "these are passed over",
          "[spf][mail_tally]") {
  const dns::name sender = name_of("l.test");
  const bool skips = GENERATE(false, true);
  CAPTURE(skips);
  spf::rules by;
  if (skips)
    by.on_permerror = spf::on_permerror::skip;
  mail_tally tally{sender, by};
  CHECK(tally.skips() == skips);
  for (unsigned i = 0; i < spf::dns_term_limit; ++i)
    CHECK_FALSE(tally.spend_dns_term());
  CHECK(tally.spend_dns_term().has_value() == !skips);
  CHECK_FALSE(tally.spend_void_lookups(spf::void_lookup_limit));
  CHECK(tally.spend_void_lookups(1).has_value() == !skips);
  CHECK(tally.why() == (skips ? "" : "l.test: permerror: over 2 void lookups"));
  CHECK(tally.permerror("x") ==
        (skips ? term_result::no_match : term_result::permerror));
  CHECK(tally.temperror("x") == term_result::temperror);
}

} // namespace mail_tally_test
