import type { Context } from "../../base/handler";
import { shareModel } from "../../model";
import type { ShareInputs, ShareOutputs } from "../../model";
import { effective } from "../../model/share/effective";
import { dataPathFault } from "../../model/text";
import type { Access } from "../../samba/access";
import { inConfig, principalOf } from "../../samba/principals";
import { rightsDrift } from "../../samba/rights";
import { settingDrift, shareIn } from "../../samba/share";
import type { ShareSection } from "../../samba/share";
import { files } from "../../samba/store/files";
import type { Stored } from "../../samba/store/store";
import { reportAdopted } from "../../model/adopted";
import type { Ready } from "../../gateway/session";
import { nameOf } from "../../base/required-name";
import { spelled } from "./accounts";
import { propertiesOf } from "./read";
import { defaultPath, sectionOf } from "./section";
import type { Known } from "./section";

/**
 * The existing share to adopt, or undefined if there is none. Its files stay where they are unless the program sets a path. Changes are
 * logged.
 */
export async function adopting(
    ctx: Context<unknown>,
    inputs: ShareInputs,
    { hostSession }: Ready,
    accounts: ShareOutputs["domainAccounts"],
): Promise<ShareInputs | undefined> {
    const name = nameOf(inputs, "share");
    const look = await hostSession.snapshot.read(ctx.deadline);
    const stored = files.named(look, name);
    const unmade = { id: "", domainAccounts: accounts };
    const found = stored === undefined ? undefined : parsed(stored, inputs, unmade);
    if (found === undefined) return undefined;
    const stays = inputs.path === undefined && inputs.volume === undefined && dataPathFault(found.path) === undefined;
    const path = stays ? found.path : defaultPath(inputs);
    const wanted = sectionOf(inputs, path, unmade);
    const readable = { ...propertiesOf(found), access: spelled(found.access, inputs.access, accounts) };
    reportAdopted(ctx.log, shareModel, name, {
        found: { ...readable, path: found.path },
        declared: { ...effective(inputs), path },
        more: [...settingDrift(found, wanted), ...rightsDrift(wanted, look)],
    });
    return { ...inputs, ...readable, path };
}

/**
 * A section has the same lines for `full` and `change` (shareIn): unless the program says `change`, a level in the section counts as
 * `full`.
 */
function parsed({ sections }: Stored, inputs: ShareInputs, unmade: Known): ShareSection | undefined {
    const expected = sectionOf(inputs, defaultPath(inputs), unmade);
    const declared = new Map(expected.access.map((entry) => [inConfig(principalOf(entry)), entry.level]));
    const access = shareIn(sections, expected)?.access.map((entry): Access => ({
        ...entry,
        level: declared.get(inConfig(principalOf(entry))) === "change" ? "change" : "full",
    }));
    return access && shareIn(sections, { ...expected, access });
}
