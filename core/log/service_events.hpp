// The catalogue's entries about the service and its clients.
#pragma once

#include "core/log/fields.hpp"

namespace spfblock::log {

inline constexpr auto start_events = std::to_array<entry>({
    {kind::starting,
     level::notice,
     "starting",
     {{"version", "of spfblock", "1.0.0"}, fields::file},
     "The configuration is valid and the service begins: the first line of "
     "every run.",
     "Nothing. More often than you or an upgrade restart it: see what ended "
     "the run before."},
    {kind::listening,
     level::notice,
     "listening",
     {fields::address,
      field{"door", "what is spoken there, where it is not `tcp_table`",
            "policy"}
          .usually(),
      field{"socket", "the unit that has opened it, where it was handed over",
            "spfblock.socket"}
          .usually()},
     "A port for lookups is open, or another door is at it since a reload. One "
     "that was handed over stays open when the service is restarted.",
     "Nothing."},
    {kind::listening_no_more,
     level::notice,
     "listening no more",
     {fields::address},
     "A reload closed this port: it is no longer in `listen`. Connections "
     "that are open are answered on.",
     "See that no Postfix asks there: a closed port makes it defer mail."},
    {kind::port_unavailable,
     level::error,
     "port unavailable",
     {fields::address,
      {"reason", "why", "Address already in use"},
      field{"socket", "the socket of this port that was handed over",
            "spfblock.socket"}
          .usually(),
      field{"on", "where that one listens", "127.0.0.1:10060"}.usually()},
     "A port of `listen` cannot be had. The others are served; this one is "
     "tried again each second, and told again when the reason changes. Once "
     "it is had, `listening` says so.",
     "See who has the port (`ss -ltnp`, `ss -lxp`), or correct `listen`; the "
     "folder of a UNIX socket must be there. Where a socket is "
     "named, it is the one: make `listen` and its `ListenStream=` agree. Until "
     "then Postfix cannot ask there and defers mail."},
    {kind::socket_not_in_listen,
     level::warning,
     "socket handed over but not in listen",
     {fields::address, {"socket", "the unit that holds it", "spfblock.socket"}},
     "The service manager holds a port that neither `listen` nor `admin` "
     "names, and that has not the name of a door. Clients that connect there "
     "are answered all the same, as by `tcp_table`: they would hang otherwise.",
     "Make `listen` and the `ListenStream=` of the unit agree, and restart "
     "both: the socket first."},
    {kind::socket_stands_in,
     level::warning,
     "socket handed over stands for an address",
     {{"address", "the one in `listen`, ADDRESS:PORT", "127.0.0.1:10060"},
      {"socket", "the unit that holds it", "spfblock.socket"},
      {"on", "where it listens", "[::]:10060"}},
     "`listen` names one address, and the socket that was handed over takes "
     "clients of every address: it serves the port.",
     "Make `ListenStream=` of the unit name the address, unless others are to "
     "connect; then restart both: the socket first."},
    {kind::socket_of_no_use,
     level::warning,
     "socket of no use handed over",
     {{"socket", "the unit that holds it", "other.socket"}},
     "The service manager handed over something that is no listening TCP "
     "or UNIX socket, or a UDP socket that no `dnsbl` of `listen` is at.",
     "See `Sockets=` of the service and what names it in `Service=`; for UDP, "
     "see that `ListenDatagram=` and `listen` agree."},
    {kind::too_few_open_files,
     level::warning,
     "too few open files allowed",
     {{"wanted", "descriptors for `connections` and `resolver.in_flight`",
       "4416", form::number},
      {"allowed", "the limit in force", "1024", form::number}},
     "With as many connections as `connections` allows, accepting some would "
     "fail.",
     "Raise the limit (`LimitNOFILE=` of the unit, `ulimit -n`) or lower "
     "`connections`."},
    {kind::configuration_reloaded,
     level::notice,
     "configuration reloaded",
     {fields::file,
      {"domains", "entries that list a domain", "12", form::number},
      {"networks", "networks listed by hand", "1", form::number}},
     "After SIGHUP the new configuration is in force.",
     "Nothing."},
    {kind::configuration_refused,
     level::error,
     "configuration refused, former one in force",
     {fields::file,
      {"faults", "how many follow, a line each", "2", form::number}},
     "After SIGHUP the file was faulty; nothing changed.",
     "Correct the faults that follow and reload. `spfblock check` shows them "
     "before a reload."},
    {kind::configuration_fault,
     level::error,
     "configuration fault",
     {{"fault", "FILE:LINE: /json/pointer: what is wrong",
       "/etc/spfblock/spfblock.json:3: /domain: unknown key"}},
     "One fault of a configuration that was refused; of many the first 20, and "
     "how many more.",
     "Correct it."},
    {kind::configuration_not_in_force,
     level::error,
     "configuration refused, not in force",
     {fields::file,
      {"running",
       "`accepted`: the configuration that was accepted last; `none`: there is "
       "none, and every lookup is answered `500 not listed`",
       "accepted"},
      {"reason", "the first fault, and how many more",
       "/etc/spfblock/spfblock.json:3: /domain: unknown key"}},
     "At the start the file was faulty. Once a minute until a reload is "
     "accepted; mail goes on meanwhile.",
     "Correct the faults, which were told at the start and which `spfblock "
     "check` shows, and reload."},
    {kind::configuration_warning,
     level::warning,
     "configuration warning",
     {{"warning", "FILE:LINE: /json/pointer: warning: what is odd",
       "/etc/spfblock/domains.d/a.txt:3: warning: \"a.example\" is listed "
       "twice"}},
     "Something about a configuration that is in force: mostly an entry of a "
     "list that was passed over. Of many the first 20, and how many more.",
     "See whether it is what you want; `spfblock check` shows them, too."},
    {kind::configuration_not_kept,
     level::warning,
     "configuration not kept",
     {fields::reason},
     "The accepted configuration cannot be kept beside the state. Were the "
     "file faulty at the next start, an older one would be used, or none.",
     "See what is wrong with the state folder."},
    {kind::kept_configuration_unusable,
     level::error,
     "kept configuration unusable",
     {fields::reason},
     "What was kept of the last accepted configuration cannot be read or "
     "used.",
     "Nothing, unless the file is faulty too: then correct that."},
    {kind::setting_takes_effect_later,
     level::warning,
     "setting takes effect at the next start",
     {{"setting", "its JSON pointer", "/threads"}},
     "A reload changed a setting that holds for the life of the process; all "
     "others are in force.",
     "Restart when it suits."},
    {kind::clock_set,
     level::warning,
     "clock set",
     {{"seconds", "how far, less than 0 where it was set back", "-7200"}},
     "The clock of the machine was set, or it slept. Ages and waits go by "
     "another clock and stay as they are; entries end, or come back, by their "
     "`until`, and the state is saved with the times as they are now.",
     "Nothing, where it was wrong before; times in the log, the history and "
     "the hits of before may be wrong. Otherwise see what sets it."},
    {kind::admin_port_listening,
     level::notice,
     "admin port listening",
     {fields::address},
     "The admin port is open.",
     "Nothing."},
    {kind::admin_port_unavailable,
     level::error,
     "admin port unavailable",
     {fields::reason},
     "The admin port cannot be opened. Lookups are answered all the same; "
     "metrics and health are not, and `status` and `explain` read the state "
     "file. It is tried again each second, and told again when the reason "
     "changes.",
     "See who has the port, or correct `admin`."},
    {kind::metrics_port_listening,
     level::notice,
     "metrics port listening",
     {fields::address},
     "The port of `metrics.listen` is open.",
     "Nothing."},
    {kind::metrics_port_unavailable,
     level::error,
     "metrics port unavailable",
     {fields::reason},
     "The port of `metrics.listen` cannot be opened: a Prometheus elsewhere "
     "gets nothing. It is tried again each second, and told again when the "
     "reason changes.",
     "See who has the port, or correct `metrics.listen`."},
    {kind::stopping,
     level::notice,
     "stopping",
     {},
     "SIGTERM or SIGINT came: the ports close, what was received is answered.",
     "Nothing."},
    {kind::stopped,
     level::notice,
     "stopped",
     {},
     "The state is saved and the process exits with status 0.",
     "Nothing. Where it is missing after `stopping`, the process was killed, "
     "or "
     "nobody read its log."},
    {kind::log_lines_lost,
     level::warning,
     "log lines lost",
     {{"lines", "how many, between the line before and the one after", "120",
       form::number}},
     "Whoever reads the log took no lines for a while, or could not be written "
     "to: the lines that had no room were dropped, and nothing waited for "
     "them.",
     "See to the reader (journald, rsyslog, its disk). With `log.hits`, lower "
     "the number of lines."},
    {kind::syslog_unavailable,
     level::warning,
     "syslog unavailable, standard error instead",
     {{"reason", "why", "No such file or directory"}},
     "`log.target` is syslog and nobody takes its messages. They go to "
     "standard "
     "error until somebody does.",
     "Start the syslog daemon, or give the service its `/dev/log`; or set "
     "`log.target` to `stderr`."},
    {kind::syslog_back,
     level::notice,
     "syslog available again",
     {},
     "What `syslog unavailable` told is over.",
     "Nothing."},
});

inline constexpr auto lookup_events = std::to_array<entry>({
    {kind::table_published,
     level::info,
     "table published",
     {fields::ipv4_networks,
      fields::ipv6_networks,
      {"domains", "entries, allowed ones too", "12", form::number},
      {"build_ms", "how long the table was built, milliseconds", "3",
       form::number}},
     "Lookups are answered from a new table.",
     "Nothing."},
    {kind::address_found,
     level::debug,
     "address found",
     {{"address", "the client's", "192.0.2.7"},
      {"domain",
       "whose listing answered; of a network listed by hand, that network",
       "spam.example"},
      {"network", "the most specific that holds the address", "192.0.2.0/24"}},
     "A lookup was answered with an action. At info with `log.hits`.",
     "Nothing; `spfblock explain ADDRESS` says by which term of which record.",
     level::info},
    {kind::connection_limit_reached,
     level::warning,
     "connection limit reached",
     {{"connections", "how many are open, as `connections` allows", "4096",
       form::number}},
     "A client gave way to a new one; told once a minute at most. It is the "
     "one "
     "that has been connected longest, a second at least, without a complete "
     "request, whichever of `threads` it is of; where all have asked, the one "
     "of a thread that was silent longest. Postfix connects again when it has "
     "a question.",
     "Raise `connections` above the sum of Postfix's smtpd processes, or find "
     "out who else connects (`ss -tnp`)."},
    {kind::cannot_accept,
     level::error,
     "cannot accept",
     {{"reason", "why", "Too many open files"}},
     "Connections cannot be accepted; it is tried on. Told once a minute at "
     "most.",
     "For `Too many open files` raise the limit (`LimitNOFILE=`, `ulimit "
     "-n`); otherwise see what the machine is short of."},
    {kind::statistics,
     level::notice,
     "statistics",
     {{"found", "lookups answered with an action", "250", form::number},
      {"not_found", "lookups answered `500 not listed`", "9001", form::number},
      {"refused", "requests answered with another error", "0", form::number},
      {"connections", "accepted so far", "17", form::number},
      {"connections_open", "at this moment", "4", form::number},
      fields::ipv4_networks,
      fields::ipv6_networks,
      {"mail_claims",
       "mails that claimed a listed domain where the mail decides", "12",
       form::number},
      {"mail_checks", "records evaluated for such mails", "5", form::number},
      {"mail_over_budget", "claims that there was no room to look at", "0",
       form::number}},
     "The counts since the start, after SIGUSR1.",
     "Nothing."},
});

} // namespace spfblock::log
