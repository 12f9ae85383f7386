// An accepted configuration with the files it named, kept for a start at which
// they are faulty.
#pragma once

#include "core/config/list_file.hpp"
#include "core/support/result.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::config {

/// How the file is called, in the folder of the state.
inline constexpr const char* kept_configuration_name = "accepted.json";

/// What a configuration was read from; it can be read again from this alone.
struct source_texts {
  std::string file; ///< its path, absolute
  std::string text;
  /// The files that could be read, by the pattern that named them.
  std::map<std::string, std::vector<list_file>> lists;
  std::optional<std::string> zone; ///< of `resolver.zone_file`
};

struct kept_configuration {
  source_texts texts;
  list_sizes lists; ///< what each list gave
};

/// A JSON document in UTF-8; what is no UTF-8 in a text is replaced.
[[nodiscard]] std::string to_json(const source_texts& texts,
                                  const list_sizes& lists);

/// Reads what to_json() wrote, in this version or another; members it does not
/// know are passed over.
/// @return errc::malformed for anything else
result<kept_configuration> kept_from_json(std::string_view text);

} // namespace spfblock::config
