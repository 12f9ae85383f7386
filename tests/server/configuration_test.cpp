#include "server/configuration.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <fstream>
#include <string>
#include <variant>

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
