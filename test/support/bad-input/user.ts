import { ACCOUNTS, GATEWAY, long, PATHS, SERVED, type Rows } from "./values";

export const good = { gateway: GATEWAY, name: "alice", password: "good enough" };

/** Bad values by property of an SmbUser. */
export const rows: Rows = {
    name: [...ACCOUNTS, "root", "nobody"],
    password: ["", long(128), "two\nlines", "nul\0", "\ufeffas in a file", "as in a file\r\n", "two\u200bwords"],
    "passwordFrom.env": ["", "A B", "1ST", "A=B"],
    "passwordFrom.file": [""],
    ntHash: ["", long(32), "8846F7EAEE8FB117AD06BDD830B7586", "8846F7EAEE8FB117AD06BDD830B7586C0"],
    expires: ["", "soon", "2027-02-29", "2027-6-1", "2036-01-01", "1999-01-01"],
    home: [...PATHS, "/srv/pvesmb/a:b"],
    uid: [0, 999, 65_534, 1000.5, -1],
    gid: [0, 999, 65_534],
    groups: [["Staff"], ["a b"], [""], ["alice"]],
    fullName: ["a:b", "a,b", "two\nlines", long(129)],
    ...SERVED,
};
