// Which names are not to be suggested, whatever they send.
#pragma once

#include "core/config/settings.hpp"
#include "core/dns/name.hpp"
#include "core/suggest/evidence.hpp"

#include <cstdint>
#include <optional>
#include <unordered_set>

namespace spfblock::suggest {

/// The names that a configuration has already.
class known_names {
public:
  enum class role : std::uint8_t { listed, allowed, provider };

  known_names(const config::settings& of,
              const evidence::registrable& registrable_domain);

  /// A name at or below a listed one is listed; one at, below or above an
  /// allowed one is allowed; one of the same registrable domain as a provider
  /// is the provider.
  [[nodiscard]] std::optional<role> role_of(const dns::name& name) const;

private:
  std::unordered_set<dns::name> listed_;
  std::unordered_set<dns::name> allowed_;
  std::unordered_set<dns::name> above_allowed_;
  std::unordered_set<dns::name> providers_; ///< registrable domains
  std::function<std::optional<dns::name>(const dns::name&)> registrable_;
};

} // namespace spfblock::suggest
