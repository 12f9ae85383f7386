# bash completion of spfblock(8)    -*- shell-script -*-

# The names in a configuration, without asking anybody: what is quoted and looks
# like a domain.
_spfblock_domains() {
    sed -e 's|//.*||' -- "$1" 2>/dev/null |
        grep -oE '"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.[A-Za-z][A-Za-z0-9-]+"' |
        tr -d '"' | sort -u
}

# The completions of WORD among the given words.
_spfblock_among() {
    local word=$1
    shift
    mapfile -t COMPREPLY < <(compgen -W "$*" -- "$word")
}

_spfblock_options() {
    local options='-c --config --help --version'
    case $1 in
    expand | status) options+=' --json' ;;
    export) options+=' --format' ;;
    query) options+=' --server' ;;
    esac
    printf '%s' "$options"
}

_spfblock() {
    local word=${COMP_WORDS[COMP_CWORD]}
    local before=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]}
    local file=/etc/spfblock/spfblock.json
    local i
    COMPREPLY=()

    if ((COMP_CWORD == 1)); then
        _spfblock_among "$word" check diff expand explain export query serve \
            status --help --version
        return
    fi
    for ((i = 2; i < COMP_CWORD - 1; i++)); do
        case ${COMP_WORDS[i]} in
        -c | --config) file=${COMP_WORDS[i + 1]} ;;
        esac
    done

    case $before in
    -c | --config)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    --format)
        _spfblock_among "$word" \
            plain json cidr access nftables rbldnsd dnsbl-zone
        return
        ;;
    --server) return ;;
    esac

    if [[ $word == -* ]]; then
        _spfblock_among "$word" "$(_spfblock_options "$command")"
    elif [[ $command == expand ]]; then
        _spfblock_among "$word" "$(_spfblock_domains "$file")"
    fi
}

complete -F _spfblock spfblock
