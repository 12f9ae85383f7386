#include "core/reports/dnsbl_reach.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace dnsbl_reach_test {

using namespace spfblock;
using dns::answer;
using dns::answer_status;
using reports::dnsbl_answers;

namespace {

answer addresses(const char* text) {
  answer made;
  made.status = answer_status::records;
  made.addresses = {*net::ip_address::parse(text)};
  return made;
}

answer text() {
  answer made;
  made.status = answer_status::records;
  made.texts = {"listed by spfblock: test entry"};
  return made;
}

answer none(answer_status of) {
  answer made;
  made.status = of;
  return made;
}

const answer nxdomain = none(answer_status::nxdomain);
const answer no_data = none(answer_status::no_data);

/// The troubles, each with its line end.
std::string troubles(const dnsbl_answers& said) {
  std::string all;
  for (const std::string& each :
       reports::dnsbl_troubles(*dns::name::from_text("bl.example"), said))
    all += each + '\n';
  return all;
}

} // namespace

TEST_CASE("dnsbl_reach: asks for both test entries", "[reports][dnsbl]") {
  const auto asked =
      reports::dnsbl_questions(*dns::name::from_text("bl.example"));
  CHECK(asked[0].to_string() == "2.0.0.127.bl.example A");
  CHECK(asked[1].to_string() == "2.0.0.127.bl.example TXT");
  CHECK(asked[2].to_string() == "1.0.0.127.bl.example A");
}

TEST_CASE("dnsbl_reach: says what is in the way", "[reports][dnsbl]") {
  using Catch::ContainsSubstring;
  const answer listed = addresses("127.0.0.2");
  CHECK(troubles({listed, text(), nxdomain}).empty());
  CHECK(troubles({listed, text(), no_data}).empty());
  CHECK_THAT(troubles({no_data, text(), nxdomain}),
             ContainsSubstring("private-domain: \"bl.example\""));
  CHECK_THAT(troubles({nxdomain, nxdomain, nxdomain}),
             ContainsSubstring("local-zone: \"bl.example\" nodefault"));
  CHECK_THAT(troubles({no_data, no_data, no_data}),
             ContainsSubstring("knows bl.example from elsewhere"));
  CHECK_THAT(troubles({dns::failed_answer("SERVFAIL from 127.0.0.1:53"),
                       nxdomain, nxdomain}),
             ContainsSubstring("(SERVFAIL from 127.0.0.1:53)") &&
                 ContainsSubstring("domain-insecure"));
  CHECK_THAT(troubles({addresses("127.0.0.1"), text(), nxdomain}),
             ContainsSubstring("has 127.0.0.1 instead of 127.0.0.2"));
  CHECK_THAT(troubles({listed, nxdomain, nxdomain}),
             ContainsSubstring("no reason is told"));
  CHECK_THAT(troubles({listed, text(), addresses("192.0.2.1")}),
             ContainsSubstring("127.0.0.1 has 192.0.2.1, though nobody"));
}

} // namespace dnsbl_reach_test
