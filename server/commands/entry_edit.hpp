// A change of the entry files that a configuration names, in one step.
#pragma once

#include "core/config/entry_file_edit.hpp"
#include "server/configuration.hpp"
#include "server/exit_status.hpp"
#include "server/system/folder_lock.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace spfblock::server {

/// Edits made to the texts of entry files, and written when all are known and
/// the whole configuration was checked with them.  While one exists, no other
/// process has one for a configuration in the same folder.
///
/// What fails is told on stderr, and by the exit status: config for what is
/// faulty, unavailable for what cannot be locked or written.
class entry_edit {
public:
  /// Waits, some seconds at most, until nobody else edits.
  /// @return an edit of a configuration that is valid as `check` says
  static std::variant<entry_edit, exit_status>
  begin(const std::string& configuration_file);

  /// As it is without the edit.
  [[nodiscard]] const configuration& before() const noexcept { return before_; }

  /// Adds an entry to the file for new ones: that of the first pattern of
  /// `entry_files` that can be one, or, where that has wildcards, `added.json`
  /// in its folder.
  /// @return the file; nothing where there can be none, or it is faulty
  [[nodiscard]] std::optional<std::string> add(config::entry_list to,
                                               const config::new_entry& entry);

  /// Takes a domain out of all entry files that list it.
  /// @return these; nothing where one is faulty
  [[nodiscard]] std::optional<std::vector<std::string>>
  remove(const dns::name& domain);

  /// Checks the configuration with the edit, and writes the files: through
  /// symbolic links, with the owner and the mode that they had; a new one has
  /// those of another file of its pattern, or of the configuration.  Ends the
  /// edit.
  /// @return the configuration with the edit
  [[nodiscard]] std::variant<configuration, exit_status> finish();

private:
  entry_edit(configuration before, folder_lock lock);

  [[nodiscard]] std::optional<std::string> file_for_new() const;
  [[nodiscard]] const config::list_file* find(const std::string& path) const;
  [[nodiscard]] std::optional<std::string>
  text_of(const std::string& path) const;
  [[nodiscard]] config::source_texts edited_texts() const;
  [[nodiscard]] std::optional<exit_status> write(const std::string& path,
                                                 const std::string& text) const;

  configuration before_;
  std::vector<std::string> patterns_;          ///< of entry_files
  std::map<std::string, std::string> changed_; ///< texts by path
  std::optional<folder_lock> lock_;
};

} // namespace spfblock::server
