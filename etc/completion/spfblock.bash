# bash completion of spfblock(8)    -*- shell-script -*-
# Made by scripts/completions.

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
    case $1 in
    add) printf '%s' '--comment --config --help --provider --until --version --watch -c' ;;
    allow) printf '%s' '--comment --config --help --until --version -c' ;;
    check) printf '%s' '--config --dnsbl --help --postfix --version -c' ;;
    diff) printf '%s' '--config --exit-code --help --version -c' ;;
    expand) printf '%s' '--address --config --help --json --version -c' ;;
    explain) printf '%s' '--config --helo --help --sender --version -c' ;;
    export) printf '%s' '--config --format --help --version -c' ;;
    help) printf '%s' '--help --version' ;;
    history) printf '%s' '--config --help --json --since --version -c' ;;
    query) printf '%s' '--config --door --help --server --version -c' ;;
    remove) printf '%s' '--config --help --version -c' ;;
    replay) printf '%s' '--config --forget-after --help --json --seen --since --until --utc --version --with -c' ;;
    report) printf '%s' '--config --help --json --since --until --utc --version -c' ;;
    serve) printf '%s' '--config --help --version -c' ;;
    status) printf '%s' '--config --help --json --trouble --unused --version -c' ;;
    suggest) printf '%s' '--config --format --help --json --live --since --until --utc --version -c' ;;
    top) printf '%s' '--by --config --help --json --listings --once --version -c -n' ;;
    esac
}

_spfblock() {
    local commands='add allow check diff expand explain export help history
        query remove replay report serve status suggest top'
    local file=/etc/spfblock/spfblock.json
    local command='' option='' word='' i
    COMPREPLY=()

    # What stands before the word.  Bash makes three words of OPTION=VALUE.
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case $option:$word in
        *:=) ;;
        -c:* | --config:*) file=$word option='' ;;
        --address:* | --by:* | --comment:* | --door:* | --forget-after:* | --format:* | --helo:* | --listings:* | --seen:* | --sender:* | --server:* | --since:* | --until:* | --unused:* | --utc:* | --with:*)
            option=''
            ;;
        :-c | :--address | :--by | :--comment | :--config | :--door | :--forget-after | :--format | :--helo | :--listings | :--seen | :--sender | :--server | :--since | :--until | :--unused | :--utc | :--with)
            option=$word
            ;;
        :-*) ;;
        *) [[ $command ]] || command=$word ;;
        esac
    done
    word=${COMP_WORDS[COMP_CWORD]}
    [[ $option && $word == = ]] && word=''

    case $command:$option in
    *:-c | *:--config | *:--seen | *:--utc)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    export:--format)
        _spfblock_among "$word" \
            plain json cidr access nftables rbldnsd dnsbl-zone cdb
        return
        ;;
    query:--door)
        _spfblock_among "$word" \
            tcp_table policy socketmap dnsbl
        return
        ;;
    suggest:--format)
        _spfblock_among "$word" \
            text json domains
        return
        ;;
    top:--by)
        _spfblock_among "$word" \
            hour day
        return
        ;;
    *:--address | *:--by | *:--comment | *:--door | *:--forget-after | *:--format | *:--helo | *:--listings | *:--sender | *:--server | *:--since | *:--until | *:--unused | *:--with) return ;;
    esac

    case $command:$word in
    :*) _spfblock_among "$word" "$commands -c --config --help --version" ;;
    *:-*) _spfblock_among "$word" "$(_spfblock_options "$command")" ;;
    expand:* | remove:* | status:*) _spfblock_among "$word" "$(_spfblock_domains "$file")" ;;
    replay:* | report:* | suggest:*)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        ;;
    help:*) _spfblock_among "$word" "$commands" ;;
    esac
}

complete -F _spfblock spfblock
