import { PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import { groupModel } from "../../model/group";
import type { GroupInputs } from "../../model/group/inputs";
import { hostFacts } from "../../samba/facts";
import { tellAdopted } from "../../model/adopted";
import { readyGateway } from "../../gateway/session";
import { nameOf } from "../../base/given";

/** An adopted group keeps its gid, since its files have it. Changes are logged. */
export async function adopting(ctx: Context<unknown>, inputs: GroupInputs): Promise<GroupInputs> {
    const name = nameOf(inputs, "group");
    const { workshop } = await readyGateway(ctx, inputs.gateway);
    const found = hostFacts(await workshop.snapshot.read(ctx.deadline)).groups.get(name);
    if (found === undefined) return inputs;
    if (inputs.gid !== undefined && inputs.gid !== found.gid)
        throw new PvesmbError(
            "InvalidInput",
            `gid: the group ${name} that is to be taken over has ${found.gid}, and files that belong to it; give that number, or leave it out`,
            { property: "gid" },
        );
    tellAdopted(ctx.log, groupModel, name, {
        found: inputs.members === undefined ? {} : { members: found.members },
        declared: inputs,
    });
    return { ...inputs, gid: found.gid };
}
