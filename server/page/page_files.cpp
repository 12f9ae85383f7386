#include "server/page/page_files.hpp"

#include "server/page/embedded_files.hpp"

#include <algorithm>

namespace spfblock::server {
namespace {

/// It is no file that is asked for: it is filled in first.
constexpr std::string_view front_name = "front.html";

const page_file* embedded(std::string_view name) {
  const page_file* const end = embedded_files + embedded_count;
  const auto* const found =
      std::find_if(embedded_files, end,
                   [&](const page_file& each) { return each.name == name; });
  return found == end ? nullptr : found;
}

} // namespace

const page_file* find_page_file(std::string_view name) {
  return name == front_name ? nullptr : embedded(name);
}

std::string_view front_html() {
  return embedded(front_name)->plain;
}

} // namespace spfblock::server
