import type { Gather } from "../hosts/batch";
import { joined } from "../hosts/looks";
import { DATA_ROOT } from "../model/paths";
import { CLIENTS_LOOK } from "./clients";
import { asking } from "./facts";
import { FACTS_FILE } from "./gateway-unit";
import { PACKAGES_LOOK } from "./packages";
import { SAMBA } from "./paths";
import { expiryPath } from "./recycle";
import { RIGHTS } from "./rights";
import { SERVICE_FILES } from "./services";
import { files } from "./store/files";

/** Which client has which share open, and who is in which group. */
export const CONNECTIONS: Gather = { commands: asking("status", "group") };

/** The shares, users and groups. */
export const SHARES_AND_PEOPLE: Gather = joined([files.look, { commands: asking("passwd", "group") }]);

/** Share roots directly under DATA_ROOT are stat'ed with one glob, so all readers share a gather. */
export const SHARE_ROOTS_GLOB = `${DATA_ROOT}/*`;
export const isDefaultRoot = (path: string): boolean => path.startsWith(`${DATA_ROOT}/`) && !path.slice(DATA_ROOT.length + 1).includes("/");

/** What a refresh of a gateway and its resources needs, in one look. Share roots elsewhere need a look of their own. */
export const LOOK: Gather = joined([
    { files: [SAMBA.config, SAMBA.mark] },
    files.servedLook,
    { files: [...SERVICE_FILES, expiryPath("*")] },
    files.look,
    {
        files: [`${SAMBA.accounts}/*.json`, `${SAMBA.groups}/*.json`, FACTS_FILE, "/etc/ssh/ssh_host_*_key.pub"],
        stat: [SHARE_ROOTS_GLOB],
        commands: [
            ...asking("accounts", "details", "passwd", "group"),
            RIGHTS,
            ...asking("enabled", "active", "nmbd", "services"),
            CLIENTS_LOOK,
            PACKAGES_LOOK,
        ],
    },
]);
