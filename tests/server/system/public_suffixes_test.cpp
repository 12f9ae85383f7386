#include "server/system/public_suffixes.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace public_suffixes_test {

using namespace spfblock;

TEST_CASE("server::public_suffixes: a registrable domain is right under a "
          "public suffix",
          "[public_suffixes]") {
  struct row {
    std::string name;
    std::string registrable; ///< empty: none
  };
  const auto [text, registrable] = GENERATE(values<row>({
      {"se2.vurbyietloam.xyz", "vurbyietloam.xyz"},
      {"toramaki.net", "toramaki.net"},
      {"a.b.example.co.uk", "example.co.uk"},
      {"SE2.Example.CO.UK", "example.co.uk"},
      {"sendgrid.net", "sendgrid.net"},
      {"mail.a.example.kawasaki.jp", "a.example.kawasaki.jp"},
      {"city.kawasaki.jp", "city.kawasaki.jp"},
      {"x.y.no-such-top-level-domain", "y.no-such-top-level-domain"},
      {"co.uk", ""},
      {"net", ""},
      {".", ""},
      {"_spf.toramaki.net", "toramaki.net"},
  }));
  CAPTURE(text);
  const server::public_suffixes list;
  const auto found = list.registrable_domain(*dns::name::from_text(text));
  CHECK((found ? found->to_string() : "") == registrable);
}

} // namespace public_suffixes_test
