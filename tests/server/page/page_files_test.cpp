#include "server/page/page_files.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <zlib.h>

namespace page_files_test {

using namespace spfblock::server;

namespace {

std::string file_text(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  REQUIRE(file);
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string unpacked(std::string_view packed) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string text(packed.size() * 40 + 1000, '\0');
  std::string copy{packed};
  stream.next_in = reinterpret_cast<Bytef*>(copy.data());
  stream.avail_in = static_cast<uInt>(copy.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  REQUIRE(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

const std::string folder =
    std::string{SPFBLOCK_SOURCE_DIR} + "/server/page/files/";

constexpr std::array<std::string_view, 10> own{
    "changes.js", "dom.js",   "domains.js", "health.js", "hilbert.js",
    "hits.js",    "icon.svg", "map.js",     "page.css",  "page.js"};

} // namespace

TEST_CASE("page_files: the program has each file as it is in the source",
          "[server][page_files]") {
  for (const std::string_view name : own) {
    CAPTURE(name);
    const page_file* const file = find_page_file(name);
    REQUIRE(file != nullptr);
    CHECK(file->plain == file_text(folder + std::string{name}));
    CHECK(unpacked(file->packed) == file->plain);
    CHECK(file->digest.size() == 64);
  }
  CHECK(find_page_file("page.js")->content_type ==
        "text/javascript; charset=utf-8");
  CHECK(front_html() == file_text(folder + "front.html"));
}

TEST_CASE("page_files: there are no others", "[server][page_files]") {
  for (const char* name :
       {"", "front.html", "../front.html", "vendor/uPlot.min.css", "PAGE.JS"}) {
    CAPTURE(name);
    CHECK(find_page_file(name) == nullptr);
  }
}

TEST_CASE("page_files: uPlot is version 1.6.32 as its author published it",
          "[server][page_files]") {
  CHECK(find_page_file("uPlot.iife.min.js")->digest ==
        "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f");
  CHECK(find_page_file("uPlot.min.css")->digest ==
        "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04");
  CHECK(find_page_file("uPlot.iife.min.js")
            ->plain.starts_with(
                "/*! https://github.com/leeoniya/uPlot (v1.6.32) */"));
}

TEST_CASE("page_files: all that is loaded is small", "[server][page_files]") {
  std::size_t octets = front_html().size();
  for (const std::string_view name : own)
    octets += find_page_file(name)->packed.size();
  octets += find_page_file("uPlot.iife.min.js")->packed.size();
  octets += find_page_file("uPlot.min.css")->packed.size();
  CHECK(octets <= 60'000);
}

} // namespace page_files_test
