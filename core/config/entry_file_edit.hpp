// Edits of a file of entries (`entry_files`) as a text, as a person would make
// them.
#pragma once

#include "core/dns/name.hpp"
#include "core/support/result.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::config {

/// A list of a file of entries.
enum class entry_list : std::uint8_t {
  domains,
  allowed_domains,
  allowed_networks
};

/// An entry as it is to stand there.
struct new_entry {
  std::string name;   ///< the domain or the network
  std::string action; ///< empty: none of its own
  std::optional<std::chrono::sys_days> until = std::nullopt;
  std::string comment{};
  bool provider = false; ///< lists a provider, too
};

/// The patterns of `entry_files`, in order.
/// @param text of a valid configuration
[[nodiscard]] std::vector<std::string> entry_patterns(std::string_view text);

/// The text of a file that does not exist yet.
inline constexpr std::string_view empty_entry_file = "{\n}\n";

/// The text with one entry more, as json::with_element() puts it in: the name
/// alone, or an object where there is more to say.
/// @return that, or the failures of json::with_element()
[[nodiscard]] result<std::string>
with_entry(std::string_view text, entry_list list, const new_entry& entry);

/// The text without the entries of `domains` that name a domain, as
/// json::without_element() takes them out.
/// @return that; nothing if there are none; or the failures of
///         json::layout_of()
[[nodiscard]] result<std::optional<std::string>>
without_domain(std::string_view text, const dns::name& domain);

} // namespace spfblock::config
