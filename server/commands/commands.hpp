// The commands of the program, each in the file of its name.
#pragma once

#include "server/commands/command_line.hpp"

#include <array>

namespace spfblock::server {

// What adds a command to the command line: its name, its options, and what it
// does (command_line::add()).

void offer_serve(command_line& to);
void offer_check(command_line& to);
void offer_expand(command_line& to);
void offer_query(command_line& to);
void offer_explain(command_line& to);
void offer_history(command_line& to);
void offer_diff(command_line& to);
void offer_status(command_line& to);
void offer_top(command_line& to);
void offer_export(command_line& to);
void offer_add(command_line& to);
void offer_remove(command_line& to);
void offer_allow(command_line& to);
void offer_replay(command_line& to);
void offer_suggest(command_line& to);
void offer_report(command_line& to);

/// All of them, in the order of `spfblock --help`.
inline constexpr std::array all_commands{
    &offer_serve,   &offer_check,   &offer_expand,  &offer_query,
    &offer_explain, &offer_history, &offer_diff,    &offer_status,
    &offer_top,     &offer_export,  &offer_add,     &offer_remove,
    &offer_allow,   &offer_replay,  &offer_suggest, &offer_report};

} // namespace spfblock::server
