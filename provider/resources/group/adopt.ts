import { PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import { groupModel } from "../../model/group";
import type { GroupInputs } from "../../model/group/inputs";
import { hostFacts } from "../../samba/facts";
import { reportAdopted } from "../../model/adopted";
import { readyGateway } from "../../gateway/session";
import { nameOf } from "../../base/required-name";

/** An adopted group keeps its gid, since its files have it. Changes are logged. */
export async function adopting(ctx: Context<unknown>, inputs: GroupInputs): Promise<GroupInputs> {
    const name = nameOf(inputs, "group");
    const { hostSession } = await readyGateway(ctx, inputs.gateway);
    const found = hostFacts(await hostSession.snapshot.read(ctx.deadline)).groups.get(name);
    if (found === undefined) return inputs;
    if (inputs.gid !== undefined && inputs.gid !== found.gid)
        throw new PvesmbError(
            "InvalidInput",
            `gid: the existing group ${name} has the number ${found.gid}, and files belong to it; set that number, or leave it out`,
            { property: "gid" },
        );
    reportAdopted(ctx.log, groupModel, name, {
        found: inputs.members === undefined ? {} : { members: found.members },
        declared: inputs,
    });
    return { ...inputs, gid: found.gid };
}
