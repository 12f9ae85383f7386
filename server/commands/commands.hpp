// The subcommands of the program: each takes its parsed arguments, writes data
// to stdout and messages for people to stderr, and says the exit status.
#pragma once

#include "server/exit_status.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::server {

/// `spfblock serve`: runs the server in the foreground.
exit_status serve_command(const std::string& configuration_file);

/// What `spfblock check` looks at besides the configuration.
struct checks {
  bool postfix = false; ///< whether Postfix asks, and rightly
  bool dnsbl = false;   ///< whether the machine's resolver leads to the door
};

/// `spfblock check`: says every fault of the configuration; where it is valid,
/// also what else is wanted.
/// @return negative where any of that is wrong
exit_status check_command(const std::string& configuration_file, checks which);

/// What `spfblock query` asks, and where.
struct question {
  /// "HOST:PORT" with a numeric host, or "unix:/PATH"; nothing: where the
  /// configuration says that the door is, however faulty the rest of it is.
  std::optional<std::string> server;
  /// One of protocols::door_words; nothing: tcp_table, or what the
  /// configuration has instead.
  std::optional<std::string> door;
  /// For policy, NAME=VALUE is an attribute of each request and no key.
  std::vector<std::string> keys;
};

/// `spfblock query`: asks a running server at one of its doors, as Postfix
/// does. Prints KEY<TAB>VALUE for each key found; the key "-" stands for the
/// lines of stdin.
exit_status query_command(const std::string& configuration_file,
                          question asked);

/// For people, or for programs.
enum class output_format : bool { text, json };

/// `spfblock explain`: says which listing answers for an address and through
/// which chain of includes, or what keeps it off.  Asks the running server, or
/// reads the state file where it cannot be asked.
exit_status explain_command(const std::string& configuration_file,
                            const std::string& address);

/// `spfblock explain --sender --helo`: asks the DNS now whether the domain that
/// a mail claims authorises the client for it, as the policy door would, and
/// prints the steps.
/// @param sender of MAIL FROM; empty: postmaster at HELO
/// @return done if it passes, unavailable after a temperror
exit_status explain_mail_command(const std::string& configuration_file,
                                 const std::string& address,
                                 const std::string& sender,
                                 const std::string& helo);

/// What `spfblock history` tells.
struct history_choice {
  output_format format = output_format::text;
  std::string about; ///< a domain or an address; empty: everything
  /// What was before is left out.
  std::optional<std::chrono::sys_days> since{};
};

/// `spfblock history`: says what was listed when, and why that changed.  Reads
/// the files, whether or not a server runs.
/// @return negative if there is nothing to tell; unavailable if there is no
///         history, or it cannot be read
exit_status history_command(const std::string& configuration_file,
                            const history_choice& choice);

/// What `spfblock status` shows.
struct status_choice {
  output_format format = output_format::text;
  std::vector<std::string> domains; ///< empty: all
  bool only_trouble = false;
};

/// `spfblock status`: says how each domain fares, and first what is wrong. Asks
/// the running server, or reads the state file where it cannot be asked.
/// @return negative if the server does not answer, some data are stale, its
///         configuration file was refused, or a domain is not configured
exit_status status_command(const std::string& configuration_file,
                           const status_choice& choice);

/// `spfblock diff`: expands all domains now and says what a refresh with this
/// configuration would add to the table, remove from it and refuse; changes
/// nothing.  Compares with the running server's table, or with its state file,
/// or with an empty table.
/// @param tell_changes negative where something would change
/// @return unavailable if the DNS failed for all domains
exit_status diff_command(const std::string& configuration_file,
                         bool tell_changes);

/// `spfblock export`: prints the whole table in one of exports::format_names;
/// what the format leaves out is said on stderr.  Asks the running server, or
/// reads the state file where it cannot be asked.
exit_status export_command(const std::string& configuration_file,
                           const std::string& format);

/// What the entries that a command adds have beside their name.
struct entry_options {
  std::optional<std::string> until; ///< as it was typed: a day, YYYY-MM-DD
  std::string comment;
  bool watch = false; ///< an action that rejects nothing
};

// The next three edit the files of `entry_files`, all that is asked for in one
// step, and reload the server; docs/operations.md.  They say where an entry
// stands that is there already: negative if it is another one than was asked
// for.

/// `spfblock add`: lists domains.
exit_status add_command(const std::string& configuration_file,
                        const std::vector<std::string>& domains,
                        const entry_options& options);

/// `spfblock remove`: lists domains no more.
/// @return negative if a domain is not listed, or is by a file that is not
///         edited
exit_status remove_command(const std::string& configuration_file,
                           const std::vector<std::string>& domains);

/// `spfblock allow`: has networks, or what domains authorise, never listed.
exit_status allow_command(const std::string& configuration_file,
                          const std::vector<std::string>& entries,
                          const entry_options& options);

/// `spfblock report`: says what the listings of the configuration rejected, or
/// would have while they only warn, by the mail log.
/// @param files as read_mail_log() takes them
exit_status report_command(const std::string& configuration_file,
                           output_format format,
                           const std::vector<std::string>& files);

/// What `spfblock replay` looks at.
struct replay_choice {
  output_format format = output_format::text;
  /// Domains that are listed as well, and reject; a configured one rejects
  /// then, whatever its action.
  std::vector<std::string> with;
  /// The file that is given the networks that delivered wanted mail.
  std::optional<std::string> seen;
  /// From that file goes what delivered none for so long.
  std::optional<std::chrono::seconds> forget_after;
};

/// `spfblock replay`: expands all domains now, and says what the table would
/// have done to the mails of the log, by what became of them.
/// @param files as read_mail_log() takes them
/// @return negative if mail that was delivered, and not taken for spam, would
///         have been rejected; unavailable if the DNS failed for all domains,
///         or `seen` cannot be written; config if that is faulty
exit_status replay_command(const std::string& configuration_file,
                           const replay_choice& choice,
                           const std::vector<std::string>& files);

/// For people, for programs, or a file of `domain_files`.
enum class suggestion_format : std::uint8_t { text, json, domains };

/// What `spfblock suggest` looks at.
struct suggest_choice {
  suggestion_format format = suggestion_format::text;
  /// Mail before is left out.
  std::optional<std::chrono::sys_days> since{};
};

/// `spfblock suggest`: finds in the mail log who sent bad mail and authorises
/// the host that sent it, by the SPF record as it is now; says whom to list.
/// @param files as read_mail_log() takes them
/// @return unavailable if the DNS failed for all domains, or for all senders
exit_status suggest_command(const std::string& configuration_file,
                            const suggest_choice& choice,
                            const std::vector<std::string>& files);

/// `spfblock expand`: expands domains now and prints their include trees.
/// Where `configuration_file` is not given and the default one does not exist,
/// the defaults apply: any domain can be looked at without set-up.
/// @param address says of it, instead of the tree, whether it passes and by
///        which term; negative if it passes none of the domains
exit_status expand_command(const std::optional<std::string>& configuration_file,
                           const std::vector<std::string>& domains,
                           output_format format,
                           const std::optional<std::string>& address);

} // namespace spfblock::server
