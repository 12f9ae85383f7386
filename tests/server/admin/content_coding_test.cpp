#include "server/admin/content_coding.hpp"
#include "tests/support/catch.hpp"

namespace content_coding_test {

using namespace spfblock::server;

TEST_CASE("preferred_coding: gzip for those who like it as much as any",
          "[server][content_coding]") {
  for (const char* accept :
       {"gzip", "GZIP", "x-gzip", "deflate, gzip", "gzip;q=0.5", "gzip;q=0.001",
        "gzip ; q=1.000 , br", "*", "*;q=0.3", "gzip, identity",
        "identity;q=0.5, gzip;q=0.6", "gzip;q=0.5, identity;q=0",
        "br;q=1.0, gzip;q=0.8, *;q=0.1", "identity;q=0, *", "x;q=7, gzip",
        ",,gzip,", "gzip;Q=1"}) {
    CAPTURE(accept);
    CHECK(preferred_coding(accept) == content_coding::gzip);
  }
}

TEST_CASE("preferred_coding: identity for all others",
          "[server][content_coding]") {
  for (const char* accept : {"",
                             "identity",
                             "deflate, br",
                             "gzip;q=0",
                             "gzip;q=0.000",
                             "*;q=0",
                             "gzip;q=0, *",
                             "identity, gzip;q=0.9",
                             "gzip;q=0.5, *;q=0.6",
                             "identity;q=0",
                             "gzip;q=2",
                             "gzip;q=1.001",
                             "gzip;q=0.0001",
                             "gzip;q=.5",
                             "gzip;q=0,5",
                             "gzip;q=",
                             "gzip;x",
                             "gzip;q=1x",
                             "gzipped",
                             "g zip"}) {
    CAPTURE(accept);
    CHECK(preferred_coding(accept) == content_coding::identity);
  }
}

} // namespace content_coding_test
