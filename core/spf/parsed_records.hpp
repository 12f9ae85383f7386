// Records that were parsed already.
#pragma once

#include "core/dns/name.hpp"
#include "core/spf/record.hpp"
#include "core/spf/record_parser.hpp"

#include <string>
#include <unordered_map>

namespace spfblock::spf {

/// Keeps parsed records by their domain, for evaluations one after the other:
/// many domains include the same ones, and each evaluation under way is begun
/// anew as answers come in.  Grows with each domain that is not forgotten.  Not
/// thread-safe.
class parsed_records {
public:
  /// The record `text` of `domain`, as parse_record() gives it.  Holds until
  /// another text of that domain is asked for, or the domain is forgotten.
  /// @pre is_spf_record(text)
  [[nodiscard]] const record& find(const dns::name& domain,
                                   const std::string& text) {
    record& known = records_[domain];
    if (known.text != text)
      known = parse_record(text);
    return known;
  }

  /// Drops the record of a domain that is not likely to be visited again.
  void forget(const dns::name& domain) { records_.erase(domain); }

private:
  std::unordered_map<dns::name, record> records_;
};

} // namespace spfblock::spf
