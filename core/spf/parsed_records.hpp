// Records that were parsed already.
#pragma once

#include "core/dns/name.hpp"
#include "core/spf/record.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>

namespace spfblock::spf {

/// Keeps parsed records by their domain, for evaluations one after the other:
/// many domains include the same ones, and each evaluation under way is begun
/// anew as answers come in.  Not thread-safe.
///
/// Holds no more than most_bytes: a record that would be too much drops all
/// others, which are parsed again where they are asked for.  What somebody
/// still holds stays, of an evaluation the records on its way.
class parsed_records {
public:
  /// Of memory, about: some forty records of 65,535 octets, of which those on
  /// one client's way are eleven.
  static constexpr std::size_t most_bytes = std::size_t{64} << 20U;

  /// The record `text` of `domain`, as parse_record() gives it.
  /// @pre is_spf_record(text)
  [[nodiscard]] std::shared_ptr<const record> find(const dns::name& domain,
                                                   const std::string& text);

  /// Drops the record of a domain that is not likely to be visited again.
  void forget(const dns::name& domain);

  /// What the records held take of memory, about.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

private:
  std::unordered_map<dns::name, std::shared_ptr<const record>> records_;
  std::size_t bytes_ = 0;
};

} // namespace spfblock::spf
