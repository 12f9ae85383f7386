// The DNS of a test, written down in a few lines, and the loop that fetches
// from it what evaluate() is missing.
#pragma once

#include "core/dns/zone.hpp"
#include "core/spf/evaluation.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace spfblock::testing {

/// Answers from a description of one line a record, blanks before it aside:
///
///     l.test v=spf1 a -all       a TXT record, cut into character-strings
///     l.test 60 A 10.0.0.1       master format, as dns::zone reads it
///     fail l.test AAAA           the question has no usable answer
class zone_answers {
public:
  /// @throws std::invalid_argument if the description is wrong
  explicit zone_answers(std::string_view description);

  /// The answer to any question; stays where it is.
  [[nodiscard]] const dns::answer& answer(const dns::question& asked);

  /// From now on the answer to `asked`, whatever the description says.
  void put(const dns::question& asked, dns::answer given) {
    given_.insert_or_assign(asked, std::move(given));
  }

private:
  dns::zone zone_;
  std::set<dns::question> failing_;
  std::unordered_map<dns::question, dns::answer> given_;
};

/// What expand() comes back with.
struct driven {
  spf::expansion result;   ///< nothing is missing
  unsigned calls = 0;      ///< of evaluate(), the last one included
  std::size_t fetched = 0; ///< questions answered
};

/// Calls evaluate(), fetching what is missing, until nothing is.
/// @throws std::logic_error if it does not come to an end: a question is
///         missing twice, or the answer to it is there already
[[nodiscard]] driven expand(std::string_view domain, zone_answers& zone,
                            const spf::rules& by = {});

/// A name that is known to be right.
[[nodiscard]] dns::name name_of(std::string_view text);

} // namespace spfblock::testing
