#include "core/exports/cdb_image.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/cdb_reader.hpp"

#include <string>

namespace cdb_image_test {

using namespace spfblock;
using namespace spfblock::exports;
using spfblock::testing::cdb_reader;

TEST_CASE("a data base answers with what was put into it", "[exports]") {
  cdb_image made;
  made.add("192.0.2", "REJECT");
  made.add("10", std::string(5000, 'x'));
  made.add("", "");
  const std::string octets = made.finished();
  const cdb_reader read{octets};
  CHECK(read.find("192.0.2") == "REJECT");
  CHECK(read.find("10") == std::string(5000, 'x'));
  CHECK(read.find("") == "");
  CHECK_FALSE(read.find("192.0"));
  CHECK(cdb_records(octets) == 3);
}

TEST_CASE("an empty data base is one, and the same each time", "[exports]") {
  const std::string octets = cdb_image{}.finished();
  CHECK(octets.size() == 2048);
  CHECK(octets == cdb_image{}.finished());
  CHECK(cdb_records(octets) == 0);
  CHECK_FALSE(first_cdb_value(octets, ""));
}

TEST_CASE("one that is not finished leaves nothing behind", "[exports]") {
  for (int i = 0; i < 2000; ++i) { // more than there are descriptors
    cdb_image made;
    made.add("a", "b");
  }
  SUCCEED();
}

TEST_CASE("the first record is read, whatever octets there are", "[exports]") {
  cdb_image made;
  made.add("#", "said");
  made.add("b", "c");
  const std::string octets = made.finished();
  CHECK(first_cdb_value(octets, "#") == "said");
  CHECK_FALSE(first_cdb_value(octets, "b"));
  for (std::size_t size = 0; size < octets.size(); ++size) {
    const auto value = first_cdb_value(octets.substr(0, size), "#");
    CHECK((!value || *value == "said"));
  }
  std::string damaged = octets;
  damaged.replace(2048, 8, 8, '\xff');
  CHECK_FALSE(first_cdb_value(damaged, "#"));
}

} // namespace cdb_image_test
