import { PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import { userModel } from "../../model";
import type { UserInputs } from "../../model";
import { NO_HOME } from "../../samba/user-unit";
import { reportAdopted } from "../../model/adopted";
import { readyGateway } from "../../gateway/session";
import { nameOf } from "../../base/required-name";
import { accountIn } from "./read";
import { declaredHash, secretName } from "./secret";

/** An adopted account keeps its ids, since its files have them, and leaves groups that the program does not list. Changes are logged. */
export async function adopting(ctx: Context<unknown>, inputs: UserInputs): Promise<{ inputs: UserInputs; leaving: string[] }> {
    const name = nameOf(inputs, "user");
    const { hostSession } = await readyGateway(ctx, inputs.gateway);
    const { unix, samba, expires, groups, ownGroup } = accountIn(await hostSession.snapshot.read(ctx.deadline), name);
    if (unix === undefined) return { inputs, leaving: [] };
    const kept = { uid: unix.uid, gid: ownGroup?.gid };
    for (const number of ["uid", "gid"] as const)
        if (inputs[number] !== undefined && kept[number] !== undefined && inputs[number] !== kept[number])
            throw new PvesmbError(
                "InvalidInput",
                `${number}: the existing account ${name} has the number ${kept[number]}, and files belong to it; set that number, or leave it out`,
                { property: number },
            );
    const secret = secretName(inputs);
    const hash = await declaredHash(inputs);
    reportAdopted(ctx.log, userModel, name, {
        found: {
            fullName: unix.fullName,
            home: unix.home === NO_HOME ? undefined : unix.home,
            ...(samba === undefined ? {} : { enabled: samba.enabled, expires }),
            ...(inputs.groups === undefined ? {} : { groups }),
        },
        declared: inputs,
        more: hash !== undefined && hash !== samba?.ntHash ? [`${secret}: another one`] : [],
    });
    const leaving = inputs.groups === undefined ? [] : groups.filter((group) => !inputs.groups?.includes(group));
    return { inputs: { ...inputs, uid: kept.uid, gid: kept.gid ?? inputs.gid }, leaving };
}
