#compdef spfblock
# zsh completion of spfblock(8).  Made by scripts/completions.

# The names in a configuration and in the files of entries beside it, without
# asking anybody: what is quoted and looks like a domain.
_spfblock_domains() {
    local file=${opt_args[-c]:-${opt_args[--config]:-$spfblock_file}}
    local -a names
    file=${(Q)file}
    names=(${(f)"$(sed -e 's|//.*||' -- "$file" "${file:h}"/conf.d/*.json(N) 2>/dev/null |
        grep -oE '"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.[A-Za-z][A-Za-z0-9-]+"' |
        tr -d '"' | sort -u)"})
    (( $#names )) && compadd -- $names
}

_spfblock_commands() {
    local -a commands=(
        'add:List domains, and reload the server'
        'allow:Never list a network or the hosts of a domain, and reload'
        'check:Validate the configuration'
        'diff:Say what a refresh would change, and change nothing'
        'expand:Expand SPF records now and print them'
        'explain:Say why an address is listed, or why not'
        'export:Print the whole table for another program'
        'help:Say how the program, or a command, is used'
        'history:Say what was listed when, and why that changed'
        'query:Ask a running server, as Postfix does'
        'remove:List domains no more, and reload the server'
        'replay:Say what this table would have done to the mail of the log'
        'report:Say by the mail log what was rejected, or would be'
        'serve:Run the server in the foreground'
        'status:Say how each domain fares'
        'suggest:Say by the mail log whom to list, and change nothing'
        'top:Show which listings answer most'
    )
    _describe -t commands command commands
}

_spfblock() {
    local curcontext=$curcontext state ret=1
    local spfblock_file=/etc/spfblock/spfblock.json
    local -a line
    local -A opt_args
    _arguments -C -A "-*" \
        '(-c --config)'{-c+,--config=}'[Configuration (default\: /etc/spfblock/spfblock.json)]:FILE:_files' \
        '(- *)'{-h,--help}'[Print this help message and exit]' \
        '(- *)--version[Display program version information and exit]' \
        '1:command:_spfblock_commands' \
        '*:: :->operands' && ret=0
    [[ $state == operands ]] || return ret
    spfblock_file=${opt_args[-c]:-${opt_args[--config]:-$spfblock_file}}
    case $words[1] in
    add)
        _arguments \
            '(- *)--help[Print this help message and exit]' \
            '(- *)--version[Display program version information and exit]' \
            '(-c --config)'{-c+,--config=}'[Configuration (default\: /etc/spfblock/spfblock.json)]:FILE:_files' \
            '--watch[Reject nothing\: only show in the mail log what would be]' \
            '--provider[List a provider, too\: honest mail comes from there as well]' \
            '--until=[End the entry when this day begins, UTC\: YYYY-MM-DD]:DAY: ' \
            '--comment=[Why, for whoever reads the file]:TEXT: ' \
            '*:DOMAIN: '
        ;;
    allow)
        _arguments \
            '(- *)--help[Print this help message and exit]' \
            '(- *)--version[Display program version information and exit]' \
            '(-c --config)'{-c+,--config=}'[Configuration (default\: /etc/spfblock/spfblock.json)]:FILE:_files' \
            '--until=[End the entry when this day begins, UTC\: YYYY-MM-DD]:DAY: ' \
            '--comment=[Why, for whoever reads the file]:TEXT: ' \
            '*:NETWORK-OR-DOMAIN: '
        ;;
    check)
        _arguments \
            '(- *)--help[Print this help message and exit]' \
            '(- *)--version[Display program version information and exit]' \
            '(-c --config)'{-c+,--config=}'[Configuration (default\: /etc/spfblock/spfblock.json)]:FILE:_files' \
            '--postfix[Also say whether Postfix asks, and rightly]' \
            '--dnsbl[Also say whether the resolver here asks the door dnsbl]'
        ;;
    diff)
        _arguments \
            '(- *)--help[Print this help message and exit]' \
            '(- *)--version[Display program version information and exit]' \
            '(-c --config)'{-c+,--config=}'[Configuration (default\: /etc/spfblock/spfblock.json)]:FILE:_files' \
            '--exit-code[Exit 1 if something would change]'
        ;;
    expand)
        _arguments \
            '(- *)--help[Print this help message and exit]' \
            '(- *)--version[Display program version information and exit]' \
            '(-c --config)'{-c+,--config=}'[Configuration (default\: /etc/spfblock/spfblock.json)]:FILE:_files' \
            '--json[Print JSON (docs/expand-json.md)]' \
            '--address=[Say instead whether this address passes, and by which term]:IP: ' \
            '*:DOMAIN:_spfblock_domains'
        ;;
    explain)
        _arguments \
            '(- *)--help[Print this help message and exit]' \
            '(- *)--version[Display program version information and exit]' \
            '(-c --config)'{-c+,--config=}'[Configuration (default\: /etc/spfblock/spfblock.json)]:FILE:_files' \
            '--sender=[Say instead, step by step, whether this sender'\''s domain authorises the address]:SENDER: ' \
            '--helo=[What the client said in HELO]:NAME: ' \
            '*:ADDRESS: '
        ;;
    export)
        _arguments \
            '(- *)--help[Print this help message and exit]' \
            '(- *)--version[Display program version information and exit]' \
            '(-c --config)'{-c+,--config=}'[Configuration (default\: /etc/spfblock/spfblock.json)]:FILE:_files' \
            '--format=[What for (docs/export.md)]:FORMAT:(plain json cidr access nftables rbldnsd dnsbl-zone cdb)'
        ;;
    help)
        _arguments \
            '(- *)--help[Print this help message and exit]' \
            '(- *)--version[Display program version information and exit]' \
            '*:COMMAND:_spfblock_commands'
        ;;
    history)
        _arguments \
            '(- *)--help[Print this help message and exit]' \
            '(- *)--version[Display program version information and exit]' \
            '(-c --config)'{-c+,--config=}'[Configuration (default\: /etc/spfblock/spfblock.json)]:FILE:_files' \
            '--since=[Leave out what was before this day]:DAY: ' \
            '--json[Print JSON (docs/history.md)]' \
            '*:DOMAIN-OR-ADDRESS: '
        ;;
    query)
        _arguments \
            '(- *)--help[Print this help message and exit]' \
            '(- *)--version[Display program version information and exit]' \
            '(-c --config)'{-c+,--config=}'[Configuration (default\: /etc/spfblock/spfblock.json)]:FILE:_files' \
            '--server=[Where to ask (default\: as the configuration says)]:HOST\:PORT: ' \
            '--door=[In which protocol]:DOOR:(tcp_table policy socketmap dnsbl)' \
            '*:KEY: '
        ;;
    remove)
        _arguments \
            '(- *)--help[Print this help message and exit]' \
            '(- *)--version[Display program version information and exit]' \
            '(-c --config)'{-c+,--config=}'[Configuration (default\: /etc/spfblock/spfblock.json)]:FILE:_files' \
            '*:DOMAIN:_spfblock_domains'
        ;;
    replay)
        _arguments \
            '(- *)--help[Print this help message and exit]' \
            '(- *)--version[Display program version information and exit]' \
            '(-c --config)'{-c+,--config=}'[Configuration (default\: /etc/spfblock/spfblock.json)]:FILE:_files' \
            '--with=[Also list this domain, to reject; may be given again]:DOMAIN: ' \
            '--seen=[Also add to this file the networks that delivered wanted mail, for allow.seen]:FILE:_files' \
            '--forget-after=[Drop from it what delivered none for so long, as in 180d]:DURATION: ' \
            '--since=[Leave out what was before this day, or time\: YYYY-MM-DD, or "YYYY-MM-DD HH\:MM", as the log has it]:TIME: ' \
            '--until=[Leave out what was from this day, or time, on]:TIME: ' \
            '--json[Print JSON (docs/mail-log.md)]' \
            '--utc=[A LOG as well, whose times without a zone are of UTC; may be given again]:LOG:_files' \
            '*:LOG:_files'
        ;;
    report)
        _arguments \
            '(- *)--help[Print this help message and exit]' \
            '(- *)--version[Display program version information and exit]' \
            '(-c --config)'{-c+,--config=}'[Configuration (default\: /etc/spfblock/spfblock.json)]:FILE:_files' \
            '--since=[Leave out what was before this day, or time\: YYYY-MM-DD, or "YYYY-MM-DD HH\:MM", as the log has it]:TIME: ' \
            '--until=[Leave out what was from this day, or time, on]:TIME: ' \
            '--json[Print JSON (docs/mail-log.md)]' \
            '--utc=[A LOG as well, whose times without a zone are of UTC; may be given again]:LOG:_files' \
            '*:LOG:_files'
        ;;
    serve)
        _arguments \
            '(- *)--help[Print this help message and exit]' \
            '(- *)--version[Display program version information and exit]' \
            '(-c --config)'{-c+,--config=}'[Configuration (default\: /etc/spfblock/spfblock.json)]:FILE:_files'
        ;;
    status)
        _arguments \
            '(- *)--help[Print this help message and exit]' \
            '(- *)--version[Display program version information and exit]' \
            '(-c --config)'{-c+,--config=}'[Configuration (default\: /etc/spfblock/spfblock.json)]:FILE:_files' \
            '--json[Print JSON (docs/status-json.md)]' \
            '--trouble[Only domains that somebody should look at]' \
            '--unused=[Only domains that answered nothing for so many days]:DAYS: ' \
            '*:DOMAIN:_spfblock_domains'
        ;;
    suggest)
        _arguments \
            '(- *)--help[Print this help message and exit]' \
            '(- *)--version[Display program version information and exit]' \
            '(-c --config)'{-c+,--config=}'[Configuration (default\: /etc/spfblock/spfblock.json)]:FILE:_files' \
            '--since=[Leave out what was before this day, or time\: YYYY-MM-DD, or "YYYY-MM-DD HH\:MM", as the log has it]:TIME: ' \
            '--until=[Leave out what was from this day, or time, on]:TIME: ' \
            '--json[Print JSON (docs/mail-log.md)]' \
            '--utc=[A LOG as well, whose times without a zone are of UTC; may be given again]:LOG:_files' \
            '--format=[As what (domains\: for domain_files)]:FORMAT:(text json domains)' \
            '--live[Ask the running server in whose name listed hosts sent; a log is read beside it only where it is named]' \
            '*:LOG:_files'
        ;;
    top)
        _arguments \
            '(- *)--help[Print this help message and exit]' \
            '(- *)--version[Display program version information and exit]' \
            '(-c --config)'{-c+,--config=}'[Configuration (default\: /etc/spfblock/spfblock.json)]:FILE:_files' \
            '(-n --listings)'{-n+,--listings=}'[How many listings (default\: 20)]:N: ' \
            '--by=[By the hits of the last (default\: hour)]:SPAN:(hour day)' \
            '--once[Show it once, as where this is no terminal]' \
            '--json[Print JSON once (docs/status-json.md)]'
        ;;
    esac
}

_spfblock "$@"
