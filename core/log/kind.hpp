// What can be told in the log, and what an entry of the catalogue says of it.
#pragma once

#include "core/support/level.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace spfblock::log {

/// Every kind of event there is.  Each has one entry in the catalogue.
enum class kind : std::uint8_t {
  // Start, reload, stop
  starting,
  listening,
  listening_no_more,
  port_unavailable,
  socket_not_in_listen,
  socket_stands_in,
  socket_of_no_use,
  too_few_open_files,
  configuration_reloaded,
  configuration_refused,
  configuration_fault,
  configuration_not_in_force,
  configuration_warning,
  configuration_not_kept,
  kept_configuration_unusable,
  setting_takes_effect_later,
  clock_set,
  admin_port_listening,
  admin_port_unavailable,
  metrics_port_listening,
  metrics_port_unavailable,
  stopping,
  stopped,
  log_lines_lost,
  syslog_unavailable,
  syslog_back,
  // Lookups
  table_published,
  address_found,
  connection_limit_reached,
  cannot_accept,
  statistics,
  // Domains
  listing_changed,
  kept_off_by_allow,
  covers_seen,
  refused_by_limit,
  record_not_listed_in_full,
  record_lists_nothing,
  record_gone,
  record_back,
  look_put_aside,
  domain_failing,
  domain_recovered,
  stale_listing_dropped,
  allowed_domain_unknown,
  allowed_domain_in_part,
  providers_known,
  provider_listed,
  entry_ended,
  mail_passes_everybody,
  mail_passes_some,
  mail_check_put_aside,
  zone_file_refused,
  name_servers,
  name_servers_missing,
  name_server_interface_missing,
  // The state file
  state_loaded,
  state_unreadable,
  state_damaged,
  state_of_other_version,
  state_not_put_aside,
  state_not_saved,
  state_saved_in_part,
  state_saved_again,
  // What is remembered beside it
  history_not_written,
  history_written_again,
  hits_not_read,
  hits_put_aside,
  hits_not_saved,
  hits_saved_again,
  hits_forgotten,
  // Published files
  file_published,
  file_not_published,
  file_published_again,
  file_published_no_more,
};

/// What a field's value looks like.
enum class form : std::uint8_t {
  text,
  number, ///< decimal digits
};

/// In which lines of its kind a field is.
enum class presence : std::uint8_t { always, usually, rarely };

/// One `key=value` of a line.
struct field {
  std::string_view name;
  std::string_view meaning; ///< with the unit; Markdown, no full stop
  std::string_view example; ///< a value, as it is before it is quoted
  log::form form = form::text;
  log::presence presence = presence::always;

  /// The same field where it is not in every line.
  [[nodiscard]] constexpr field usually() const {
    field other = *this;
    other.presence = presence::usually;
    return other;
  }
};

/// The fields of a kind, in the order of the line.  Ten at most.
class field_list {
public:
  constexpr field_list(std::initializer_list<field> fields) {
    for (const field& each : fields)
      fields_[size_++] = each; // too many: does not compile
  }

  [[nodiscard]] constexpr const field* begin() const { return fields_.data(); }
  [[nodiscard]] constexpr const field* end() const {
    return fields_.data() + size_;
  }

  [[nodiscard]] constexpr bool has(std::string_view name) const {
    for (const field& each : *this) {
      if (each.name == name)
        return true;
    }
    return false;
  }

private:
  std::array<field, 10> fields_{};
  std::size_t size_ = 0;
};

/// What the catalogue says of a kind.  The texts are Markdown.
struct entry {
  log::kind kind;
  spfblock::level severity;
  /// A few words that never change: how the event is known to those who search
  /// the log.  Letters, blanks and commas.
  std::string_view phrase;
  field_list fields;
  std::string_view meaning;
  std::string_view action; ///< what the operator does
  /// The severity that a setting may give it instead.
  std::optional<spfblock::level> raised = std::nullopt;
};

} // namespace spfblock::log
