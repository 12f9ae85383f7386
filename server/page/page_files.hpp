// The files of the page, which are part of the program.
#pragma once

#include <string_view>

namespace spfblock::server {

/// A file of server/page/files, as it is and compressed by gzip(1).
struct page_file {
  std::string_view name; ///< "page.js"
  std::string_view content_type;
  std::string_view digest; ///< of what it says, in hexadecimal digits
  std::string_view plain;
  std::string_view packed;
};

/// The file of that name; null if there is none.  Thread safety: any thread.
[[nodiscard]] const page_file* find_page_file(std::string_view name);

/// The page itself, with places to be filled in (core/page/front_page.hpp).
[[nodiscard]] std::string_view front_html();

} // namespace spfblock::server
