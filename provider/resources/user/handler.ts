import { randomBytes } from "node:crypto";
import { basename, dirname } from "node:path";
import { isKind } from "../../base/errors";
import type { ChangeContext, Context, ResourceHandler } from "../../base/handler";
import type { UserInputs } from "../../model";
import { CONNECTIONS } from "../../samba/look";
import { userRemovalUnit, userUnit } from "../../samba/user-unit";
import type { Account, PasswordChange } from "../../samba/user-unit";
import { readyGateway, remainingGateway } from "../../gateway/session";
import { nameOf } from "../../base/required-name";
import { adopting } from "./adopt";
import { changeLogins, endLogins } from "../../gateway/logins";
import { readUser } from "./read";
import { secretChange, secretOf } from "./secret";
import type { Outputs, UserState } from "./types";

export const userHandler: ResourceHandler<UserInputs, Outputs> = {
    async create(ctx, inputs) {
        const id = randomBytes(8).toString("hex");
        const secret = { ...(await secretOf(inputs)), ...(inputs.passwordMustChange ? { mustChange: true } : {}) };
        const { inputs: settled, leaving } = inputs.adopt ? await adopting(ctx, inputs) : { inputs, leaving: [] };
        const claim = inputs.adopt ? undefined : ctx.urn;
        const closing = leaving.length > 0 ? [nameOf(inputs, "user")] : [];
        return { id, state: await converge(ctx, id, settled, claim, { secret, leaving, closing }) };
    },

    read: (ctx, id, state) => readUser(ctx, id, state),

    async update(ctx, id, state, inputs) {
        // Groups removed from the list, also when the list is gone altogether.
        const leaving = (state.groups ?? []).filter((group) => !inputs.groups?.includes(group));
        const [was, name] = [nameOf(state, "user"), nameOf(inputs, "user")];
        if (was !== name) sayHomeStays(ctx, was, state, inputs);
        const ends = was !== name || leaving.length > 0 || (state.enabled && !inputs.enabled);
        const closing = ends ? [...new Set([was, name])] : (state.closing ?? []);
        const change = {
            secret: await secretChange(state, inputs),
            leaving,
            closing,
            was: { name: was, home: state.home, fullName: state.fullName, expires: state.expires },
        };
        return converge(ctx, id, inputs, id, change);
    },

    async delete(ctx, id, state) {
        const gateway = await remainingGateway(ctx, state.gateway);
        if (gateway === undefined) return;
        const { hostSession, store } = gateway;
        try {
            const name = nameOf(state, "user");
            const { look } = await hostSession.queue.submit(
                { ...userRemovalUnit(name, id, store.spread), looks: CONNECTIONS },
                ctx.deadline,
            );
            // The account may have been deleted in an earlier run. Its uid is never reused.
            await endLogins(hostSession, [name, ...(state.uid === undefined ? [] : [state.uid])], look, ctx.deadline);
        } catch (error) {
            // Another resource now has the account, or another gateway the host: ours is gone.
            if (!isKind(error, "Conflict")) throw error;
        }
    },
};

async function converge(
    ctx: ChangeContext<Outputs>,
    id: string,
    inputs: UserInputs,
    claim: string | undefined,
    change: { secret: PasswordChange; leaving: string[]; closing: string[]; was?: Pick<Account, "name" | "home" | "fullName" | "expires"> },
): Promise<Outputs> {
    const name = nameOf(inputs, "user");
    const { hostSession, store } = await readyGateway(ctx, inputs.gateway);
    const { uid, gid, groups, enabled, passwordMustChange: mustChange, fullName, expires, home } = inputs;
    const account = { name, uid, gid, groups, enabled, mustChange, fullName, expires, home };
    const unit = userUnit(account, { key: ctx.urn, nonce: id }, claim, change, store.spread);
    const { closing } = change;
    return changeLogins(ctx, { id, hostSession, unit, mayEnd: closing.length > 0 }, (steps) => ({
        done: { uid: Number(steps["uid"]?.value), gid: Number(steps["gid"]?.value), sid: String(steps["sid"]?.value) },
        closing,
    }));
}

/** A share with `homes` serves each user the folder of that name. */
function sayHomeStays({ log }: Context<Outputs>, was: string, { home }: UserState, inputs: UserInputs): void {
    const name = nameOf(inputs, "user");
    if (home !== undefined && home === inputs.home && basename(home) === was)
        log.warn(
            `SmbUser ${name}: home: the folder stays ${home}, but a share with \`homes\` serves ${dirname(home)}/${name} to ${name}; set \`home\` to that to move it`,
        );
}
