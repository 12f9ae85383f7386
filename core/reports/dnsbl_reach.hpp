// Whether a resolver leads to the door dnsbl.
#pragma once

#include "core/dns/answer.hpp"
#include "core/dns/name.hpp"
#include "core/dns/question.hpp"

#include <array>
#include <string>
#include <vector>

namespace spfblock::reports {

/// What a resolver is asked about a list, all of it about the test entries of
/// RFC 5782 §5: 127.0.0.2, which is listed, and 127.0.0.1, which is not.
[[nodiscard]] std::array<dns::question, 3>
dnsbl_questions(const dns::name& zone);

/// What a resolver has answered.
struct dnsbl_answers {
  dns::answer listed;   ///< A of 127.0.0.2
  dns::answer reason;   ///< its TXT
  dns::answer unlisted; ///< A of 127.0.0.1
};

/// What is wrong with the way to the list, and what mends it, a line each; none
/// where all is right.
[[nodiscard]] std::vector<std::string>
dnsbl_troubles(const dns::name& zone, const dnsbl_answers& said);

} // namespace spfblock::reports
