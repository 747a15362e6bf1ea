set -eu
umask 022

fail() {
    echo "pvesmb: $*" >&2
    exit 1
}
[ "$(id -u)" = 0 ] || fail "this has to be run as root"

# Asks at the terminal: standard input is this script.
ask() {
    (: </dev/tty) 2>/dev/null || return 1
    printf '%s [y/N] ' "$1" >/dev/tty
    read -r answer </dev/tty || return 1
    case $answer in
    [yY]*) return 0 ;;
    *) return 1 ;;
    esac
}

prepare() {
    command -v sudo >/dev/null || apt-get install -y sudo </dev/null
    dpkg --compare-versions "$(dpkg-query -W -f '${Version}' sudo)" ge "$1" ||
        fail "sudo here is older than $1 and knows no regular expressions, so these rules would allow nothing"
}

# Writes one of our files as a whole.
put() {
    mkdir -p "$(dirname "$1")"
    new=$(mktemp "$1.XXXXXX")
    trap 'rm -f "$new"' EXIT
    cat >"$new"
    chmod "$2" "$new"
    mv "$new" "$1"
}

# Writes the rules of one feature. sudo ignores files with a dot in the name, so the temporary file has one.
rules() {
    new=$(mktemp /etc/sudoers.d/.pvesmb.XXXXXX)
    trap 'rm -f "$new"' EXIT
    cat >"$new"
    chmod 440 "$new"
    visudo -c -f "$new" >/dev/null || fail "sudo here does not understand the rules for $1; nothing of them was installed"
    mv "$new" "$1"
}

# Warns of the file of an earlier version, with wider rules for all features together.
earlier() {
    [ ! -e "/etc/sudoers.d/pvesmb-$1" ] ||
        echo "pvesmb: /etc/sudoers.d/pvesmb-$1 is of an earlier version and allows more; remove it once all features in use are printed anew" >&2
}

unused() {
    for each; do
        if [ -e "$each" ]; then
            echo "pvesmb: the login's keys stay, since $each does" >&2
            return 1
        fi
    done
}

# Removes the wrapper with its last user.
leave() {
    rm -f "$1/$2"
    rmdir "$1" 2>/dev/null && rm -f "$3" || true
}

# key add|remove USER BLOB LINE edits authorized_keys as that user, since anything in the home folder may be the user's symlink.
key() {
    home=$(getent passwd "$2" | cut -d: -f6)
    [ -n "$home" ] || { [ "$1" = remove ] && return 0 || fail "there is no user $2"; }
    set -- "$1" "$2" "$home/.ssh/authorized_keys" "$3" "$4"
    edit=$(
        cat <<'PVESMB_EDIT'
set -eu
umask 077
there() {
    [ -e "$1" ] && awk -v blob="$2" '!/^[[:space:]]*#/ { for (i = 1; i <= NF; i++) if ($i == blob) found = 1 } END { exit !found }' "$1"
}
own() {
    [ -e "$1" ] && grep -qxF -e "$3" "$1"
}
add() {
    mkdir -p "$(dirname "$1")"
    # The last line may lack its line end.
    [ ! -s "$1" ] || [ -z "$(tail -c 1 "$1")" ] || echo >>"$1"
    printf '%s\n' "$3" >>"$1"
}
remove() {
    file=$(readlink -f "$1")
    trap 'rm -f "$file.pvesmb"' EXIT
    grep -vxF -e "$3" "$file" >"$file.pvesmb" || [ "$?" = 1 ]
    mv "$file.pvesmb" "$file"
}
if [ -e "$2" ] && [ ! -f "$2" ]; then
    echo "pvesmb: $2 is not a file" >&2
    exit 1
fi
"$@"
PVESMB_EDIT
    )
    as() {
        step=$1 who=$2
        shift 2
        if [ "$who" = root ]; then sh -c "$edit" sh "$step" "$@"; else runuser -u "$who" -- sh -c "$edit" sh "$step" "$@"; fi
    }
    action=$1
    shift
    case $action in
    add) ! as there "$@" || return 0 ;;
    remove) as own "$@" || return 0 ;;
    esac
    if [ "$1" = root ]; then
        ask "$action a key that lets its owner in as root, in $(readlink -f "$2") ($4)?" ||
            fail "root's keys were not touched, and what comes after was not done: run this at a terminal and answer, as in ssh -t root@NODE \"\$(npx pvesmb permissions ...)\""
    fi
    as "$action" "$@"
}
