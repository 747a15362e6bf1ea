import { hasTicketFor, parseKlist } from "./klist";
import { parseInfo, parseLookup } from "./domain";
import { failureIn } from "./failures";
import { parseTestjoin, parseTrustCheck } from "./membership";
import { parseSrv } from "./srv";
import { parseNameToSid, parseSidToName, parseUnixIds, parseUser, unmapped } from "./wbinfo";

/** All texts: recorded with Samba 4.17.12 (Debian 12) and MIT Kerberos 1.20.1 at a member of the lab's domain. */
const sid = "S-1-5-21-1111111111-2222222222-3333333333";

describe("net ads lookup --json", () => {
    const recorded = `{"Information for Domain Controller": "10.86.0.31", "Response Type": "LOGON_SAM_LOGON_RESPONSE_EX", "GUID": "d0dcd6d5-09f0-4665-aee2-def15e24a4f9", "Forest": "ad.lab.test", "Domain": "ad.lab.test", "Domain Controller": "dc1.ad.lab.test", "Pre-Win2k Domain": "LABAD", "Pre-Win2k Hostname": "DC1", "Server Site Name": "north", "Client Site Name": "north", "NT Version": 5, "LMNT Token": 65535, "LM20 Token": 65535, "Flags": {"Is a PDC": true, "Is a GC of the forest": true, "Is an LDAP server": true, "Supports DS": true, "Is running a KDC": true, "Is running time services": true, "Is the closest DC": true, "Is writable": true, "Has a hardware clock": true, "Is a non-domain NC serviced by LDAP server": false, "Is NT6 DC that has some secrets": false, "Is NT6 DC that has all secrets": true, "Runs Active Directory Web Services": false, "Runs on Windows 2012 or later": false}}\n`;

    test("tells the controller, its site and ours, and the workgroup", () => {
        expect(parseLookup(recorded)).toEqual({
            address: "10.86.0.31",
            controller: "dc1.ad.lab.test",
            domain: "ad.lab.test",
            forest: "ad.lab.test",
            workgroup: "LABAD",
            site: "north",
            clientSite: "north",
            writable: true,
        });
        expect(parseLookup(recorded.replace('"Is writable": true', '"Is writable": false'))?.writable).toBe(false);
    });

    test("is nothing when it is an error, cut off or something else", () => {
        expect(parseLookup("Didn't find the cldap server!\n")).toBeUndefined();
        expect(parseLookup(recorded.slice(0, 300))).toBeUndefined();
        expect(parseLookup("{}")).toBeUndefined();
        expect(parseLookup("[]")).toBeUndefined();
    });
});

describe("net ads info --json", () => {
    const recorded = `{"LDAP server": "10.86.0.31", "LDAP server name": "dc1.ad.lab.test", "Realm": "AD.LAB.TEST", "Bind Path": "dc=AD,dc=LAB,dc=TEST", "LDAP port": 389, "Server time": 1795982297, "KDC server": "10.86.0.31", "Server time offset": -600, "Last machine account password change": 1795982273}\n`;

    test("tells whose clock is how far off, also behind a warning", () => {
        const facts = {
            server: "dc1.ad.lab.test",
            address: "10.86.0.31",
            realm: "AD.LAB.TEST",
            kdc: "10.86.0.31",
            offset: -600,
            passwordChanged: 1795982273,
        };
        expect(parseInfo(recorded)).toEqual(facts);
        expect(parseInfo(`WARNING: something {odd}\n${recorded}`)).toEqual(facts);
    });

    test("knows that a machine was never joined", () => {
        expect(parseInfo(recorded.replace("1795982273", "0"))).not.toHaveProperty("passwordChanged");
    });

    test("is nothing without an answer", () => {
        expect(parseInfo("Didn't find the ldap server!\n")).toBeUndefined();
    });
});

describe("membership", () => {
    test("net ads testjoin", () => {
        expect(parseTestjoin({ code: 0, stdout: "Join is OK\n", stderr: "" })).toEqual({ joined: true });
        const text = "Join to domain is not valid: NT code 0xfffffff6";
        expect(parseTestjoin({ code: 255, stdout: "", stderr: `${text}\n` })).toEqual({ joined: false, failure: "not-joined", text });
        const kinit = (words: string): string => `kerberos_kinit_password MEMBER1$@AD.LAB.TEST failed: ${words}\n`;
        const told = (words: string): unknown =>
            parseTestjoin({ code: 255, stdout: "", stderr: `${words}Join to domain is not valid: LDAP_INVALID_CREDENTIALS\n` });
        expect(told(kinit("Clients credentials have been revoked"))).toMatchObject({ failure: "account-disabled" });
        expect(told(kinit("Preauthentication failed"))).toMatchObject({ failure: "secret-differs" });
        expect(told(kinit("Client not found in Kerberos database"))).toMatchObject({ failure: "account-gone" });
        const nobody = "No logon servers are currently available to service the logon request.\n";
        const lost = { code: 255, stdout: "", stderr: `ads_connect: ${nobody}Join to domain is not valid: ${nobody}` };
        expect(parseTestjoin(lost)).toMatchObject({ failure: "unreachable" });
        // A text alone is not believed.
        expect(parseTestjoin({ code: 255, stdout: "Join is OK\n", stderr: "" })).toMatchObject({ joined: false });
    });

    test("wbinfo -t", () => {
        const good = "checking the trust secret for domain LABAD via RPC calls succeeded\n";
        expect(parseTrustCheck({ code: 0, stdout: good, stderr: "" })).toEqual({ joined: true });
        const told = (status: string): unknown => {
            const stderr =
                `wbcCheckTrustCredentials(LABAD): error code was ${status}\n` +
                "failed to call wbcCheckTrustCredentials: WBC_ERR_AUTH_ERROR\nCould not check secret\n";
            const stdout = "checking the trust secret for domain LABAD via RPC calls failed\n";
            return parseTrustCheck({ code: 1, stdout, stderr });
        };
        // No controller answers: whoever took that for a lost membership would join again.
        expect(told("NT_STATUS_DOMAIN_CONTROLLER_NOT_FOUND (0xc0000233)")).toMatchObject({ joined: false, failure: "unreachable" });
        expect(told("NT_STATUS_NO_TRUST_SAM_ACCOUNT (0xc000018b)")).toMatchObject({ failure: "account-gone" });
        expect(told("NT_STATUS_LOGON_FAILURE (0xc000006d)")).toMatchObject({ failure: "secret-differs" });
        // Seen with several causes each.
        expect(told("NT_STATUS_NTLM_BLOCKED (0xc0000418)")).toMatchObject({ failure: "other" });
        expect(told("NT_STATUS_NETWORK_NAME_DELETED (0xc00000c9)")).toMatchObject({ failure: "other" });
        const down =
            "could not obtain winbind interface details: WBC_ERR_WINBIND_NOT_AVAILABLE\ncould not obtain winbind domain name!\n" +
            "failed to call wbcCheckTrustCredentials: WBC_ERR_WINBIND_NOT_AVAILABLE\nCould not check secret\n";
        const failed = { code: 1, stdout: "checking the trust secret for domain (null) via RPC calls failed\n", stderr: down };
        expect(parseTrustCheck(failed)).toMatchObject({ failure: "winbind-down" });
    });
});

test.each([
    ["Failed to join domain: failed to precreate account in ou ou=Nowhere,dc=AD,dc=LAB,dc=TEST: No such object", "no-such-object"],
    [
        "ads_print_error: AD LDAP ERROR: 50 (Insufficient access): acl: unable to get access to CN=OTHER,CN=Computers,DC=ad,DC=lab,DC=test\n\n\nFailed to join domain: User specified does not have administrator privileges",
        "denied",
    ],
    [
        "Failed to join domain: failed to lookup DC info for domain 'AD.LAB.TEST' over rpc: The attempted logon is invalid. This is either due to a bad username or authentication information.",
        "credential",
    ],
    [
        "Failed to join domain: failed to find DC for domain netbiosname=other - {Operation Failed} The requested operation was unsuccessful.",
        "unreachable",
    ],
    ["kinit: Password incorrect while getting initial credentials", "credential"],
    ["kinit: Client 'nobody@AD.LAB.TEST' not found in Kerberos database while getting initial credentials", "credential"],
    ['kinit: Cannot find KDC for realm "NOWHERE.TEST" while getting initial credentials', "no-such-domain"],
    ["Failed to set machine account: NT_STATUS_CANT_ACCESS_DOMAIN_INFO", "not-joined"],
    ["failed to call wbcLookupName: WBC_ERR_DOMAIN_NOT_FOUND\nCould not lookup name LABAD\\nobody-here", "no-such-name"],
    ["failed to call wbcLookupName: WBC_ERR_WINBIND_NOT_AVAILABLE\nCould not lookup name LABAD\\alice", "winbind-down"],
    ["session setup failed: NT_STATUS_CONNECTION_DISCONNECTED", "unreachable"],
    ["something that nobody has seen", "other"],
])("%s", (text, failure) => {
    expect(failureIn(text)).toBe(failure);
});

describe("klist -e", () => {
    const recorded = `Ticket cache: FILE:/tmp/krb5cc_0
Default principal: alice@AD.LAB.TEST

Valid starting     Expires            Service principal
11/29/26 19:58:19  11/30/26 05:58:19  krbtgt/AD.LAB.TEST@AD.LAB.TEST
	renew until 11/30/26 19:58:19, Etype (skey, tkt): aes256-cts-hmac-sha1-96, aes256-cts-hmac-sha1-96${" "}
11/29/26 19:58:19  11/30/26 05:58:19  cifs/member1.ad.lab.test@AD.LAB.TEST
	renew until 11/30/26 19:58:19, Etype (skey, tkt): aes256-cts-hmac-sha1-96, aes256-cts-hmac-sha1-96${" "}
`;

    test("tells whose tickets are there, for what, and how they are encrypted", () => {
        const cache = parseKlist(recorded);
        const times = { starting: "11/29/26 19:58:19", expires: "11/30/26 05:58:19" };
        const types = { sessionType: "aes256-cts-hmac-sha1-96", ticketType: "aes256-cts-hmac-sha1-96" };
        expect(cache).toEqual({
            principal: "alice@AD.LAB.TEST",
            tickets: [
                { ...times, ...types, service: "krbtgt/AD.LAB.TEST@AD.LAB.TEST" },
                { ...times, ...types, service: "cifs/member1.ad.lab.test@AD.LAB.TEST" },
            ],
        });
        expect(cache && [hasTicketFor(cache, "ad.lab.test"), hasTicketFor(cache, "OTHER.TEST")]).toEqual([true, false]);
    });

    test("is nothing without a cache", () => {
        expect(parseKlist("klist: No credentials cache found (filename: /tmp/krb5cc_0)\n")).toBeUndefined();
    });
});

test("SRV records, of host and of dig, in the order in which they are tried", () => {
    expect(parseSrv("_ldap._tcp.dc._msdcs.ad.lab.test has SRV record 0 100 389 dc1.ad.lab.test.\n")).toEqual([
        { priority: 0, weight: 100, port: 389, target: "dc1.ad.lab.test" },
    ]);
    expect(parseSrv("1 100 88 dc2.ad.lab.test.\n0 100 88 DC1.ad.lab.test.\n").map(({ target }) => target)).toEqual([
        "dc1.ad.lab.test",
        "dc2.ad.lab.test",
    ]);
    expect(parseSrv("Host _nothing._tcp.ad.lab.test not found: 3(NXDOMAIN)\n")).toEqual([]);
    expect(parseSrv(";; connection timed out; no servers could be reached\n")).toEqual([]);
});

describe("wbinfo", () => {
    test("-n: a name's SID and kind", () => {
        expect(parseNameToSid(`${sid}-1105 SID_DOM_GROUP (2)\n`)).toEqual({ sid: `${sid}-1105`, type: "group" });
        expect(parseNameToSid(`${sid}-1104 SID_USER (1)\n`)).toEqual({ sid: `${sid}-1104`, type: "user" });
        expect(
            parseNameToSid("failed to call wbcLookupName: WBC_ERR_DOMAIN_NOT_FOUND\nCould not lookup name LABAD\\nobody-here\n"),
        ).toBeUndefined();
    });

    test("-s: a SID's name, which may come in small letters", () => {
        expect(parseSidToName("LABAD\\o'neil & söhne 2\n")).toEqual({ name: "LABAD\\o'neil & söhne", type: "group" });
        expect(parseSidToName("LABAD\\Domain Users 2\n")).toEqual({ name: "LABAD\\Domain Users", type: "group" });
        expect(parseSidToName("BUILTIN\\Administrators 4\n")).toEqual({ name: "BUILTIN\\Administrators", type: "alias" });
        expect(
            parseSidToName(`failed to call wbcLookupSid: WBC_ERR_DOMAIN_NOT_FOUND\nCould not lookup sid ${sid}-99999\n`),
        ).toBeUndefined();
    });

    test("-i: an account as passwd has it", () => {
        expect(parseUser("LABAD\\alice:*:61104:60513::/home/LABAD/alice:/bin/false\n")).toEqual({
            name: "LABAD\\alice",
            uid: 61104,
            gid: 60513,
            home: "/home/LABAD/alice",
            shell: "/bin/false",
        });
        expect(
            parseUser("failed to call wbcGetpwnam: WBC_ERR_DOMAIN_NOT_FOUND\nCould not get info for user LABAD\\late\n"),
        ).toBeUndefined();
    });

    test("--sids-to-unix-ids: numbers, and who has none", () => {
        const ids = parseUnixIds(
            `${sid}-1104 -> uid/gid 61104\n${sid}-1105 -> uid/gid 61105\n${sid}-70000 -> unmapped\nS-1-5-32-544 -> gid 3001\n`,
        );
        expect([...ids]).toEqual([
            [`${sid}-1104`, { uid: 61104, gid: 61104 }],
            [`${sid}-1105`, { uid: 61105, gid: 61105 }],
            [`${sid}-70000`, {}],
            ["S-1-5-32-544", { gid: 3001 }],
        ]);
        expect(unmapped(ids)).toEqual([`${sid}-70000`]);
    });
});
