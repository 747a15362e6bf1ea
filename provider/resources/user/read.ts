import type { Context, Observed } from "../../base/handler";
import type { GatherResult } from "../../hosts";
import type { UserInputs } from "../../model";
import { keyIn, textDrift } from "../../samba/drift";
import { hostFacts } from "../../samba/facts";
import { passwordOpening } from "../../samba/assembly";
import { accountPath, openingPath } from "../../samba/paths";
import { accountMark, NO_HOME } from "../../samba/user-unit";
import { lookAt } from "../../gateway/look";
import { nameOf } from "../../base/required-name";
import type { Outputs, UserState } from "./types";
import { ACCOUNT_GONE, declaredHash, secretName } from "./secret";

/** The account on the host: its Unix entry, its Samba entry and its groups. */
export function accountIn(look: GatherResult, name: string) {
    const { users, groups, accounts, expiries } = hostFacts(look);
    return {
        unix: users.get(name),
        samba: accounts.get(name),
        expires: expiries.get(name),
        groups: [...groups.values()].filter((group) => group.members.includes(name)).map((group) => group.name),
        ownGroup: groups.get(name),
    };
}

/** An interrupted run may have renamed the account without storing the new name: the mark is then on another name. */
function nameNow(look: GatherResult, id: string, state: UserState): string | undefined {
    const known = nameOf(state, "user");
    if (look.files[accountPath(known)]?.includes(id)) return known;
    const accounts = [...hostFacts(look).users.values()];
    return accounts.find(({ name, uid }) => uid === state.uid && look.files[accountPath(name)]?.includes(id))?.name;
}

/** Reads the account from Unix and Samba. Undefined when the gateway is gone or the account is no longer ours. */
export async function readUser(
    ctx: Context<Outputs>,
    id: string,
    state: UserState,
): Promise<{ inputs: Observed<UserInputs>; state: Outputs } | undefined> {
    const seen = await lookAt(ctx, state.gateway);
    if (seen === "gone") return undefined;
    if ("away" in seen) return { inputs: { drift: state.drift }, state };
    const name = nameNow(seen.look, id, state);
    const mark = name === undefined ? undefined : seen.look.files[accountPath(name)];
    if (name === undefined || mark?.includes(id) !== true) return undefined;

    const { unix, samba, expires, groups } = accountIn(seen.look, name);
    const key = keyIn(mark);
    const drift = textDrift(accountPath(name), accountMark({ key, nonce: id }, state.groups ?? []), mark);
    const opening = openingPath(name);
    const opened = textDrift(opening, state.passwordMustChange ? passwordOpening : undefined, seen.look.files[opening]);
    drift.push(...opened.map((text) => `passwordMustChange: ${text}`));
    const observed: Record<string, unknown> = { name };
    if (unix === undefined) drift.push("the Unix account was deleted");
    else {
        observed["fullName"] = unix.fullName;
        if (state.home !== undefined) observed["home"] = unix.home === NO_HOME ? undefined : unix.home;
        if (unix.uid !== state.uid) drift.push(`uid: ${unix.uid} instead of ${state.uid}`);
    }
    if (samba === undefined) drift.push(ACCOUNT_GONE);
    else {
        observed["enabled"] = samba.enabled;
        observed["expires"] = expires;
        const declared = await declaredHash(state);
        if (declared !== undefined && declared !== samba.ntHash) drift.push(`${secretName(state)}: no longer the declared one`);
    }
    if (state.groups !== undefined) observed["groups"] = groups;
    return { inputs: { ...observed, urn: key, drift }, state };
}
