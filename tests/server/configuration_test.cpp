#include "server/configuration.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <variant>

namespace configuration_test {

using namespace spfblock;
using namespace spfblock::server;
using testing::temporary_folder;

namespace {

/// The settings of a file t.json in `folder`.
config::settings loaded(const temporary_folder& folder,
                        const std::string& text) {
  const std::string path = folder / "t.json";
  std::ofstream{path} << text;
  auto whole = load_configuration(path);
  REQUIRE(std::holds_alternative<configuration>(whole));
  return std::get<configuration>(std::move(whole)).settings;
}

} // namespace

TEST_CASE("a state file is relative to the folder of the configuration",
          "[configuration]") {
  const temporary_folder folder;
  CHECK(loaded(folder, R"({"domains":[],"state_file":"a/../s.json"})")
            .state_file == folder / "s.json");
  CHECK(
      loaded(folder, R"({"domains":[],"state_file":"/a/s.json"})").state_file ==
      "/a/s.json");
  CHECK(loaded(folder, R"({"domains":[]})").state_file ==
        config::default_state_file);
}

TEST_CASE("no state file stays none", "[configuration]") {
  const temporary_folder folder;
  CHECK(loaded(folder, R"({"domains":[],"state_file":""})").state_file.empty());
}

TEST_CASE("a list that is another name of one that was read, or no file, is a "
          "warning",
          "[configuration]") {
  const temporary_folder folder;
  std::ofstream{folder / "a.txt"} << "a.test\n";
  std::filesystem::create_symlink("a.txt", folder / "b.txt");
  std::filesystem::create_hard_link(folder / "a.txt", folder / "c.txt");
  std::filesystem::create_directory(folder / "d.txt");
  std::filesystem::create_symlink("gone", folder / "e.txt");
  REQUIRE(::mkfifo((folder / "f.txt").c_str(), 0600) == 0);
  std::filesystem::create_symlink("/dev/zero", folder / "g.txt");
  const std::string path = folder / "t.json";
  std::ofstream{path} << R"({"domain_files":["*.txt","none.txt"],
                             "state_file":""})";
  const auto whole = load_configuration(path);
  REQUIRE(std::holds_alternative<configuration>(whole));
  const auto& read = std::get<configuration>(whole);
  CHECK(read.settings.domains.size() == 1);
  std::string warnings;
  for (const auto& each : read.warnings)
    warnings += each.to_string().substr(folder.path().string().size()) + '\n';
  const std::string at = folder / "";
  CHECK(warnings == "/t.json:1: /domain_files/1: warning: no such file: " + at +
                        "none.txt\n"
                        "/b.txt: warning: is the same file as \"" +
                        at +
                        "a.txt\"\n"
                        "/c.txt: warning: is the same file as \"" +
                        at +
                        "a.txt\"\n"
                        "/d.txt: warning: cannot read \"" +
                        at +
                        "d.txt\": Is a "
                        "directory\n"
                        "/e.txt: warning: cannot read \"" +
                        at +
                        "e.txt\": No such file "
                        "or directory\n"
                        "/f.txt: warning: is no regular file, and not read\n"
                        "/g.txt: warning: is no regular file, and not read\n");
}

TEST_CASE("a state folder that is not there is a warning", "[configuration]") {
  const temporary_folder folder;
  const std::string path = folder / "t.json";
  std::ofstream{path} << R"({"domains":[],"state_file":"none/s.json"})";
  const auto whole = load_configuration(path);
  REQUIRE(std::holds_alternative<configuration>(whole));
  const auto& warnings = std::get<configuration>(whole).warnings;
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].to_string() ==
        path + ":1: /state_file: warning: there is no folder \"" +
            (folder / "none") + "\", so no state can be kept");
}

TEST_CASE("a name server behind an interface that is not there is a warning",
          "[configuration][resolver]") {
  const temporary_folder folder;
  const std::string path = folder / "t.json";
  std::ofstream{path} << R"({"domains": [], "state_file": "", "resolver": {
      "servers": ["fe80::1%lo", "127.0.0.1",
                  "fe80::1%nosuch0",
                  "[fe80::1%4294967295]:5353", "fe80::1%1"]}})";
  const auto whole = load_configuration(path);
  REQUIRE(std::holds_alternative<configuration>(whole));
  const auto& warnings = std::get<configuration>(whole).warnings;
  REQUIRE(warnings.size() == 2);
  CHECK(warnings[0].to_string() ==
        path + ":3: /resolver/servers/2: warning: there is no interface "
               "\"nosuch0\", so [fe80::1%nosuch0]:53 cannot be asked");
  CHECK(warnings[1].to_string() ==
        path + ":4: /resolver/servers/3: warning: there is no interface "
               "\"4294967295\", so [fe80::1%4294967295]:5353 cannot be asked");
}

TEST_CASE("a published file is relative to the folder of the configuration",
          "[configuration][publish]") {
  const temporary_folder folder;
  const auto files = loaded(folder, R"({"domains":[],"publish":[
      {"format":"plain","file":"a/../plain"},
      {"format":"plain","file":"/p/plain"}]})")
                         .publish;
  REQUIRE(files.size() == 2);
  CHECK(files[0].file == folder / "plain");
  CHECK(files[1].file == "/p/plain");
}

TEST_CASE(
    "a file that the service reads, or writes otherwise, is not published "
    "over",
    "[configuration][publish]") {
  const temporary_folder folder;
  std::ofstream{folder / "a.txt"} << "a.test\n";
  std::filesystem::create_symlink("a.txt", folder / "link");
  std::ofstream{folder / "b.zone"} << "";
  const std::string path = folder / "t.json";
  const auto said = [&](const std::string& file) {
    std::ofstream{path} << R"({"domain_files":["*.txt"],"state_file":"s.json",
      "resolver":{"zone_file":"b.zone"},
      "publish":[{"format":"plain","file":"one"},
                 {"format":"plain","file":")" +
                               file + "\"}]}";
    const auto whole = load_configuration(path);
    const auto* const faults = std::get_if<std::vector<json::problem>>(&whole);
    if (faults == nullptr)
      return std::string{"taken"};
    REQUIRE(faults->size() == 1);
    CHECK(faults->front().pointer == "/publish/1/file");
    return faults->front().message;
  };
  CHECK(said("two") == "taken");
  CHECK(said("t.json").ends_with(
      " is, or would overwrite, the configuration (expected a file of its "
      "own)"));
  for (const char* name : {"a.txt", "link", "new.txt", "./a.txt"}) {
    CAPTURE(name);
    CHECK_THAT(said(name), Catch::ContainsSubstring("a list of \"*.txt\""));
  }
  CHECK_THAT(said("b.zone"), Catch::ContainsSubstring("the zone file"));
  for (const char* name : {"s.json", "s.json.new", "s.json.lock",
                           "s.json.history", "s.json.hits"}) {
    CAPTURE(name);
    CHECK_THAT(said(name),
               Catch::ContainsSubstring("the state file, or beside it"));
  }
  CHECK_THAT(said("accepted.json"), Catch::ContainsSubstring("accepted last"));
  for (const char* name : {"./one", "one.new"}) {
    CAPTURE(name);
    CHECK_THAT(said(name), Catch::ContainsSubstring("the file of /publish/0"));
  }
}

TEST_CASE("that there is no folder for a published file is a warning",
          "[configuration][publish]") {
  const temporary_folder folder;
  const std::string path = folder / "t.json";
  std::ofstream{path} << R"({"domains":[],"state_file":"","publish":[
      {"format":"plain","file":"none/a"}]})";
  const auto whole = load_configuration(path);
  REQUIRE(std::holds_alternative<configuration>(whole));
  const auto& warnings = std::get<configuration>(whole).warnings;
  REQUIRE(warnings.size() == 1);
  CHECK(warnings.front().to_string() ==
        path + ":2: /publish/0/file: warning: there is no folder \"" +
            (folder / "none") + "\", so the file cannot be written");
}

TEST_CASE("a file that the service reads is no state file, nor beside one",
          "[configuration]") {
  const temporary_folder folder;
  std::ofstream{folder / "a.txt"} << "a.test\n";
  std::ofstream{folder / "b.zone"} << "";
  std::ofstream{folder / "seen.json"} << R"({"seen":[]})";
  const std::string path = folder / "t.json";
  const auto said = [&](const std::string& file) {
    std::ofstream{path} << R"({"domain_files":["*.txt"],
      "resolver":{"zone_file":"b.zone"},"allow":{"seen":{"file":"seen.json"}},
      "state_file":")" + file + "\"}";
    const auto whole = load_configuration(path);
    const auto* const faults = std::get_if<std::vector<json::problem>>(&whole);
    if (faults == nullptr)
      return std::string{"taken"};
    REQUIRE(faults->size() == 1);
    CHECK(faults->front().pointer == "/state_file");
    CHECK(faults->front().line == 3);
    return faults->front().message;
  };
  CHECK(said("s.json") == "taken");
  CHECK(said("accepted") == "taken");
  CHECK(said("t.json") ==
        '"' + path +
            "\" is, or would overwrite, the configuration (expected a "
            "file of its own)");
  CHECK_THAT(said("a.txt"), Catch::ContainsSubstring("a list of \"*.txt\""));
  CHECK_THAT(said("s.txt"), Catch::ContainsSubstring("a list of \"*.txt\""));
  CHECK_THAT(said("b.zone"), Catch::ContainsSubstring("the zone file"));
  CHECK_THAT(said("seen.json"), Catch::ContainsSubstring("\"seen.json\""));
  CHECK_THAT(said("accepted.json"), Catch::ContainsSubstring("accepted last"));
  // The history of a state `b`.
  std::filesystem::rename(folder / "b.zone", folder / "b.history");
  std::filesystem::create_symlink("b.history", folder / "b.zone");
  CHECK_THAT(said("b"), Catch::ContainsSubstring("the zone file"));
}

TEST_CASE("a state file that is a folder or the like is a warning",
          "[configuration]") {
  const temporary_folder folder;
  const std::string path = folder / "t.json";
  std::filesystem::create_directory(folder / "is_folder");
  std::ofstream{folder / "is_file"} << "x";
  std::filesystem::create_symlink("nowhere", folder / "is_link");
  const auto warnings_with = [&path](const std::string& state_file) {
    std::ofstream{path} << R"({"domains":[],"state_file":")" + state_file +
                               R"("})";
    const auto whole = load_configuration(path);
    REQUIRE(std::holds_alternative<configuration>(whole));
    std::string texts;
    for (const auto& each : std::get<configuration>(whole).warnings)
      texts += each.message + '\n';
    return texts;
  };
  for (const char* fine : {"", "is_file", "is_link", "nothing"})
    CHECK(warnings_with(fine).empty());
  CHECK(warnings_with("is_folder") ==
        '"' + (folder / "is_folder") +
            "\" is not a regular file, so no state can be kept\n");
  CHECK(warnings_with("/dev/null") ==
        "\"/dev/null\" is not a regular file, so no state can be kept\n");
}

} // namespace configuration_test
