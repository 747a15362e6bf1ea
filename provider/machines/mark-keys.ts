import { hkdfSync, scryptSync } from "node:crypto";
import type { Connection } from "../base/connection";
import { perSession } from "../base/session";

/** Keys for marks: the first signs, all verify. */
export type MarkKeys = readonly Buffer[];

const LABEL = "pvesmb: marks in guests' notes, version 1";

/**
 * The keys of a deployer (docs/marks.md). Without `markSecret`, marks are signed with a credential that no other user of the cluster has:
 * the API token's secret, else the SSH private key, else the password. Adding `markSecret` keeps older marks valid.
 */
export function markKeys({ auth, ssh, markSecret, markSecretPrevious = [] }: Connection): MarkKeys {
    const strong = [markSecret, auth.kind === "token" ? auth.secret : undefined, ssh.privateKey].filter((each) => each !== undefined);
    const own = strong.map(derived);
    const login = own.length === 0 && auth.kind === "ticket" ? auth : undefined;
    if (login !== undefined) own.push(stretched(login.username, login.password));
    return [...own, ...markSecretPrevious.flatMap((each) => [derived(each), ...(login ? [stretched(login.username, each)] : [])])];
}

function derived(secret: string): Buffer {
    return Buffer.from(hkdfSync("sha256", secret.trim(), "", LABEL, 32));
}

const known = perSession(() => new Map<string, Buffer>());

/** Other users can read marks and test passwords on them, so each test must cost at least as much as a login. */
function stretched(username: string, password: string): Buffer {
    const name = JSON.stringify([username, password]);
    const key = known().get(name) ?? scryptSync(password, `${LABEL}: ${username}`, 32, { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 });
    known().set(name, key);
    return key;
}
