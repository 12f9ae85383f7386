# bash completion of spfblock(8)    -*- shell-script -*-

# The names in a configuration and in the files of entries beside it, without
# asking anybody: what is quoted and looks like a domain.
_spfblock_domains() {
    local folder
    folder=$(dirname -- "$1")
    sed -e 's|//.*||' -- "$1" "$folder"/conf.d/*.json 2>/dev/null |
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
    add) options+=' --comment --until --watch' ;;
    allow) options+=' --comment --until' ;;
    check) options+=' --postfix' ;;
    diff) options+=' --exit-code' ;;
    expand) options+=' --address --json' ;;
    explain) options+=' --helo --sender' ;;
    export) options+=' --format' ;;
    help) options='--help --version' ;;
    query) options+=' --door --server' ;;
    replay) options+=' --forget-after --json --seen --with' ;;
    report) options+=' --json' ;;
    status) options+=' --json --trouble' ;;
    esac
    printf '%s' "$options"
}

_spfblock() {
    local commands='add allow check diff expand explain export help query remove
        replay report serve status'
    local file=/etc/spfblock/spfblock.json
    local command='' option='' word='' i
    COMPREPLY=()

    # What stands before the word.  Bash makes three words of OPTION=VALUE.
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case $option:$word in
        *:=) ;;
        -c:* | --config:*) file=$word option='' ;;
        --address:* | --comment:* | --door:* | --forget-after:* | --format:* | --helo:* | --seen:* | --sender:* | --server:* | --until:* | --with:*)
            option=''
            ;;
        :-c | :--config | :--address | :--comment | :--door | :--forget-after | :--format | :--helo | :--seen | :--sender | :--server | :--until | :--with)
            option=$word
            ;;
        :-*) ;;
        *) [[ $command ]] || command=$word ;;
        esac
    done
    word=${COMP_WORDS[COMP_CWORD]}
    [[ $option && $word == = ]] && word=''

    case $option in
    -c | --config | --seen)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    --format)
        _spfblock_among "$word" \
            plain json cidr access nftables rbldnsd dnsbl-zone
        return
        ;;
    --door)
        _spfblock_among "$word" tcp_table policy socketmap
        return
        ;;
    --address | --comment | --forget-after | --helo | --sender | --server | --until | --with) return ;;
    esac

    case $command:$word in
    :*) _spfblock_among "$word" "$commands -c --config --help --version" ;;
    *:-*) _spfblock_among "$word" "$(_spfblock_options "$command")" ;;
    expand:* | remove:* | status:*) _spfblock_among "$word" "$(_spfblock_domains "$file")" ;;
    replay:* | report:*)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        ;;
    help:*) _spfblock_among "$word" "$commands" ;;
    esac
}

complete -F _spfblock spfblock
