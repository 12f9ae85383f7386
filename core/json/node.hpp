// A JSON value as it was parsed, and the line that it stands on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace spfblock::json {

struct member;

struct node {
  /// A number that is no unsigned integer of 64 bits, as a text: nobody counts
  /// with it.
  struct other_number {
    std::string text;
  };
  using array = std::vector<node>;
  using object = std::vector<member>; ///< in order of the keys, each once

  std::variant<std::nullptr_t, bool, std::uint64_t, other_number, std::string,
               array, object>
      value;
  std::size_t line = 0; ///< of its only or its opening token
};

struct member {
  std::string key;
  std::size_t key_line = 0;
  node value;
};

} // namespace spfblock::json
