// The domains as the page shows them: some at a time, sought and sorted.
#pragma once

#include "core/reports/status.hpp"
#include "core/support/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::page {

/// What domains are sorted by.  Of equal ones the name decides.
enum class domain_order : std::uint8_t {
  condition, ///< the most pressing first
  domain,
  networks, ///< the most first
  hits,     ///< the most first
  changed,  ///< the latest first
};

/// Which domains are to be shown.
struct list_question {
  std::string search; ///< a part of the name or the comment, or a condition
  std::size_t offset = 0;
  std::size_t limit = 50;
  domain_order order = domain_order::condition;
  bool reversed = false;

  friend bool operator==(const list_question&, const list_question&) = default;
};

inline constexpr std::size_t most_listed = 500; ///< at a time

/// The parameters of a request; an empty one says nothing.
/// @param order the word for a domain_order; `-` before it reverses it
/// @return errc::malformed for a number or an order that is none, or a limit
///         over most_listed
[[nodiscard]] result<list_question>
read_list_question(const std::string& search, const std::string& offset,
                   const std::string& limit, std::string_view order);

/// The document of `/domains`; ends with LF.  docs/page.md
[[nodiscard]] std::string
domain_list_json(const std::vector<reports::domain_status>& all,
                 const list_question& which);

} // namespace spfblock::page
