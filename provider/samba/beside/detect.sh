# Reads what kind of host this is, before anything is touched. Prints parts, each after a line "== name".
export LC_ALL=C
part() { echo "== $1"; }
part os; cat /etc/os-release 2>/dev/null
part packages
dpkg-query -W -f '${binary:Package} ${Version} ${db:Status-Status}\n' 2>/dev/null | grep -E '^(samba|samba-common|samba-vfs-modules|smbclient|acl|attr|python3|pve-manager|proxmox-backup-server|openmediavault|webmin|usermin|cockpit-file-sharing|cockpit-samba-manager|zentyal-samba|nethserver[^ ]*|univention[^ ]*|samba-ad-dc|ctdb|winbind)(:[a-z0-9]+)? '
part marks
for path in /etc/pve/local /etc/openmediavault/config.xml /etc/webmin/samba /usr/share/cockpit/file-sharing /etc/ctdb/nodes; do
    [ -e "$path" ] && echo "$path"
done
part gateway; cat /etc/samba/pvesmb/gateway.json 2>/dev/null
part subuid; cat /etc/subuid 2>/dev/null
part subgid; cat /etc/subgid 2>/dev/null
part apparmor; cat /sys/kernel/security/apparmor/profiles 2>/dev/null | grep -E 'smbd|samba'
part corosync; cat /etc/pve/corosync.conf 2>/dev/null
part datacenter; cat /etc/pve/datacenter.cfg 2>/dev/null
part ceph; cat /etc/pve/ceph.conf 2>/dev/null
part addresses; [ ! -e /etc/pve ] || ip -o addr 2>/dev/null
part config
if command -v testparm >/dev/null; then testparm -s /etc/samba/smb.conf 2>/dev/null; echo "exit $?"; fi
part text; head -c 200000 /etc/samba/smb.conf 2>/dev/null
part end
