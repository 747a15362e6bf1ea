import { ACCOUNTS, GATEWAY, PRINCIPALS, SERVED, type Rows } from "./values";

export const good = { gateway: GATEWAY, name: "staff" };

/** Bad values by property of an SmbGroup. */
export const rows: Rows = {
    name: ACCOUNTS,
    gid: [0, 999, 65_534],
    members: [["Ali ce"], [""], ["a b"], ["alice", "-bob"], ...PRINCIPALS.map((name) => [name])],
    ...SERVED,
};
