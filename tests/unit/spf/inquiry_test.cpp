// Tests also: answer_store.
#include "core/spf/inquiry.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/zone_answers.hpp"

#include <vector>

namespace inquiry_test {

using namespace spfblock;
using availability = spf::inquiry::availability;
using testing::name_of;

namespace {

const dns::question a{name_of("a.test"), dns::rr_type::a};
const dns::question b{name_of("b.test"), dns::rr_type::a};
const dns::question c{name_of("c.test"), dns::rr_type::a};

dns::answer given(dns::answer_status status, std::uint32_t ttl) {
  dns::answer made;
  made.status = status;
  made.ttl = ttl;
  return made;
}

} // namespace

TEST_CASE("inquiry: what is missing is named once, in order of asking",
          "[spf][inquiry]") {
  dns::answer_store answers;
  answers.put(b, given(dns::answer_status::records, 60));
  spf::inquiry dns{answers, std::nullopt};
  CHECK(dns.ask(c).state == availability::missing);
  CHECK(dns.ask(c).given == nullptr);
  CHECK(dns.ask(b).state == availability::found);
  CHECK(dns.ask(b).given == answers.find(b));
  CHECK(dns.ask(a).state == availability::missing);
  CHECK(dns.missing() == std::vector{c, a});
  CHECK(dns.questions() == 3);
}

TEST_CASE("inquiry: one question too many is not asked, an old one is free",
          "[spf][inquiry]") {
  dns::answer_store answers;
  answers.put(c, given(dns::answer_status::records, 60));
  spf::inquiry dns{answers, 2};
  CHECK(dns.ask(a).state == availability::missing);
  CHECK(dns.ask(b).state == availability::missing);
  CHECK(dns.ask(c).state == availability::over_limit);
  CHECK(dns.ask(c).given == nullptr);
  CHECK(dns.ask(a).state == availability::missing);
  CHECK(dns.missing() == std::vector{a, b});
  CHECK(dns.questions() == 2);
  CHECK(dns.ttl() == 0);
}

TEST_CASE("inquiry: the smallest TTL of what says how long it holds",
          "[spf][inquiry]") {
  dns::answer_store answers;
  answers.put(a, given(dns::answer_status::records, 60));
  answers.put(b, given(dns::answer_status::no_data, 30));
  answers.put(c, given(dns::answer_status::no_data, 0)); // without SOA
  const dns::question failing{name_of("d.test"), dns::rr_type::a};
  answers.put(failing, given(dns::answer_status::failed, 5));
  spf::inquiry dns{answers, std::nullopt};
  CHECK(dns.ttl() == 0);
  const auto after = [&dns](const dns::question& asked) {
    CHECK(dns.ask(asked).state == availability::found);
    return dns.ttl();
  };
  CHECK(after(failing) == 0);
  CHECK(after(c) == 0);
  CHECK(after(a) == 60);
  CHECK(after(b) == 30);
  CHECK(after(a) == 30);
}

TEST_CASE("inquiry: where nothing is asked any more, what is not there is over "
          "what ended that",
          "[spf][inquiry]") {
  dns::answer_store answers;
  const dns::question known{*dns::name::from_text("known.example"),
                            dns::rr_type::txt};
  const dns::question other{*dns::name::from_text("other.example"),
                            dns::rr_type::txt};
  answers.put(known, dns::failed_answer("SERVFAIL"));
  const auto* const why = GENERATE(spf::over_work, spf::over_dns_queries);
  spf::inquiry dns{answers, std::nullopt, why};
  CHECK(dns.ask(known).state == spf::inquiry::availability::found);
  CHECK(dns.ask(other).state == spf::inquiry::availability::over_limit);
  CHECK(dns.missing().empty());
  CHECK(dns.questions() == 1);
  CHECK(dns.limit() == std::string{why});
}

} // namespace inquiry_test
