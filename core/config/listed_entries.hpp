// What is listed: entries in the settings, and in the files that they name.
#pragma once

#include "core/config/draft.hpp"
#include "core/json/json_value.hpp"

#include <optional>
#include <string>
#include <vector>

namespace spfblock::config {

/// Reads an action, which may be one of `restriction_classes`.  One that lets
/// mail in is a warning.
[[nodiscard]] std::optional<table::action>
read_action(const json::json_value& value,
            const std::vector<std::string>& restriction_classes);

// Each reads the setting of its name.  An entry with a fault is not taken.
void read_domains(const json::json_value& value, draft& into);
void read_networks(const json::json_value& value, draft& into);

// Each reads the files of all patterns.  Nothing that is wrong with a file is
// more than a warning: its author may be somebody else.  What holds an error is
// passed over, the rest taken; of what is given twice the first is taken.  So
// is a provider passed over that an entry does not say it means to list.
void read_domain_files(const json::json_value& value, draft& into);
void read_entry_files(const json::json_value& value, draft& into);

} // namespace spfblock::config
