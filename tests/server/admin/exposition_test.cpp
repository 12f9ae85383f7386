#include "server/admin/exposition.hpp"
#include "tests/support/catch.hpp"

namespace exposition_test {

using namespace spfblock;
using namespace spfblock::server;

TEST_CASE("exposition: writes help, type and value of each family in turn",
          "[server][exposition]") {
  exposition page;
  page.counter("a_total", "How many", 3);
  page.gauge("b_seconds", "How long", 0.25);
  page.gauge("c", "Nothing yet", std::vector<exposition::sample>{});
  CHECK(page.text() == "# HELP a_total How many\n"
                       "# TYPE a_total counter\n"
                       "a_total 3\n"
                       "# HELP b_seconds How long\n"
                       "# TYPE b_seconds gauge\n"
                       "b_seconds 0.25\n"
                       "# HELP c Nothing yet\n"
                       "# TYPE c gauge\n");
}

TEST_CASE("exposition: counts are exact far beyond a double's six digits",
          "[server][exposition]") {
  exposition page;
  page.counter("a_total", "How many", 4503599627370495.0);
  CHECK(page.text().ends_with("a_total 4503599627370495\n"));
}

TEST_CASE("exposition: a label's value is escaped", "[server][exposition]") {
  exposition page;
  page.gauge(
      "a", "x",
      {{{{"domain", R"(we\092ird."example)"}, {"role", "li\nsted"}}, 1}});
  CHECK(page.text().ends_with(
      R"(a{domain="we\\092ird.\"example",role="li\nsted"} 1)"
      "\n"));
}

TEST_CASE("exposition: a histogram's buckets add up", "[server][exposition]") {
  spfblock::histogram times{0.5, 1};
  for (const double value : {0.25, 0.75, 0.75, 8.0})
    times.add(value);
  exposition page;
  page.histogram("t_seconds", "x", times);
  CHECK(page.text() == "# HELP t_seconds x\n"
                       "# TYPE t_seconds histogram\n"
                       "t_seconds_count 4\n"
                       "t_seconds_sum 9.75\n"
                       "t_seconds_bucket{le=\"0.5\"} 1\n"
                       "t_seconds_bucket{le=\"1\"} 3\n"
                       "t_seconds_bucket{le=\"+Inf\"} 4\n");
}

} // namespace exposition_test
