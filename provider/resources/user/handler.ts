import { randomBytes } from "node:crypto";
import { isKind, PvesmbError } from "../../base/errors";
import type { Context, ResourceHandler } from "../../base/handler";
import type { UserInputs, UserOutputs } from "../../model";
import { userRemovalUnit, userUnit } from "../../samba/user-unit";
import { openGateway, readyGateway } from "../gateway/session";
import { readUser } from "./read";

/** Outputs, the numbers among them, which are inputs too when the user chose them. */
export type Outputs = Partial<UserOutputs> & { uid?: number; gid?: number };
/** What is stored. */
export type UserState = UserInputs & Outputs;

export const userHandler: ResourceHandler<UserInputs, Outputs> = {
    async create(ctx, inputs) {
        const nonce = randomBytes(8).toString("hex");
        return { id: nonce, state: await converge(ctx, nonce, inputs, keyOf(inputs), { password: true, leaving: [] }) };
    },

    read: (ctx, id, state) => readUser(ctx, id, state),

    async update(ctx, id, state, inputs) {
        const password = state.password !== inputs.password || (state.drift ?? []).length > 0;
        return converge(ctx, id, inputs, id, { password, leaving: state.groups.filter((group) => !inputs.groups.includes(group)) });
    },

    async delete(ctx, id, state) {
        const gateway = await openGateway(ctx, state.gateway);
        if (gateway.state === "gone") return;
        const { workshop } = await readyGateway(ctx, state.gateway);
        try {
            await workshop.queue.submit(userRemovalUnit(nameOf(state), { key: keyOf(state), nonce: id }), ctx.deadline);
        } catch (error) {
            // The account belongs to another resource by now, or the host to another gateway: ours is gone.
            if (!isKind(error, "Conflict")) throw error;
        }
    },
};

async function converge(
    ctx: Context<Outputs>,
    id: string,
    inputs: UserInputs,
    claim: string,
    change: { password: boolean; leaving: string[] },
): Promise<Outputs> {
    const name = nameOf(inputs);
    const { workshop } = await readyGateway(ctx, inputs.gateway);
    const account = { name, uid: inputs.uid, gid: inputs.gid, groups: inputs.groups, enabled: inputs.enabled, fullName: inputs.fullName };
    const unit = userUnit(account, { key: keyOf(inputs), nonce: id }, claim, {
        password: change.password ? inputs.password : undefined,
        leaving: change.leaving,
        adopt: inputs.adopt || claim === id,
    });
    const { steps } = await workshop.queue.submit(unit, ctx.deadline);
    const sid = /^User SID:\s+(S-\S+)/m.exec(steps["sid"]?.stdout ?? "")?.[1];
    return { uid: Number(steps["uid"]?.value), gid: Number(steps["gid"]?.value), sid, nonce: id };
}

/** The SDK gives the resource's name; only raw use of the provider can leave it out. */
export function nameOf(inputs: UserInputs): string {
    if (inputs.name === undefined) throw new PvesmbError("InvalidInput", "name: give the user a name", { property: "name" });
    return inputs.name;
}

function keyOf(inputs: UserInputs): string {
    if (inputs.key === undefined)
        throw new PvesmbError("InvalidInput", "key: must be the resource's URN; use the classes of the pvesmb SDK, which set it");
    return inputs.key;
}
