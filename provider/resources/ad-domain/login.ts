import { PvesmbError } from "../../base/errors";
import type { Login, Provisioned } from "../../ad";
import { blobFrom, keytabFrom, passwordFrom, ticketsFrom } from "../../gateway/password-from";
import type { DomainInputs } from "../../model";

type Credential = NonNullable<DomainInputs["credential"]>;

/** A credential with its password, tickets or keytab, read from their source. `property`: the input that holds it. */
export async function loginOf(credential: Credential, property: string): Promise<Login> {
    const { user, password, tickets, keytab } = credential;
    if (keytab !== undefined) return { user, keytab };
    if (credential.keytabFrom !== undefined) return { user, keytab: await keytabFrom(credential.keytabFrom, `${property}.keytabFrom`) };
    if (tickets !== undefined) return { user, tickets };
    if (credential.ticketsFrom !== undefined)
        return { user, tickets: await ticketsFrom(credential.ticketsFrom, `${property}.ticketsFrom`) };
    return { user, password: password ?? (await passwordFrom(credential.passwordFrom ?? {}, `${property}.passwordFrom`)) };
}

type Joining = Pick<DomainInputs, "offlineJoin" | "credential" | "domain">;

/** Who joins: the account that was made before, else who may make one. `why`: of the join. */
export async function joiner({ offlineJoin, credential, domain }: Joining, why: string): Promise<Login | Provisioned> {
    if (offlineJoin !== undefined)
        return { blob: offlineJoin.blob ?? (await blobFrom(offlineJoin.blobFrom ?? {}, "offlineJoin.blobFrom")) };
    if (credential !== undefined) return loginOf(credential, "credential");
    throw new PvesmbError(
        "InvalidInput",
        `credential: ${why}, and joining ${domain} needs an account that may: set \`credential\` or \`offlineJoin\``,
        { property: "credential" },
    );
}

/** Who changes what the computer account may not change itself. */
export async function namesLogin({ credential, domain }: Joining): Promise<Login> {
    if (credential !== undefined) return loginOf(credential, "credential");
    throw new PvesmbError(
        "InvalidInput",
        `credential: service principal names are to be changed in ${domain}, which needs an account that may: set \`credential\``,
        { property: "credential" },
    );
}

/** For a leave; undefined: there is none, or its source is empty by now. */
export async function leaveLogin({ credential, leave }: DomainInputs): Promise<Login | { none: string }> {
    const given = leave.credential ?? credential;
    if (given === undefined) return { none: "there is neither `leave.credential` nor `credential`" };
    try {
        return await loginOf(given, leave.credential === undefined ? "credential" : "leave.credential");
    } catch (error) {
        return { none: error instanceof Error ? error.message : String(error) };
    }
}
