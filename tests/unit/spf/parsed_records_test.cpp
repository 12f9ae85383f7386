#include "core/spf/parsed_records.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/zone_answers.hpp"

#include <string>

namespace parsed_records_test {

using namespace spfblock;
using testing::name_of;

TEST_CASE("parsed_records: a record is parsed once, and anew when it changed",
          "[spf][parsed_records]") {
  spf::parsed_records known;
  const auto first = known.find(name_of("a.test"), "v=spf1 ip4:10.0.0.1");
  CHECK(known.find(name_of("a.test"), "v=spf1 ip4:10.0.0.1") == first);

  const std::size_t before = known.bytes();
  const auto other = known.find(name_of("a.test"), "v=spf1 ip4:10.0.0.2");
  CHECK(other->text == "v=spf1 ip4:10.0.0.2");
  CHECK(known.bytes() == before);
  known.forget(name_of("a.test"));
  known.forget(name_of("b.test"));
  CHECK(known.bytes() == 0);
}

TEST_CASE("parsed_records: records of 64 KiB take no more than their "
          "bound, and who is looked at keeps his",
          "[spf][parsed_records]") {
  std::string text = "v=spf1";
  while (text.size() < 65'000)
    text += " ip6:::";
  spf::parsed_records known;
  const auto first = known.find(name_of("first.test"), text);
  // Eleven, as many as there are on a client's way, fit several times.
  CHECK(11 * 3 * first->bytes() < spf::parsed_records::most_bytes);
  std::size_t most = 0;
  for (unsigned i = 0; i < 45; ++i) {
    const auto more =
        known.find(name_of("d" + std::to_string(i) + ".test"), text);
    CHECK(more != first);
    most = std::max(most, known.bytes());
  }
  CHECK(most <= spf::parsed_records::most_bytes);
  CHECK(most > spf::parsed_records::most_bytes / 2);
  CHECK(first->text == text);
  CHECK(known.find(name_of("first.test"), text) != first);
}

} // namespace parsed_records_test
