#include "server/dns/zone_resolver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dns_asking.hpp"
#include "tests/support/run_until.hpp"
#include "tests/support/temporary_folder.hpp"

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace zone_resolver_test {

using namespace spfblock;
using namespace spfblock::server;
using namespace spfblock::testing;

namespace {

std::string record_of(const std::string& network) {
  return "a.example. 60 TXT \"v=spf1 ip4:" + network + "\"\n";
}

struct fixture {
  fixture() { write(record_of("192.0.2.0/24")); }

  void write(const std::string& text) const { std::ofstream{file} << text; }

  /// The first string of what is answered, or "none".
  std::string ask() {
    std::string heard;
    resolver.resolve(txt("a.example"), an_asker(),
                     [&heard](const dns::answer& given) {
                       heard = given.texts.empty() ? "none" : given.texts[0];
                     });
    CHECK(heard.empty()); // never from within the call
    REQUIRE(run_until(io, [&heard] { return !heard.empty(); }));
    return heard;
  }

  temporary_folder folder;
  std::string file = folder / "a.zone";
  log_sink log{level::error};
  boost::asio::io_context io;
  zone_resolver resolver{io, log, file,
                         *dns::zone::parse(record_of("192.0.2.0/24"))};
};

} // namespace

TEST_CASE("zone_resolver: what is asked at a refresh is answered by what the "
          "file says then",
          "[server][zone_resolver]") {
  fixture f;
  CHECK(f.ask() == "v=spf1 ip4:192.0.2.0/24");
  f.write(record_of("198.51.100.0/24"));
  CHECK(f.ask() == "v=spf1 ip4:192.0.2.0/24");
  f.resolver.begin_refresh();
  CHECK(f.ask() == "v=spf1 ip4:198.51.100.0/24");
}

TEST_CASE(
    "zone_resolver: a file that is faulty, gone or none leaves the former "
    "records in force",
    "[server][zone_resolver]") {
  fixture f;
  const auto way = GENERATE("faulty", "gone", "a FIFO");
  CAPTURE(way);
  if (std::string{way} == "faulty")
    f.write("a.example. 60 TXT");
  else
    std::remove(f.file.c_str());
  if (std::string{way} == "a FIFO")
    REQUIRE(::mkfifo(f.file.c_str(), 0600) == 0);
  f.resolver.begin_refresh();
  f.resolver.begin_refresh();
  CHECK(f.ask() == "v=spf1 ip4:192.0.2.0/24");
}

} // namespace zone_resolver_test
