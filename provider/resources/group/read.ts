import type { Context, Observed } from "../../base/handler";
import type { GroupInputs } from "../../model/group/inputs";
import { keyIn, textDrift } from "../../samba/drift";
import { hostFacts } from "../../samba/facts";
import { earlierGroupMark, groupMark } from "../../samba/group-unit";
import { groupPath } from "../../samba/paths";
import { memberText } from "../../samba/settled";
import { lookAt } from "../../gateway/look";
import { nameOf } from "../../base/required-name";
import type { GroupState, Outputs } from "./types";

/** Reads the group from the host. Undefined when the gateway is gone or the group is no longer ours. */
export async function readGroup(
    ctx: Context<Outputs>,
    id: string,
    state: GroupState,
): Promise<{ inputs: Observed<GroupInputs>; state: Outputs } | undefined> {
    const seen = await lookAt(ctx, state.gateway);
    if (seen === "gone") return undefined;
    if ("away" in seen) return { inputs: { drift: state.drift }, state };
    const { groups } = hostFacts(seen.look);
    const isOurs = (name: string): boolean => seen.look.files[groupPath(name)]?.includes(id) === true;
    const known = nameOf(state, "group");
    // An interrupted run may have renamed the group without storing the new name.
    const name = isOurs(known) ? known : [...groups.values()].find(({ name, gid }) => gid === state.gid && isOurs(name))?.name;
    if (name === undefined) return undefined;
    const mark = seen.look.files[groupPath(name)] ?? "";
    const found = groups.get(name);
    const key = keyIn(mark);
    if (found === undefined) return { inputs: { name, urn: key, drift: ["the group was deleted"] }, state };
    const owner = { key, nonce: id };
    const listed = state.members?.map((member) => memberText(member, state.domainAccounts));
    // As the program names them.
    const words = new Map(state.members?.map((member) => [memberText(member, state.domainAccounts), member]));
    const members = found.members.map((member) => words.get(member) ?? member);
    const drift = mark === earlierGroupMark(owner, state.members) ? [] : textDrift(groupPath(name), groupMark(owner, name, listed), mark);
    if (found.gid !== state.gid) drift.push(`gid: ${found.gid} instead of ${state.gid}`);
    return { inputs: { name, ...(state.members === undefined ? {} : { members }), urn: key, drift }, state };
}
