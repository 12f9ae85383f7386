#include "server/configuration_record.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace configuration_record_test {

using namespace spfblock;
using namespace spfblock::server;
using reports::configuration_source;

namespace {

const std::vector<json::problem> faults{
    {"t.json", 1, "/a", "bad"},
    {"t.json", 2, "/b", "bad too"},
    {"t.json", 3, "/c", "odd", true},
};

beginning with(bool chosen, std::vector<json::problem> refused) {
  beginning made;
  if (chosen)
    made.chosen = configuration{};
  made.refused = std::move(refused);
  return made;
}

} // namespace

TEST_CASE("the record says what runs, and why that is not the file",
          "[configuration_record]") {
  boost::asio::io_context io;
  const log_sink log;
  const auto source_of = [&](const beginning& begun) {
    return configuration_record{io, log, "t.json", begun, std::nullopt}
        .status();
  };
  CHECK(source_of(with(true, {})) == reports::configuration_status{});
  const auto accepted = source_of(with(true, faults));
  CHECK(accepted.running == configuration_source::accepted);
  CHECK(accepted.refused_at);
  CHECK(accepted.reason == "t.json:1: /a: bad; and 1 more");
  CHECK(source_of(with(false, faults)).running == configuration_source::none);
}

TEST_CASE("each reload counts, be it refused or accepted",
          "[configuration_record]") {
  boost::asio::io_context io;
  const log_sink log;
  configuration_record record{io, log, "t.json", with(true, {}), std::nullopt};
  record.accept(configuration{});
  record.applied();
  CHECK(record.status().reloads == 0);

  record.read_again();
  record.refuse({faults.front()});
  CHECK(record.status().reloads == 1);
  CHECK_FALSE(record.status().is_applying);
  record.read_again();
  record.accept(configuration{});
  CHECK(record.status().reloads == 2);
  CHECK(record.status().is_applying);
}

TEST_CASE("a reload that is refused is remembered until one is accepted",
          "[configuration_record]") {
  const testing::temporary_folder folder;
  const std::string kept_at = folder / "accepted.json";
  boost::asio::io_context io;
  const log_sink log;
  configuration_record record{io, log, "t.json", with(true, {}), kept_at};
  const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes{1};

  record.refuse({faults.front()});
  CHECK(record.status().running == configuration_source::file);
  CHECK(record.status().refused_at);
  CHECK(record.status().reason == "t.json:1: /a: bad");
  CHECK(record.is_kept_by(limit));
  CHECK_FALSE(std::filesystem::exists(kept_at));

  record.accept(configuration{});
  CHECK(record.status().is_applying);
  record.applied();
  CHECK(record.status() == reports::configuration_status{});
  CHECK(record.is_kept_by(limit));
  CHECK(std::filesystem::exists(kept_at));
}

} // namespace configuration_record_test
