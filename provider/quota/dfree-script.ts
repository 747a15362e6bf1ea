/**
 * smbd runs it as the connected user, in the share, with a directory as argument; it prints total and free space in KiB (smb.conf(5),
 * "dfree command").
 */
export const sambaDfree = (directory: string): string => `#!/bin/sh
# Written by pvesmb: the size of limited directories, for Samba.
dir=$(cd "\${1:-.}" 2>/dev/null && pwd -P) || dir=$(pwd -P)
best= kind= counter=
for tab in ${directory}/*.tab; do
    [ -r "$tab" ] || continue
    IFS=' ' read -r k c path < "$tab"
    case "$dir/" in
    "$path"/*) [ \${#path} -gt \${#best} ] && best=$path kind=$k counter=$c ;;
    esac
done
set -- $(stat -f -c '%S %b %a' "$dir")
total=$(($1 * $2 / 1024)) free=$(($1 * $3 / 1024)) limit=0 used=0
case $kind in
btrfs)
    read -r limit < "$counter/max_referenced" && read -r used < "$counter/referenced" || limit=0
    ;;
ceph)
    limit=$(getfattr --only-values -n ceph.quota.max_bytes "$best" 2>/dev/null) || limit=0
    used=$(getfattr --only-values -n ceph.dir.rbytes "$best" 2>/dev/null) || limit=0
    ;;
esac
if [ "$limit" -gt 0 ]; then
    left=$(((limit - used) / 1024))
    [ "$left" -gt 0 ] || left=0
    [ "$left" -lt "$free" ] && free=$left
    total=$((limit / 1024))
fi
echo "$total $free"
`;
