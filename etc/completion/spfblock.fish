# fish completion of spfblock(8).  Made by scripts/completions.

# The command that was typed, after a configuration it may be, and nothing else.
function __spfblock_command
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case -c --config
                set -e words[1]
            case '-*'
            case '*'
                echo $words[1]
                return 0
        end
        set -e words[1]
    end
    return 1
end

function __spfblock_is
    contains -- (__spfblock_command) $argv
end

# The configuration that was typed.
function __spfblock_file
    set -l file /etc/spfblock/spfblock.json
    set -l words (commandline -opc)
    for i in (seq 2 (count $words))
        switch $words[$i]
            case -c --config
                test $i -lt (count $words); and set file $words[(math $i + 1)]
            case '--config=*'
                set file (string replace -- --config= '' $words[$i])
        end
    end
    echo $file
end

# The names in it and in the files of entries beside it, without asking anybody:
# what is quoted and looks like a domain.
function __spfblock_domains
    set -l file (__spfblock_file)
    set -l files $file (dirname -- $file)/conf.d/*.json
    sed -e 's|//.*||' -- $files 2>/dev/null |
        grep -oE '"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.[A-Za-z][A-Za-z0-9-]+"' |
        tr -d '"' | sort -u
end

complete -c spfblock -f
complete -c spfblock -l help -d 'Print this help message and exit'
complete -c spfblock -l version -d 'Display program version information and exit'
complete -c spfblock -n 'not __spfblock_is help' -s c -l config -r -F -d 'Configuration (default: /etc/spfblock/spfblock.json)'
complete -c spfblock -n 'not __spfblock_command >/dev/null' -a add -d 'List domains, and reload the server'
complete -c spfblock -n 'not __spfblock_command >/dev/null' -a allow -d 'Never list a network or the hosts of a domain, and reload'
complete -c spfblock -n 'not __spfblock_command >/dev/null' -a check -d 'Validate the configuration'
complete -c spfblock -n 'not __spfblock_command >/dev/null' -a diff -d 'Say what a refresh would change, and change nothing'
complete -c spfblock -n 'not __spfblock_command >/dev/null' -a expand -d 'Expand SPF records now and print them'
complete -c spfblock -n 'not __spfblock_command >/dev/null' -a explain -d 'Say why an address is listed, or why not'
complete -c spfblock -n 'not __spfblock_command >/dev/null' -a export -d 'Print the whole table for another program'
complete -c spfblock -n 'not __spfblock_command >/dev/null' -a help -d 'Say how the program, or a command, is used'
complete -c spfblock -n 'not __spfblock_command >/dev/null' -a history -d 'Say what was listed when, and why that changed'
complete -c spfblock -n 'not __spfblock_command >/dev/null' -a query -d 'Ask a running server, as Postfix does'
complete -c spfblock -n 'not __spfblock_command >/dev/null' -a remove -d 'List domains no more, and reload the server'
complete -c spfblock -n 'not __spfblock_command >/dev/null' -a replay -d 'Say what this table would have done to the mail of the log'
complete -c spfblock -n 'not __spfblock_command >/dev/null' -a report -d 'Say by the mail log what was rejected, or would be'
complete -c spfblock -n 'not __spfblock_command >/dev/null' -a serve -d 'Run the server in the foreground'
complete -c spfblock -n 'not __spfblock_command >/dev/null' -a status -d 'Say how each domain fares'
complete -c spfblock -n 'not __spfblock_command >/dev/null' -a suggest -d 'Say by the mail log whom to list, and change nothing'
complete -c spfblock -n 'not __spfblock_command >/dev/null' -a top -d 'Show which listings answer most'
complete -c spfblock -n '__spfblock_is add' -l watch -d 'Reject nothing: only show in the mail log what would be'
complete -c spfblock -n '__spfblock_is add' -l provider -d 'List a provider, too: honest mail comes from there as well'
complete -c spfblock -n '__spfblock_is add' -l until -x -d 'End the entry when this day begins, UTC: YYYY-MM-DD'
complete -c spfblock -n '__spfblock_is add' -l comment -x -d 'Why, for whoever reads the file'
complete -c spfblock -n '__spfblock_is allow' -l until -x -d 'End the entry when this day begins, UTC: YYYY-MM-DD'
complete -c spfblock -n '__spfblock_is allow' -l comment -x -d 'Why, for whoever reads the file'
complete -c spfblock -n '__spfblock_is check' -l postfix -d 'Also say whether Postfix asks, and rightly'
complete -c spfblock -n '__spfblock_is check' -l dnsbl -d 'Also say whether the resolver here asks the door dnsbl'
complete -c spfblock -n '__spfblock_is diff' -l exit-code -d 'Exit 1 if something would change'
complete -c spfblock -n '__spfblock_is expand' -l json -d 'Print JSON (docs/expand-json.md)'
complete -c spfblock -n '__spfblock_is expand' -l address -x -d 'Say instead whether this address passes, and by which term'
complete -c spfblock -n '__spfblock_is expand' -a '(__spfblock_domains)'
complete -c spfblock -n '__spfblock_is explain' -l sender -x -d 'Say instead, step by step, whether this sender\'s domain authorises the address'
complete -c spfblock -n '__spfblock_is explain' -l helo -x -d 'What the client said in HELO'
complete -c spfblock -n '__spfblock_is export' -l format -x -a 'plain json cidr access nftables rbldnsd dnsbl-zone cdb' -d 'What for (docs/export.md)'
complete -c spfblock -n '__spfblock_is help' -a 'add allow check diff expand explain export help history query remove replay report serve status suggest top'
complete -c spfblock -n '__spfblock_is history' -l since -x -d 'Leave out what was before this day'
complete -c spfblock -n '__spfblock_is history' -l json -d 'Print JSON (docs/history.md)'
complete -c spfblock -n '__spfblock_is query' -l server -x -d 'Where to ask (default: as the configuration says)'
complete -c spfblock -n '__spfblock_is query' -l door -x -a 'tcp_table policy socketmap dnsbl' -d 'In which protocol'
complete -c spfblock -n '__spfblock_is remove' -a '(__spfblock_domains)'
complete -c spfblock -n '__spfblock_is replay' -l with -x -d 'Also list this domain, to reject; may be given again'
complete -c spfblock -n '__spfblock_is replay' -l seen -r -F -d 'Also add to this file the networks that delivered wanted mail, for allow.seen'
complete -c spfblock -n '__spfblock_is replay' -l forget-after -x -d 'Drop from it what delivered none for so long, as in 180d'
complete -c spfblock -n '__spfblock_is replay' -l since -x -d 'Leave out what was before this day, or time: YYYY-MM-DD, or "YYYY-MM-DD HH:MM", as the log has it'
complete -c spfblock -n '__spfblock_is replay' -l until -x -d 'Leave out what was from this day, or time, on'
complete -c spfblock -n '__spfblock_is replay' -l json -d 'Print JSON (docs/mail-log.md)'
complete -c spfblock -n '__spfblock_is replay' -l utc -r -F -d 'A LOG as well, whose times without a zone are of UTC; may be given again'
complete -c spfblock -n '__spfblock_is replay' -F
complete -c spfblock -n '__spfblock_is report' -l since -x -d 'Leave out what was before this day, or time: YYYY-MM-DD, or "YYYY-MM-DD HH:MM", as the log has it'
complete -c spfblock -n '__spfblock_is report' -l until -x -d 'Leave out what was from this day, or time, on'
complete -c spfblock -n '__spfblock_is report' -l json -d 'Print JSON (docs/mail-log.md)'
complete -c spfblock -n '__spfblock_is report' -l utc -r -F -d 'A LOG as well, whose times without a zone are of UTC; may be given again'
complete -c spfblock -n '__spfblock_is report' -F
complete -c spfblock -n '__spfblock_is status' -l json -d 'Print JSON (docs/status-json.md)'
complete -c spfblock -n '__spfblock_is status' -l trouble -d 'Only domains that somebody should look at'
complete -c spfblock -n '__spfblock_is status' -l unused -x -d 'Only domains that answered nothing for so many days'
complete -c spfblock -n '__spfblock_is status' -a '(__spfblock_domains)'
complete -c spfblock -n '__spfblock_is suggest' -l since -x -d 'Leave out what was before this day, or time: YYYY-MM-DD, or "YYYY-MM-DD HH:MM", as the log has it'
complete -c spfblock -n '__spfblock_is suggest' -l until -x -d 'Leave out what was from this day, or time, on'
complete -c spfblock -n '__spfblock_is suggest' -l json -d 'Print JSON (docs/mail-log.md)'
complete -c spfblock -n '__spfblock_is suggest' -l utc -r -F -d 'A LOG as well, whose times without a zone are of UTC; may be given again'
complete -c spfblock -n '__spfblock_is suggest' -l format -x -a 'text json domains' -d 'As what (domains: for domain_files)'
complete -c spfblock -n '__spfblock_is suggest' -l live -d 'Ask the running server in whose name listed hosts sent; a log is read beside it only where it is named'
complete -c spfblock -n '__spfblock_is suggest' -F
complete -c spfblock -n '__spfblock_is top' -l listings -x -d 'How many listings (default: 20)'
complete -c spfblock -n '__spfblock_is top' -l by -x -a 'hour day' -d 'By the hits of the last (default: hour)'
complete -c spfblock -n '__spfblock_is top' -l once -d 'Show it once, as where this is no terminal'
complete -c spfblock -n '__spfblock_is top' -l json -d 'Print JSON once (docs/status-json.md)'
