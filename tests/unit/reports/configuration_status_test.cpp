#include "core/reports/configuration_status.hpp"
#include "core/reports/health.hpp"
#include "tests/support/catch.hpp"

namespace configuration_status_test {

using namespace spfblock;
using namespace spfblock::reports;

namespace {

status_report with(configuration_source running, bool refused) {
  status_report report;
  report.configuration.running = running;
  if (refused) {
    report.configuration.refused_at =
        std::chrono::sys_seconds{std::chrono::seconds{7}};
    report.configuration.reason = "a.json:3: bad";
  }
  return report;
}

std::optional<std::string> problem_of(const status_report& of) {
  vital_signs signs;
  signs.published = true;
  return health_problem(of, signs, {});
}

} // namespace

TEST_CASE("health: whoever runs without the configuration file is ill",
          "[reports][configuration_status]") {
  CHECK(problem_of(with(configuration_source::accepted, true)) ==
        "runs on the last accepted configuration, because the file is refused: "
        "a.json:3: bad");
  CHECK(problem_of(with(configuration_source::none, true)) ==
        "answers 500 to everything, because the configuration is refused and "
        "none was accepted before: a.json:3: bad");
}

TEST_CASE("health: a reload that was refused is a warning",
          "[reports][configuration_status]") {
  const auto refused = with(configuration_source::file, true);
  CHECK_FALSE(problem_of(refused));
  CHECK(concern(refused) == "the last reload was refused: a.json:3: bad");
  CHECK_FALSE(concern(with(configuration_source::file, false)));
}

TEST_CASE("status: the configuration is read as it is written",
          "[reports][configuration_status]") {
  for (const auto running : configuration_sources) {
    for (const bool refused : {false, true}) {
      auto report = with(running, refused);
      report.configuration.reloads = refused ? 7 : 0;
      report.configuration.is_applying = refused;
      report.pid = refused ? std::optional{4711U} : std::nullopt;
      report.is_published = refused;
      const auto read = status_from_json(to_json(report));
      REQUIRE(read);
      CHECK(read->configuration == report.configuration);
      CHECK(read->pid == report.pid);
      CHECK(read->is_published == report.is_published);
    }
  }
}

TEST_CASE("status: an earlier version says nothing of the configuration",
          "[reports][configuration_status]") {
  const auto read = status_from_json(R"({"at":7,"stale":false,"domains":[],
      "providers":{"configured":0,"known":0}})");
  REQUIRE(read);
  CHECK(read->configuration == configuration_status{});
}

} // namespace configuration_status_test
