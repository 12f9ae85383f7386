// Tests also: octet_source.
#include "server/system/descriptor.hpp"
#include "server/system/gzip.hpp"
#include "server/system/octet_source.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <fcntl.h>
#include <fstream>
#include <string>

namespace gzip_test {

using namespace spfblock::server;

namespace {

/// As gzip(1) would read it, by a file.
std::string unpacked(const std::string& packed) {
  const spfblock::testing::temporary_folder folder;
  const std::string path = folder / "packed.gz";
  std::ofstream{path, std::ios::binary} << packed;
  const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  std::string text;
  auto opened = octet_source::of(file.number(), path);
  REQUIRE(opened);
  octet_source source = *std::move(opened);
  for (;;) {
    const auto piece = source.next();
    REQUIRE(piece);
    if (piece->empty())
      return text;
    text.append(*piece);
  }
}

/// Lines that differ, so many octets of them.
std::string lines(std::size_t octets) {
  std::string text;
  for (unsigned i = 0; text.size() < octets; ++i)
    text += "domain-" + std::to_string(i * 2654435761U) + ".example\n";
  text.resize(octets);
  return text;
}

} // namespace

TEST_CASE("gzip: what was packed is unpacked as it was", "[server][gzip]") {
  constexpr std::size_t piece = std::size_t{1} << 20U;
  const std::atomic<bool> wanted = false;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{1000}, piece - 1, piece,
        piece + 1, 3 * piece}) {
    CAPTURE(size);
    const std::string text = lines(size);
    const auto packed = gzip(text, wanted);
    REQUIRE(packed);
    CHECK(unpacked(*packed) == text);
    if (size > 1000)
      CHECK(packed->size() * 2 < size);
  }
}

TEST_CASE("gzip: a large text that nobody wants is not packed",
          "[server][gzip]") {
  const std::atomic<bool> given_up = true;
  CHECK_FALSE(gzip(lines(std::size_t{3} << 20U), given_up));
  CHECK(gzip("small", given_up));
}

} // namespace gzip_test
