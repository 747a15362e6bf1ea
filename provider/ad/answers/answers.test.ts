import { parseInfo, parseLookup } from "./domain";
import { failureIn } from "./failures";
import { parseTestjoin } from "./membership";
import { parseUnixIds, unmapped } from "./wbinfo";

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

    test("names with control characters are none: they would be lines of a report", () => {
        for (const sign of ["\\n", "\\u001b", "\\u2028"]) {
            expect(parseLookup(recorded.replace("dc1.ad.lab.test", `dc1${sign}nothing is wrong`))).toBeUndefined();
            expect(parseLookup(recorded.replace('"north"', `"no${sign}rth"`))?.site).toBe("");
        }
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
        expect(parseInfo(recorded.replace('"dc1.ad.lab.test"', '"dc1\\nx"'))).toBeUndefined();
        expect(parseInfo(recorded.replace("AD.LAB.TEST", "AD\\r.LAB.TEST"))?.realm).toBe("");
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
    // wbinfo -t; it says WBC_ERR_AUTH_ERROR of every failure, also when no controller answers.
    [
        "error code was NT_STATUS_DOMAIN_CONTROLLER_NOT_FOUND (0xc0000233)\nfailed to call wbcCheckTrustCredentials: WBC_ERR_AUTH_ERROR",
        "unreachable",
    ],
    [
        "error code was NT_STATUS_NO_TRUST_SAM_ACCOUNT (0xc000018b)\nfailed to call wbcCheckTrustCredentials: WBC_ERR_AUTH_ERROR",
        "account-gone",
    ],
    ["error code was NT_STATUS_LOGON_FAILURE (0xc000006d)\nfailed to call wbcCheckTrustCredentials: WBC_ERR_AUTH_ERROR", "credential"],
    ["error code was NT_STATUS_NTLM_BLOCKED (0xc0000418)\nfailed to call wbcCheckTrustCredentials: WBC_ERR_AUTH_ERROR", "other"],
    ["could not obtain winbind domain name!\nfailed to call wbcCheckTrustCredentials: WBC_ERR_WINBIND_NOT_AVAILABLE", "winbind-down"],
    ["something that nobody has seen", "other"],
])("%s", (text, failure) => {
    expect(failureIn(text)).toBe(failure);
});

describe("wbinfo", () => {
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

test.each(["Cannot resolve ", "realm ", "NERR_", "NT_STATUS_INVALID_ACCOUNT_NAME"])(
    "a text of a host that goes on with %j takes no time with the square of its length",
    (part) => {
        const before = process.cpuUsage();
        expect(failureIn(part.repeat(50_000))).toBe("other");
        expect(failureIn(`${part.repeat(50_000)}\nNT_STATUS_ACCOUNT_LOCKED_OUT`)).toBe("account-locked");
        expect(process.cpuUsage(before).user).toBeLessThan(3_000_000);
    },
);
