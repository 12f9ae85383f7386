#include "server/accepted.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <variant>

namespace accepted_test {

namespace fs = std::filesystem;
using namespace spfblock;
using namespace spfblock::server;
using testing::temporary_folder;

namespace {

void write(const std::string& path, const std::string& text) {
  std::ofstream{path} << text;
}

/// Keeps what the file says, as a server that has started with it does.
void accept(const std::string& file, const std::string& kept_at) {
  const auto begun = begin_with(file, kept_at);
  REQUIRE(begun.chosen);
  REQUIRE(begun.refused.empty());
  const log_sink log;
  accepted_keeper{kept_at, log}.keep(*begun.chosen);
}

} // namespace

TEST_CASE("where the file is faulty, what was accepted before is begun with",
          "[accepted]") {
  const temporary_folder folder;
  const std::string file = folder / "t.json";
  const std::string kept_at = folder / "accepted.json";
  fs::create_directory(folder / "d");
  write(folder / "d/a.txt", "a.test\nb.test\n");
  write(folder / "z", "a.test. 60 TXT \"v=spf1\"\n");
  write(file, R"({"domain_files":["d/*.txt"],"resolver":{"zone_file":"z"},
                  "state_file":"s.json","allow":{"domains":["c.test"]}})");
  const auto before = begin_with(file, kept_at);
  accept(file, kept_at);

  fs::remove_all(folder / "d");
  fs::remove(folder / "z");
  const auto* const fault = GENERATE("", "{", R"({"domainz":[]})");
  write(file, fault);
  const auto begun = begin_with(file, kept_at);
  REQUIRE(begun.chosen);
  CHECK_FALSE(begun.refused.empty());
  CHECK(begun.trouble.empty());
  CHECK(begun.chosen->settings == before.chosen->settings);
  CHECK(begun.chosen->settings.domains.size() == 2);
  CHECK(begun.chosen->settings.state_file == folder / "s.json");
  CHECK(begun.chosen->zone);
  CHECK(begun.chosen->lists == config::list_sizes{{folder / "d/a.txt", 2}});
}

TEST_CASE(
    "without what was accepted a faulty file leaves nothing to begin with",
    "[accepted]") {
  const temporary_folder folder;
  write(folder / "t.json", "{");
  for (const auto& kept_at : {std::optional<std::string>{},
                              std::optional{folder / "accepted.json"}}) {
    const auto begun = begin_with(folder / "t.json", kept_at);
    CHECK_FALSE(begun.chosen);
    CHECK(begun.refused.size() == 1);
    CHECK(begun.trouble.empty());
  }
}

TEST_CASE("what was kept and cannot be used is told", "[accepted]") {
  const temporary_folder folder;
  const std::string file = folder / "t.json";
  const std::string kept_at = folder / "accepted.json";
  write(file, R"({"domains":[]})");
  const auto* const damaged =
      GENERATE("", "[]", R"({"file":"/t.json","text":"{","zone":null,
               "patterns":[],"sizes":[]})");
  write(kept_at, damaged);

  CHECK(begin_with(file, kept_at).chosen);
  write(file, "{");
  const auto begun = begin_with(file, kept_at);
  CHECK_FALSE(begun.chosen);
  CHECK_FALSE(begun.trouble.empty());
}

TEST_CASE("a list that lost more than half since it was accepted is a warning",
          "[accepted]") {
  const temporary_folder folder;
  const std::string file = folder / "t.json";
  const std::string kept_at = folder / "accepted.json";
  write(folder / "a.txt", "a.test\nb.test\nc.test\n");
  write(file, R"({"domain_files":["a.txt"],"state_file":""})");
  CHECK(begin_with(file, kept_at).chosen->warnings.empty());
  accept(file, kept_at);
  write(folder / "a.txt", "a.test\n");
  const auto begun = begin_with(file, kept_at);
  REQUIRE(begun.chosen);
  REQUIRE(begun.chosen->warnings.size() == 1);
  CHECK_THAT(begun.chosen->warnings[0].to_string(),
             Catch::EndsWith("a.txt: warning: gives only 1 entry, and gave 3 "
                             "when it was last read"));
}

TEST_CASE("an unknown setting of what was kept is a warning", "[accepted]") {
  const auto loaded = load_configuration(config::source_texts{
      "/t.json",
      R"({"domains":["a.test",{"name":"b.test","new":1}],"later":{}})",
      {},
      {}});
  const auto* const valid = std::get_if<configuration>(&loaded);
  REQUIRE(valid != nullptr);
  CHECK(valid->settings.domains.size() == 2);
  CHECK(valid->warnings.size() == 2);
}

TEST_CASE("what is kept is for its owner, and is written in time",
          "[accepted]") {
  const temporary_folder folder;
  const std::string file = folder / "t.json";
  const std::string kept_at = folder / "accepted.json";
  write(file, R"({"domains":["a.test"],"state_file":""})");
  const auto begun = begin_with(file, kept_at);
  REQUIRE(begun.chosen);
  const log_sink log;
  accepted_keeper keeper{kept_at, log};
  keeper.keep(*begun.chosen);
  keeper.keep(*begun.chosen);
  CHECK(keeper.is_done_by(std::chrono::steady_clock::now() +
                          std::chrono::minutes{1}));
  CHECK((fs::status(kept_at).permissions() & fs::perms{0077}) ==
        fs::perms::none);
  CHECK(read_accepted(kept_at));
}

TEST_CASE("it is kept beside the state", "[accepted]") {
  CHECK(accepted_beside("/var/lib/spfblock/state.json") ==
        "/var/lib/spfblock/accepted.json");
}

} // namespace accepted_test
