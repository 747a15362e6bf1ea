import { randomBytes } from "node:crypto";
import { isKind } from "../../base/errors";
import type { ChangeContext, ResourceHandler } from "../../base/handler";
import type { StepResult } from "../../hosts";
import type { GroupInputs } from "../../model/group/inputs";
import { CONNECTIONS } from "../../samba/look";
import { groupRemovalUnit, groupUnit } from "../../samba/group-unit";
import { resolveAccounts } from "../../gateway/domain-accounts";
import { readyGateway, remainingGateway } from "../../gateway/session";
import { memberText } from "../../samba/settled";
import { nameOf } from "../../base/required-name";
import { changeLogins, endLogins } from "../../gateway/logins";
import { adopting } from "./adopt";
import { readGroup } from "./read";
import type { Outputs } from "./types";

export const groupHandler: ResourceHandler<GroupInputs, Outputs> = {
    async create(ctx, inputs) {
        const id = randomBytes(8).toString("hex");
        const state = inputs.adopt
            ? await converge(ctx, id, await adopting(ctx, inputs), undefined, {})
            : await converge(ctx, id, inputs, ctx.urn, {});
        return { id, state };
    },

    read: (ctx, id, state) => readGroup(ctx, id, state),

    update: (ctx, id, state, inputs) => converge(ctx, id, inputs, id, state, nameOf(state, "group")),

    async delete(ctx, id, state) {
        const gateway = await remainingGateway(ctx, state.gateway);
        if (gateway === undefined) return;
        const { hostSession, store } = gateway;
        try {
            const unit = groupRemovalUnit(nameOf(state, "group"), id, store.spread);
            const { steps, look } = await hostSession.queue.submit({ ...unit, looks: CONNECTIONS }, ctx.deadline);
            await endLogins(hostSession, listed(steps["before"]), look, ctx.deadline);
        } catch (error) {
            // Another resource now has the group, or another gateway the host: ours is gone.
            if (!isKind(error, "Conflict")) throw error;
        }
    },
};

async function converge(
    ctx: ChangeContext<Outputs>,
    id: string,
    inputs: GroupInputs,
    claim: string | undefined,
    { closing: still = [], domainAccounts: before }: Outputs,
    was?: string,
): Promise<Outputs> {
    const gateway = await readyGateway(ctx, inputs.gateway);
    const { hostSession } = gateway;
    const { gid } = inputs;
    const named = (inputs.members ?? []).map(
        (name, i) => ({ property: `members[${i}]`, list: "members", kind: "user", name, otherwise: GROUPS }) as const,
    );
    const domainAccounts = await resolveAccounts(ctx, inputs.gateway.id, gateway, named, before);
    const members = inputs.members?.map((name) => memberText(name, domainAccounts));
    const group = { name: nameOf(inputs, "group"), gid, members };
    const unit = groupUnit(group, { key: ctx.urn, nonce: id }, claim, was, gateway.store.spread);
    return changeLogins(ctx, { id, hostSession, unit, mayEnd: members !== undefined || still.length > 0 }, (steps) => {
        const number = Number(steps["gid"]?.value);
        const left = listed(steps["before"]).filter((name) => !members?.includes(name));
        return { done: { gid: number, sid: `S-1-22-2-${number}`, domainAccounts }, closing: [...new Set([...still, ...left])] };
    });
}

const GROUPS = "a group of the gateway has no groups as members, so give that group its access itself, beside this one";

/** The group's former members. */
const listed = (step: StepResult | undefined): string[] =>
    String(step?.value ?? "")
        .split(",")
        .filter((name) => name !== "");
