// The page at `/` of the admin port, as far as it needs no JavaScript: whether
// all is well, and why an address is listed or not.
#pragma once

#include "core/page/asked.hpp"
#include "core/page/include_tree.hpp"
#include "core/reports/explanation.hpp"
#include "core/reports/status.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace spfblock::page {

/// What there is to say of an address.
struct address_answer {
  reports::explanation why;
  std::vector<std::uint64_t> hits; ///< of the listing of each why.reasons
  /// Domains for which the mail decides: of another sender it may say another
  /// thing.
  std::size_t by_mail = 0;
};

/// What there is to say of a domain that is configured.
struct domain_answer {
  reports::domain_status status;
  tree_record tree;
};

/// What there is to say of a provider (`allow.providers`).
struct provider_answer {
  tree_record tree;
};

/// The answer to a question: nothing where none was asked, or where there is
/// no address or domain in it; or of a domain that is not configured its name.
using answer = std::variant<std::monostate, address_answer, domain_answer,
                            provider_answer, dns::name>;

struct front_page {
  std::chrono::sys_seconds at{};
  std::optional<std::string> problem; ///< reports::health_problem()
  std::optional<std::string> concern; ///< reports::concern()
  std::string brief;                  ///< "3 domains: 1 failing, 2 fresh"
  std::vector<reports::domain_status> in_trouble; ///< the first of them
  std::size_t more_in_trouble = 0;
  asked question;
  page::answer answer;
};

/// The page as HTML.
/// @param around the page without what is made here; this stands where it has
///        `<!--health-->`, `<!--asked-->` (in a quoted attribute),
///        `<!--answer-->` and `<!--trouble-->`
[[nodiscard]] std::string to_html(const front_page& of,
                                  std::string_view around);

} // namespace spfblock::page
