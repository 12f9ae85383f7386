#include "core/spf/selection.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/zone_answers.hpp"

namespace selection_test {

using namespace spfblock;
using testing::name_of;

TEST_CASE("selection: one record, none, or the number of several", "[spf]") {
  dns::answer given;
  CHECK(spf::select_records(given).count == 0);
  CHECK(spf::select_records(given).first == nullptr);
  given.texts = {"v=spf10", "V=SPF1 a", "v=spf1"};
  CHECK(spf::select_records(given).count == 2);
  CHECK(spf::select_records(given).first == &given.texts[1]);
}

TEST_CASE("leads_on: an answer that names other names does", "[spf]") {
  struct {
    const char* record;
    bool leads;
  } const cases[] = {
      {"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ptr -all", false},
      {"v=spf1 exists:%{i}.test -all", false},
      {"v=spf1 exp=why.test x=y.test", false},
      {"v=spf1 include:other.test", true},
      {"v=spf1 -include:other.test", true},
      {"v=spf1 redirect=other.test", true},
      {"v=spf1 ip4:192.0.2.1 a/24", true},
      {"v=spf1 mx:other.test", true},
      {"v=spf1 include:", false}, // in error
      {"another text about include:other.test", false},
      {"v=spf10 include:other.test", false},
  };
  const dns::question txt{name_of("l.test"), dns::rr_type::txt};
  for (const auto& each : cases) {
    CAPTURE(each.record);
    spf::parsed_records parsed;
    dns::answer given;
    given.status = dns::answer_status::records;
    given.texts = {"not SPF", each.record};
    CHECK(spf::leads_on(txt, given, parsed) == each.leads);
  }

  spf::parsed_records parsed;
  dns::answer two;
  two.status = dns::answer_status::records;
  two.texts = {"v=spf1 a", "v=spf1 mx"};
  CHECK_FALSE(spf::leads_on(txt, two, parsed));
  CHECK_FALSE(spf::leads_on(txt, dns::failed_answer("SERVFAIL"), parsed));

  const dns::question mx{txt.owner, dns::rr_type::mx};
  dns::answer exchanges;
  exchanges.status = dns::answer_status::records;
  exchanges.exchanges = {{10, txt.owner}};
  CHECK(spf::leads_on(mx, exchanges, parsed));
  dns::answer none;
  none.status = dns::answer_status::no_data;
  CHECK_FALSE(spf::leads_on(mx, none, parsed));

  const dns::question a{txt.owner, dns::rr_type::a};
  dns::answer address;
  address.status = dns::answer_status::records;
  address.addresses = {net::ip_address::ipv4(1)};
  CHECK_FALSE(spf::leads_on(a, address, parsed));
}

} // namespace selection_test
