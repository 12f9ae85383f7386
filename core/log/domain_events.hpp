// The catalogue's entries about domains and what is kept of them.
#pragma once

#include "core/log/fields.hpp"

namespace spfblock::log {

inline constexpr auto domain_events = std::to_array<entry>({
    {kind::listing_changed,
     level::info,
     "listing changed",
     {fields::domain,
      fields::role,
      {"networks", "how many are listed now", "12", form::number},
      fields::ipv4_addresses,
      fields::ipv6_slash64s,
      {"networks_added", "networks that came", "1", form::number},
      {"networks_removed", "networks that went", "0", form::number}},
     "The domain's record, or what `allow` and `limits` leave of it, lists "
     "something else now. What a start takes over from the state file is no "
     "change.",
     "Nothing; `spfblock status` and `spfblock explain` show the listing."},
    {kind::kept_off_by_allow,
     level::warning,
     "kept off by allow",
     {fields::domain.usually(),
      fields::role,
      {"listing", "`networks` where what is listed by hand is meant",
       "networks", form::text, presence::rarely},
      {"by", "the entries of `allow`", "network 203.0.113.0/24"},
      {"networks", "what is not listed: three of them and how many more",
       "203.0.113.0/25"},
      fields::ipv4_addresses.usually(),
      fields::ipv6_slash64s.usually()},
     "The listing holds addresses that `allow` protects; they are not listed, "
     "the rest is.",
     "Usually nothing: a spammer names others' hosts in his record. Remove an "
     "entry of `allow` only if it is wrong."},
    {kind::covers_seen,
     level::warning,
     "covers who delivered wanted mail",
     {fields::domain.usually(),
      fields::role,
      {"listing", "`networks` where what is listed by hand is meant",
       "networks", form::text, presence::rarely},
      {"networks", "three of them, as the record names them, and how many more",
       "198.51.100.0/22"},
      {"seen", "the first of those in `allow.seen`, with a sender's domain",
       "198.51.100.7/32 (partner.example)"},
      {"held", "`yes` where they are therefore not listed, `no` where they are",
       "no"}},
     "Networks of the listing have hosts that delivered wanted mail, as the "
     "file "
     "of `allow.seen` says.",
     "Ask whose they are (`spfblock expand DOMAIN`). An honest sender: "
     "`spfblock "
     "allow`. The spammer's after all: strike them in the file, and reload."},
    {kind::refused_by_limit,
     level::warning,
     "refused by a limit",
     {fields::domain,
      fields::role,
      {"limit", "the setting below `limits`", "growth"},
      {"found", "what the record amounts to", "1048576", form::number},
      {"allowed", "what the limit is", "262144", form::number},
      {"refused", "what is not listed: three networks and how many more",
       "198.51.100.0/24"},
      {"kept", "networks of the domain that stay listed", "12", form::number}},
     "The record lists more than a limit allows. What is over it is refused, "
     "the rest is listed: the widest networks go first, over `networks` those "
     "that cover least. What makes a listing grow too much waits for a look "
     "after `growth_wait` that finds it again.",
     "Look at the record (`spfblock expand DOMAIN`). If all of it is to be "
     "listed, raise the limit for this domain."},
    {kind::record_not_listed_in_full,
     level::warning,
     "record not listed in full",
     {fields::domain,
      fields::role,
      {"reason", "the first trouble in the record",
       "permerror: over 10 terms that cause DNS queries"}},
     "The record has an error, is missing at the first look, has terms that no "
     "list can hold, or a question that it asks fails for clients that were "
     "not "
     "listed before. What can be listed is.",
     "`spfblock expand DOMAIN` shows each term. A mistyped domain has no "
     "record: correct or remove the entry. `on_permerror` decides about "
     "errors."},
    {kind::record_lists_nothing,
     level::debug,
     "record lists nothing",
     {fields::domain, fields::role},
     "The record is in order and authorises no address, such as `v=spf1 "
     "-all`.",
     "Remove the entry if it stays so: it has no use."},
    {kind::record_gone,
     level::warning,
     "record gone, kept until the next look",
     {fields::domain, fields::role, fields::networks_kept},
     "The DNS says that the domain has no SPF record any more. That is "
     "believed if the next look says so, too.",
     "Nothing at once. If the record stays away the entry can go."},
    {kind::record_back,
     level::info,
     "record back",
     {fields::domain, fields::role},
     "A domain that had lost its record has one again.",
     "Nothing."},
    {kind::look_put_aside,
     level::warning,
     "look put aside",
     {fields::domain,
      {"answer_bytes", "what the answers took of memory by then", "67108864",
       form::number}},
     "The answers to all domains that are looked at took too much of memory, "
     "and "
     "this domain's most. Its look begins anew when there is room; what it "
     "lists "
     "stays meanwhile. Told once of each look.",
     "Look at the record (`spfblock expand DOMAIN`). Many such domains are "
     "looked at one after the other; `spfblock status --trouble` shows which "
     "still wait."},
    {kind::domain_failing,
     level::warning,
     "domain failing",
     {fields::domain,
      fields::role,
      {"reason", "the question and what became of it",
       "spam.example TXT: no answer"},
      fields::networks_kept},
     "The DNS failed for this domain: at the first failure, and when the "
     "reason changes. Networks that it leaves undecided stay for "
     "`refresh.keep_stale`, others are as the record says.",
     "One domain: nothing, its name servers are in trouble. Many at once: see "
     "to your resolver."},
    {kind::domain_recovered,
     level::info,
     "domain recovered",
     {fields::domain,
      fields::role,
      {"failures", "looks that had failed in a row", "3", form::number}},
     "The DNS answers for this domain again.",
     "Nothing."},
    {kind::stale_listing_dropped,
     level::warning,
     "stale listing dropped",
     {fields::domain,
      fields::role,
      {"keep_stale_s", "how long they were kept, seconds", "604800",
       form::number}},
     "No look decided about some networks of the domain, or all, for so long "
     "that they are no longer listed (or allowed).",
     "Find out why the domain fails (`spfblock status`). Of an allowed domain: "
     "soon, its hosts are no longer protected."},
    {kind::allowed_domain_unknown,
     level::warning,
     "allowed domain unknown, protects nothing",
     {fields::domain, fields::role},
     "The first look at a domain of `allow.domains` failed and no saved state "
     "knows it: until a look succeeds its hosts may be listed.",
     "See to the DNS, or name its networks in `allow.networks`."},
    {kind::allowed_domain_in_part,
     level::warning,
     "allowed domain protects only a part",
     {fields::domain,
      fields::role,
      {"reason", "the first trouble in the record",
       "exists:%{i}.example.org: its macros depend on the sender"}},
     "The record of a domain of `allow.domains` has an error, is missing, "
     "allows everybody, has terms that no list can hold, or asks a question "
     "that fails for clients that were not known before. What else it "
     "authorises is protected; the rest of its hosts may be listed.",
     "`spfblock expand DOMAIN` shows each term. Name the networks that are "
     "missing in `allow.networks`."},
    {kind::providers_known,
     level::info,
     "providers known",
     {{"known", "how many have networks", "24", form::number},
      {"configured", "how many there are", "26", form::number}},
     "Each provider of `allow.providers` was looked at once. One that is not "
     "known is no alarm: it may have gone, or its networks are those that are "
     "shipped.",
     "Nothing. Where none is known, see to your resolver."},
    {kind::provider_listed,
     level::notice,
     "provider listed on purpose",
     {fields::domain},
     "An entry lists a provider: what it authorises is listed, by this entry "
     "alone.",
     "Nothing, if you want its customers' mail rejected; else remove the "
     "entry."},
    {kind::entry_ended,
     level::notice,
     "entry ended",
     {{"domain", "the domain; of a network listed by hand, that network",
       "spam.example"},
      fields::role},
     "The day `until` of the entry has come: it is no longer listed, or "
     "allowed.",
     "Remove the entry, or give it a later day."},
    {kind::mail_passes_everybody,
     level::warning,
     "mail passes everybody, decides about nobody",
     {fields::domain},
     "Asked for a mail that claims the domain, its record authorised an "
     "address that can be nobody's client: by an `exists:` or another term of "
     "the mail it says yes to everybody. Its claims decide about nobody until "
     "it is found otherwise; its networks stay listed.",
     "Nothing; it is asked again after an hour at most."},
    {kind::mail_passes_some,
     level::notice,
     "mail decides again",
     {fields::domain},
     "What `mail passes everybody` told is over.",
     "Nothing."},
    {kind::zone_file_refused,
     level::warning,
     "zone file refused, former one kept",
     {{"file", "its path", "/etc/spfblock/spf.zone"}, fields::reason},
     "`resolver.zone_file` cannot be read or is faulty; answers come from what "
     "was read before.",
     "Correct the file; it is read again at the next look."},
    {kind::name_servers,
     level::notice,
     "name servers",
     {{"servers", "who is asked, in order", "127.0.0.1:53, 192.0.2.53:53"},
      {"from", "the file that names them, or `resolver.servers`",
       "/etc/resolv.conf"}},
     "Who is asked from now on: at the start, and when it changes.",
     "Nothing."},
    {kind::name_servers_missing,
     level::warning,
     "no name server configured",
     {{"file", "its path", "/etc/resolv.conf"},
      {"servers", "who is asked meanwhile", "127.0.0.1:53"}},
     "The file is not there or names no server. It is looked at again, and "
     "the servers are asked that it names then: so it is while a machine "
     "starts.",
     "Nothing while the machine starts. Later, see who writes the file, or set "
     "`resolver.servers`."},
});

inline constexpr auto state_events = std::to_array<entry>({
    {kind::state_loaded,
     level::info,
     "state loaded",
     {fields::state_file, {"domains", "how many it knows", "12", form::number}},
     "The networks that an earlier run knew are listed from the start.",
     "Nothing."},
    {kind::state_unreadable,
     level::warning,
     "state unreadable",
     {fields::state_file, fields::reason},
     "The state file is there and cannot be read: the domains list nothing "
     "until they are expanded.",
     "Correct its owner or its mode."},
    {kind::state_damaged,
     level::warning,
     "state damaged, put aside",
     {fields::state_file, fields::reason},
     "The state file is not what spfblock writes. It was renamed; the domains "
     "list nothing until they are expanded.",
     "See to the disk if nobody edited the file."},
    {kind::state_of_other_version,
     level::warning,
     "state of another version, put aside",
     {fields::state_file,
      {"aside", "its new name", "/var/lib/spfblock/state.json.other-version"}},
     "Another version of spfblock wrote the state file in a form that this one "
     "cannot read. It was renamed and is whole; the domains list nothing until "
     "they are expanded.",
     "After going back to the version that wrote it, rename it to its former "
     "name before the start."},
    {kind::state_not_put_aside,
     level::warning,
     "state not put aside",
     {fields::state_file, fields::reason},
     "The damaged state file could not be renamed: the next save replaces it.",
     "See to the mode of its directory."},
    {kind::state_not_saved,
     level::warning,
     "state not saved",
     {{"reason", "why", "No space left on device"}},
     "The state file could not be written; it is tried again every minute and "
     "told again when the reason changes. Lookups go on, but a restart now "
     "would forget what was learnt since.",
     "Make room, or correct the mode of its directory."},
    {kind::state_saved_in_part,
     level::warning,
     "state saved in part",
     {{"domains", "how many were left out", "1", form::number},
      {"largest", "the one that takes most room", "spam.example"}},
     "The state file would be over 256 MiB: what is known of the domains that "
     "take most of it is not in it, and a restart has to look at them before "
     "they are listed again. All others are saved. Told again when it becomes "
     "another number.",
     "Lower `limits.networks` of these domains, or `limits.total`."},
    {kind::state_saved_again,
     level::info,
     "state saved again",
     {},
     "What `state not saved` told is over.",
     "Nothing."},
    {kind::history_not_written,
     level::warning,
     "history not written",
     {{"reason", "why, with the file",
       "cannot write \"/var/lib/spfblock/state.json.history\": No space left "
       "on "
       "device"}},
     "What changed could not be added to the history; it is tried again every "
     "minute, and told again when the reason changes. Nothing else depends on "
     "it. Changes of that time will be told together, with the last of their "
     "causes; where the process ends before, the next one tells what is so "
     "then.",
     "Make room, or correct the mode of its directory."},
    {kind::history_written_again,
     level::info,
     "history written again",
     {},
     "What the disk had refused is written.",
     "Nothing."},
    {kind::hits_not_read,
     level::warning,
     "hits not read",
     {{"reason", "why, with the file",
       "cannot read \"/var/lib/spfblock/state.json.hits\": Input/output "
       "error"}},
     "The file with the hits of the past could not be read, or not be put "
     "aside: hits over time begin anew, and the next save replaces it. Nothing "
     "else depends on it.",
     "Correct its owner or its mode; see to the disk."},
    {kind::hits_put_aside,
     level::warning,
     "hits put aside",
     {{"reason", "what is wrong with the file", "the checksum does not fit"},
      {"aside", "its new name", "/var/lib/spfblock/state.json.hits.damaged"}},
     "The file with the hits of the past is not what this version of spfblock "
     "writes. It was renamed; hits over time begin anew.",
     "See to the disk if nobody edited the file. After going back to the "
     "version that wrote it, rename it to its former name before the start."},
    {kind::hits_not_saved,
     level::warning,
     "hits not saved",
     {{"reason", "why, with the file",
       "cannot write \"/var/lib/spfblock/state.json.hits.new\": No space left "
       "on device"}},
     "Hits over time could not be written down; it is tried again every "
     "minute, and told again when the reason changes. They go on being "
     "counted, and nothing else depends on it; a restart would forget them.",
     "Make room, or correct the mode of its directory."},
    {kind::hits_saved_again,
     level::info,
     "hits saved again",
     {},
     "What `hits not saved` told is over.",
     "Nothing."},
    {kind::hits_forgotten,
     level::info,
     "hits forgotten",
     {{"listings", "how many", "312", form::number}},
     "Hits over time of more listings were kept than there is room for: those "
     "went whose last hit is longest ago. Told once a day at most.",
     "Nothing. `status --unused` says nothing of the time before the last of "
     "them."},
});

inline constexpr auto file_events = std::to_array<entry>({
    {kind::file_published,
     level::info,
     "file published",
     {fields::published_file,
      {"format", "as in `publish`", "cdb"},
      {"entries", "networks, keys or names in it", "1290", form::number},
      field{"left_out", "what it cannot hold", "4 IPv6 networks"}.usually()},
     "A file of `publish` was replaced by one that says what the table says. "
     "Whoever reads it finds the former one or this one, whole.",
     "Nothing. With `left_out`, see that something else is asked for that: "
     "docs/operations.md."},
    {kind::file_not_published,
     level::warning,
     "file not published",
     {fields::published_file, fields::reason},
     "A file of `publish` could not be written; the former one stays. It is "
     "tried again every minute, and told again when the reason changes.",
     "Make room, or correct the mode of its folder; under systemd the service "
     "may write below /var/lib/spfblock, and elsewhere what `ReadWritePaths=` "
     "allows."},
    {kind::file_published_again,
     level::info,
     "file published again",
     {fields::published_file},
     "What `file not published` told is over.",
     "Nothing."},
    {kind::file_published_no_more,
     level::notice,
     "file published no more",
     {fields::published_file},
     "A reload took the file out of `publish`. It stays as it is, and grows "
     "old.",
     "See that nobody reads it any more, then remove it."},
});

} // namespace spfblock::log
