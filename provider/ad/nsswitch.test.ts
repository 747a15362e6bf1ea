import { otherDirectories, servicesOf, withoutWinbind, withWinbind } from "./nsswitch";

/** Debian 12's, as base-files leaves it. */
const debian = `# /etc/nsswitch.conf
#
# Example configuration of GNU Name Service Switch functionality.

passwd:         files systemd
group:          files systemd
shadow:         files systemd
gshadow:        files systemd

hosts:          files dns
networks:       files
`;

test("winbind comes behind the local files of accounts and groups, and all else stays", () => {
    const text = withWinbind(debian, true);
    expect(text).toBe(
        debian
            .replace("passwd:         files systemd", "passwd:         files systemd winbind")
            .replace("group:          files systemd", "group:          files systemd winbind"),
    );
    expect(withWinbind(text, true)).toBe(text);
    expect(withWinbind(text, false)).toBe(debian);
    expect([withoutWinbind(debian), withoutWinbind(text)]).toEqual([["passwd", "group"], []]);
});

test.each([
    ["passwd: files # local\n", "passwd: files winbind # local\n"],
    ["passwd:files\n", "passwd: files winbind\n"],
    ["passwd: files [NOTFOUND=return] ldap\n", "passwd: files winbind [NOTFOUND=return] ldap\n"],
    ["group: files [SUCCESS=merge] systemd\n", "group: files [SUCCESS=merge] systemd winbind\n"],
    ["passwd: compat\n", "passwd: compat winbind\n"],
    ["passwd: db\n", "passwd: winbind db\n"],
])("%j becomes %j, and back", (text, edited) => {
    expect(withWinbind(text, true).startsWith(edited)).toBe(true);
    const database = text.slice(0, text.indexOf(":"));
    expect(servicesOf(withWinbind(edited, false), database)).toEqual(servicesOf(text, database));
});

test("a database without a line gets one, and an entry of libnss-winbind's own is left as it is", () => {
    expect(withWinbind("hosts: files\n", true)).toBe("hosts: files\npasswd: files winbind\ngroup: files winbind\n");
    expect(withWinbind("", true)).toBe("passwd: files winbind\ngroup: files winbind\n");
    const own = "passwd: files winbind systemd\ngroup: winbind files\n";
    expect(withWinbind(own, true)).toBe(own);
});

test("other directories of domain accounts are named", () => {
    expect(otherDirectories(debian)).toEqual([]);
    expect(otherDirectories("passwd: files sss\ngroup: files sss ldap\n")).toEqual(["sss", "ldap"]);
    // A word of a comment is none.
    expect(otherDirectories("passwd: files # sss\n")).toEqual([]);
});

test.each(["[a", " ", "a", "winbind[", "x:"])("a line that goes on with %j takes no time with the square of its length", (part) => {
    const text = `passwd: files ${part.repeat(150_000)} winbind\n`;
    const before = process.cpuUsage();
    for (const wanted of [true, false]) withWinbind(text, wanted);
    servicesOf(text, "passwd");
    expect(process.cpuUsage(before).user).toBeLessThan(3_000_000);
});

test("winbind is taken out where it stands, with the blanks before it", () => {
    expect(withWinbind("passwd:  winbind files\ngroup: files  winbind  sss # x\nhosts: winbind\n", false)).toBe(
        "passwd:  files\ngroup: files  sss # x\nhosts: winbind\n",
    );
});
