import { nearest } from "../../base/nearest";

/** Names and synonyms of smb.conf options that Samba 4.17 to 4.24 know (`samba:parameter` and `synonym` in docs-xml/smbdotconf). */
const OF_SHARES = `
access based share enum, acl allow execute always, acl check permissions, acl flag inherited canonicalization, acl group control, acl
map full control, admin users, administrative share, afs share, aio read size, aio write behind, aio write size, allocation roundup
size, allow hosts, available, block size, blocking locks, browsable, browseable, case sensitive, casesignames, check parent directory
delete on close, comment, copy, create mask, create mode, csc policy, cups options, default case, default devmode, delete readonly,
delete veto files, deny hosts, dfree cache time, dfree command, directory, directory mask, directory mode, directory name cache size,
dmapi support, dont descend, dos filemode, dos filetime resolution, dos filetimes, durable handles, ea support, exec, fake directory
create times, fake oplocks, follow symlinks, force create mode, force directory mode, force group, force printername, force unknown
acl user, force user, fstype, group, guest ok, guest only, hide dot files, hide files, hide new files timeout, hide special files,
hide unreadable, hide unwriteable files, honor change notify privilege, hosts allow, hosts deny, include, inherit acls, inherit owner,
inherit permissions, invalid users, kernel oplocks, kernel share modes, level2 oplocks, locking, lppause command, lpq command,
lpresume command, lprm command, magic output, magic script, mangled names, mangling char, map acl inherit, map archive, map hidden,
map readonly, map system, max connections, max print jobs, max reported print jobs, min print space, msdfs proxy, msdfs root, msdfs
shuffle referrals, nt acl support, ntvfs handler, only guest, oplocks, path, posix locking, postexec, preexec, preexec close, preserve
case, print command, print notify backchannel, print ok, printable, printer, printer name, printing, printjob username, public,
queuepause command, queueresume command, read list, read only, root postexec, root preexec, root preexec close, server addresses,
server smb encrypt, short preserve case, smb encrypt, smb3 unix extensions, smbd async dosmode, smbd force process locks, smbd getinfo
ask sharemode, smbd max async dosmode, smbd max xattr size, smbd profiling share, smbd search ask sharemode, spotlight, spotlight
backend, store dos attributes, strict allocate, strict locking, strict rename, strict sync, sync always, use client driver, use
sendfile, valid users, veto files, veto oplock files, vfs mkdir use tmp name, vfs object, vfs objects, volume, volume serial number,
wide links, writable, write list, write ok, writeable
`;
const OF_SERVERS = `
abort shutdown script, acl claims evaluation, ad dc functional level, add group script, add machine script, add share command, add
user script, add user to group script, additional dns hostnames, addport command, addprinter command, afs token lifetime, afs username
map, aio max threads, algorithmic rid base, allow dcerpc auth level connect, allow dns updates, allow insecure wide links, allow nt4
crypto, allow trusted domains, allow unsafe cluster upgrade, apply group policies, async dns timeout, async smb echo handler, auth
event notification, auto services, automount fs types, bind dns directory, bind interfaces only, binddns dir, browse list, cache
directory, certificate backdating compensation, change notify, change share command, check password script, cldap port, client ipc max
protocol, client ipc min protocol, client ipc signing, client lanman auth, client ldap sasl wrapping, client max protocol, client min
protocol, client netlogon ping protocol, client ntlmv2 auth, client plaintext auth, client protection, client schannel, client
signing, client smb encrypt, client smb encryption over quic, client smb transports, client smb3 encryption algorithms, client smb3
signing algorithms, client use kerberos, client use krb5 netlogon, client use spnego, client use spnego principal, cluster addresses,
clustering, config backend, config file, create krb5 conf, ctdb locktime warn threshold, ctdb timeout, ctdbd socket, cups connection
timeout, cups encrypt, cups server, dcerpc endpoint servers, deadtime, debug class, debug encryption, debug hires timestamp, debug
pid, debug prefix timestamp, debug syslog format, debug timestamp, debug uid, debuglevel, dedicated keytab file, default, default
service, defer sharing violations, delete group script, delete share command, delete user from group script, delete user script,
deleteprinter command, dgram port, disable netbios, disable spoolss, dns forwarder, dns hostname, dns port, dns proxy, dns update
command, dns zone scavenging, dns zone transfer clients allow, dns zone transfer clients deny, domain logons, domain master, dos
charset, dsdb event notification, dsdb group change notification, dsdb password event notification, enable asu support, enable core
files, enable privileges, enable spoolss, encrypt passwords, enhanced browsing, enumports command, eventlog list, get quota command,
getwd cache, gpo update command, guest account, himmelblaud hello enabled, himmelblaud hsm pin path, himmelblaud sfa fallback, host
msdfs, hostname lookups, idmap backend, idmap cache time, idmap gid, idmap negative cache time, idmap uid, include system krb5 conf,
init logon delay, init logon delayed hosts, interfaces, iprint server, kdc always include pac, kdc default domain supported enctypes,
kdc enable fast, kdc force enable rc4 weak session keys, kdc name match implicit dollar without canonicalization, kdc require
canonicalization, kdc supported enctypes, keepalive, kerberos encryption types, kerberos method, kernel change notify, kpasswd port,
krb5 acceptor report canonical client name, krb5 port, lanman auth, large readwrite, ldap admin dn, ldap connection timeout, ldap
debug level, ldap debug threshold, ldap delete dn, ldap deref, ldap follow referral, ldap group suffix, ldap idmap suffix, ldap
machine suffix, ldap max anonymous request size, ldap max authenticated request size, ldap max search request size, ldap page size,
ldap passwd sync, ldap password sync, ldap replication sleep, ldap server require strong auth, ldap ssl, ldap suffix, ldap timeout,
ldap user suffix, lm announce, lm interval, load printers, local master, lock dir, lock directory, lock spin time, log file, log
level, log nt token command, log writeable files on exit, logging, logon drive, logon home, logon path, logon script, lpq cache time,
lsa over netlogon, machine password timeout, mangle prefix, mangling method, map to guest, max disk size, max log size, max mux, max
open files, max protocol, max smbd processes, max stat cache size, max ttl, max wins ttl, max xmit, mdns name, message command, min
domain uid, min protocol, min receivefile size, min wins ttl, mit kdc command, multicast dns register, name cache timeout, name
resolve order, nbt client socket address, nbt port, ncalrpc dir, netbios aliases, netbios name, netbios scope, neutralize nt4
emulation, nmbd bind explicit broadcast, nsupdate command, nt hash store, nt pipe support, nt status support, ntlm auth, ntp signd
socket directory, null passwords, obey pam restrictions, old password allowed period, oplock break wait time, os level, os2 driver
map, pam password change, panic action, passdb backend, passdb expand explicit, passwd chat, passwd chat debug, passwd chat timeout,
passwd program, password hash gpg key ids, password hash userpassword schemes, password server, perfcount module, pid directory,
prefered master, preferred master, prefork backoff increment, prefork children, prefork maximum backoff, preload, preload modules,
printcap, printcap cache time, printcap name, private dir, private directory, protocol, raw ntlmv2 auth, read raw, realm, registry
shares, reject aes netlogon servers, reject md5 clients, reject md5 servers, remote announce, remote browse sync, rename user script,
require strong key, reset on zero vc, restrict anonymous, root, root dir, root directory, rpc big endian, rpc server dynamic port
range, rpc server port, rpc start on demand helpers, samba kcc command, security, server max protocol, server min protocol, server
multi channel support, server reject aes schannel, server role, server schannel, server schannel require seal, server services, server
signing, server smb encryption over quic, server smb transports, server smb3 encryption algorithms, server smb3 signing algorithms,
server string, server support krb5 netlogon, set primary group script, set quota command, show add printer wizard, shutdown script,
smb passwd file, smb ports, smb1 unix extensions, smb2 disable lock sequence checking, smb2 disable oplock break retry, smb2 leases,
smb2 max credits, smb2 max read, smb2 max trans, smb2 max write, smb3 directory leases, smbd profiling level, socket address, socket
options, spn update command, stat cache, state directory, strong certificate binding enforcement, svcctl list, sync machine password
script, sync machine password to keytab, syslog, syslog only, template homedir, template shell, time server, timestamp logs, tls ca
directories, tls cafile, tls certfile, tls crlfile, tls dh params file, tls enabled, tls keyfile, tls priority, tls trust system cas,
tls verify peer, unicode, unix charset, unix extensions, unix password sync, use mmap, username level, username map, username map
cache time, username map script, usershare allow guests, usershare max shares, usershare owner only, usershare path, usershare prefix
allow list, usershare prefix deny list, usershare template share, utmp, utmp directory, winbind cache time, winbind debug traceid,
winbind enum groups, winbind enum users, winbind expand groups, winbind gid, winbind max clients, winbind max domain connections,
winbind nested groups, winbind normalize names, winbind nss info, winbind offline logon, winbind reconnect delay, winbind refresh
tickets, winbind request timeout, winbind rpc only, winbind scan trusted domains, winbind sealed pipes, winbind separator, winbind
uid, winbind use default domain, winbind use krb5 enterprise principals, winbind varlink service, winbindd socket directory, wins
hook, wins proxy, wins server, wins support, workgroup, write raw, wsp property file, wtmp directory
`;

const listed = (text: string): string[] => text.trim().split(/,\s+/);
const shares = listed(OF_SHARES);
const servers = listed(OF_SERVERS);

/** Samba compares names without case and white space. */
const key = (name: string): string => name.toLowerCase().replace(/\s+/g, "");
const ofShares = new Set(shares.map(key));
const ofServers = new Set(servers.map(key));

/**
 * Why no version of Samba accepts an option of that name there; undefined if one may. Names with a colon belong to modules and are always
 * accepted.
 */
export function unknownOption(name: string, where: "share" | "server"): string | undefined {
    if (name.includes(":") || ofShares.has(key(name))) return undefined;
    if (ofServers.has(key(name)))
        return where === "server"
            ? undefined
            : "is an option of the server as a whole, not of a share: it belongs to the gateway's `samba`";
    const near = nearest(name, where === "server" ? [...shares, ...servers] : shares);
    return `is not an option of Samba; ${near === undefined ? "smb.conf(5) lists those there are" : `did you mean "${near}"?`}`;
}
