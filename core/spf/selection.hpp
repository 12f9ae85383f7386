// Which of a domain's TXT records is its SPF record (RFC 7208 §4.5), and
// whether it leads to other names.
#pragma once

#include "core/dns/answer.hpp"
#include "core/dns/question.hpp"
#include "core/spf/parsed_records.hpp"

#include <cstddef>
#include <string>

namespace spfblock::spf {

/// The SPF records in an answer: one is to be evaluated, none is "none",
/// several are a permerror.
struct selection {
  std::size_t count = 0;
  const std::string* first = nullptr; ///< in the answer; null if there is none
};

/// Selects from an answer to a TXT question; nothing from any other one.
[[nodiscard]] selection select_records(const dns::answer& given);

/// Whether an evaluation that gets this answer is likely to ask more: for an MX
/// name, or for a term of a record that names a domain.  After other answers
/// evaluate() has something missing only where a limit had cut questions off:
/// the answer may send addresses another way, with less counted.
[[nodiscard]] bool leads_on(const dns::question& asked,
                            const dns::answer& given, parsed_records& parsed);

} // namespace spfblock::spf
