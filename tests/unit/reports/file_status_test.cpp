#include "core/reports/file_status.hpp"
#include "core/reports/health.hpp"
#include "core/reports/status.hpp"
#include "tests/support/catch.hpp"

namespace file_status_test {

using namespace spfblock;
using namespace spfblock::reports;
using namespace std::chrono_literals;
using std::chrono::sys_seconds;

constexpr sys_seconds now{1795510800s}; // 2026-11-24 09:00 UTC

file_status good() {
  return {"cdb", "/p/access.cdb", 1290, {"4 IPv6 networks"}, now - 5min, true,
          ""};
}

TEST_CASE("a published file is told in a line", "[reports][publish]") {
  file_status file = good();
  CHECK(to_text(file, now) ==
        "published: /p/access.cdb (cdb): up to date; 1290 entries, as of "
        "2026-11-24 08:55 UTC, 5m ago; left out: 4 IPv6 networks");
  file.is_current = false;
  CHECK(
      to_text(file, now).starts_with("published: /p/access.cdb (cdb): the "
                                     "table has changed since; 1290 entries"));
  file.trouble = "cannot write \"/p\": No such file or directory";
  CHECK(to_text(file, now).starts_with(
      "published: /p/access.cdb (cdb): NOT WRITTEN: cannot write \"/p\": No "
      "such file or directory; 1290 entries, as of"));
  CHECK(to_text({.format = "plain", .file = "/p/a"}, now) ==
        "published: /p/a (plain): not written yet");
  CHECK(
      to_text({.format = "plain", .file = "/p/a", .changed_at = now + 1h},
              now) ==
      "published: /p/a (plain): the file of an earlier run, until all domains "
      "were looked at, as of 2026-11-24 10:00 UTC, 0s ago");
}

TEST_CASE("published files are in the status, and come back from its JSON",
          "[reports][publish]") {
  status_report report;
  report.at = now;
  report.files = {good(), {.format = "plain", .file = "/p/a"}};
  const auto read = status_from_json(to_json(report));
  REQUIRE(read);
  CHECK(read->files == report.files);
  CHECK(to_json(report).find("\"age_s\": 300") != std::string::npos);
  CHECK(to_text(report).find("published: /p/access.cdb (cdb)") !=
        std::string::npos);
}

TEST_CASE("of all that is well, trouble alone is told", "[reports][publish]") {
  status_report report;
  report.files = {good()};
  CHECK(to_text(report, shown::in_trouble).find("published") ==
        std::string::npos);
  CHECK_FALSE(concern(report));
  report.files.front().trouble = "cannot write \"/p\": no";
  CHECK(to_text(report, shown::in_trouble).find("NOT WRITTEN") !=
        std::string::npos);
  CHECK(concern(report) ==
        "a published file is not written: cannot write \"/p\": no");
  report.files.push_back(report.files.front());
  CHECK(concern(report) ==
        "a published file is not written: cannot write \"/p\": no; and 1 more");
}

} // namespace file_status_test
