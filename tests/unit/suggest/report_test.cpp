#include "core/suggest/report.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/suggest_case.hpp"

#include <string>

namespace report_test {

using namespace spfblock;
using namespace spfblock::testing;

namespace {

using std::chrono::sys_days;
using std::chrono::year;

suggest::origin origin() {
  suggest::origin made;
  made.read = {100, 90};
  made.mails = 12;
  made.looked_at = sys_days{year{2016} / 4 / 6};
  made.until = sys_days{year{2016} / 5 / 6};
  return made;
}

suggest::suggestion toramaki() {
  suggest::suggestion made;
  made.name = made.sender = name("toramaki.net");
  made.marks.refused = 2;
  made.marks.first = sys_days{year{2016} / 4 / 4};
  made.marks.last = sys_days{year{2016} / 4 / 5};
  made.hosts = {{ip("45.120.197.160"), 2, 0, true}};
  made.networks = networks({"45.120.196.0/22"});
  made.traffic = {
      5, 1, 1, {{ip("45.120.197.160"), 2}, {ip("45.120.198.1"), 3}}};
  made.includes = {name("spf.example")};
  made.listed = {{"other.example", 40}};
  return made;
}

} // namespace

TEST_CASE("suggest::report: for people", "[suggest][report]") {
  suggest::judgement of;
  of.groups = {{{"include spf.example"}, {toramaki()}}};
  of.objected = {
      {name("wide.example"), suggest::objection::too_wide, "", {0, 1}},
      {name("list.example"), suggest::objection::wanted, "why", {7, 3}}};
  CHECK(suggest::to_text(of, origin()) ==
        "In common: include spf.example\n"
        "toramaki.net: 2 refused\n"
        "  from 2016-04-04 00:00:00 to 2016-04-05 00:00:00\n"
        "  hosts that pass (1): 45.120.197.160 (2)\n"
        "  the log has an SPF pass as well\n"
        "  networks (1): 45.120.196.0/22; from these 5 bad, 1 wanted\n"
        "  other bad hosts in them (1): 45.120.198.1 (3)\n"
        "  includes: spf.example\n"
        "  listed already: 40 % by other.example\n"
        "\n"
        "Not suggested, though the record passes:\n"
        "  wide.example: 1 refused: over a limit\n"
        "  list.example: 3 refused, 7 wanted: of whom, or whose networks, "
        "wanted mail comes: why\n"
        "\n"
        "To watch what a listing would reject:\n"
        "  spfblock add --watch --until 2016-05-06 toramaki.net\n");
}

TEST_CASE("suggest::report: a list of domains has what speaks for them",
          "[suggest][report]") {
  suggest::judgement of;
  auto covered = toramaki();
  covered.name = name("second.example");
  covered.covered_by = name("toramaki.net");
  of.groups = {{{"include spf.example"}, {toramaki(), covered}}};
  CHECK(suggest::to_domain_list(of, origin()) ==
        "# Suggested by spfblock on 2016-04-06 00:00 UTC, by the mail log and "
        "the records of then.\n"
        "# A list has no end of its own: until 2016-05-06, look whether they "
        "still send. Or, with an end:\n"
        "#     spfblock add --watch --until 2016-05-06 DOMAIN...\n"
        "\n"
        "# in common: include spf.example\n"
        "toramaki.net  # 2 refused; passing hosts: 1, networks: 1; 2016-04-04 "
        "00:00:00 to 2016-04-05 00:00:00; 40 % are listed by other.example\n"
        "# second.example is in toramaki.net: 2 refused; passing hosts: 1, "
        "networks: 1; 2016-04-04 00:00:00 to 2016-04-05 00:00:00; 40 % are "
        "listed by other.example\n");
}

TEST_CASE("suggest::report: the summary counts whom it does not name",
          "[suggest][report]") {
  suggest::judgement of;
  CHECK(suggest::summary(of, origin()) ==
        "100 lines, 90 of a known form, 12 mails; records as of 2016-04-06 "
        "00:00 UTC\n0 suggested\n");
  of.objections.add(suggest::objection::no_pass);
  of.objections.add(suggest::objection::no_pass);
  of.objections.add(suggest::objection::provider);
  auto from = origin();
  from.forgotten = 9;
  CHECK(suggest::summary(of, from) ==
        "100 lines, 90 of a known form, 12 mails; records as of 2016-04-06 "
        "00:00 UTC\n"
        "0 suggested; other senders of bad mail: 1 providers, 2 forged: their "
        "record does not pass who sent\n"
        "there were more senders than can be told apart: 9 mails of those who "
        "sent least are not counted; read fewer days\n");
}

TEST_CASE("suggest::report: octets of the DNS are safe for a terminal",
          "[suggest][report]") {
  auto hostile = toramaki();
  hostile.includes = {name("\x1b[2J.example")};
  suggest::judgement of;
  of.groups = {{{}, {hostile}}};
  for (const std::string& each :
       {suggest::to_text(of, origin()), suggest::to_json(of, origin()),
        suggest::to_domain_list(of, origin())})
    CHECK(each.find('\x1b') == std::string::npos);
}

} // namespace report_test
