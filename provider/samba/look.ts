import type { Gather } from "../hosts/batch";
import { DATA_ROOT } from "../model/paths";
import { CLIENTS_LOOK } from "./clients";
import { FACTS_FILE } from "./gateway-unit";
import { PACKAGES_LOOK } from "./packages";
import { SAMBA } from "./paths";
import { expiryPath } from "./recycle";
import { RIGHTS } from "./rights";
import { SERVICE_FILES, SERVICES } from "./services";

const FRAGMENTS = `${SAMBA.fragments}/*.conf`;
const PASSWD = { name: "passwd", argv: ["getent", "passwd"] };
const GROUP = { name: "group", argv: ["getent", "group"] };

/** Who has which share open, and who is in which group. */
export const CONNECTIONS: Gather = { commands: [{ name: "status", argv: ["smbstatus", "--json"] }, GROUP] };

/** Which shares there are, and who. */
export const SHARES_AND_PEOPLE: Gather = { files: [FRAGMENTS], commands: [PASSWD, GROUP] };

/** Directories that whoever asks for one asks for together. */
export const SIDE_BY_SIDE = `${DATA_ROOT}/*`;
export const isSideBySide = (path: string): boolean => path.startsWith(`${DATA_ROOT}/`) && !path.slice(DATA_ROOT.length + 1).includes("/");

/** Everything that a refresh of a gateway and all it serves needs, in one look. Directories that are not side by side are asked for apart. */
export const LOOK: Gather = {
    files: [
        SAMBA.config,
        SAMBA.mark,
        SAMBA.shares,
        ...SERVICE_FILES,
        expiryPath("*"),
        FRAGMENTS,
        `${SAMBA.accounts}/*.json`,
        `${SAMBA.accounts}/*.conf`,
        `${SAMBA.groups}/*.json`,
        FACTS_FILE,
        "/etc/ssh/ssh_host_*_key.pub",
    ],
    stat: [SIDE_BY_SIDE],
    commands: [
        { name: "accounts", argv: ["pdbedit", "-L", "-w"] },
        { name: "details", argv: ["env", "TZ=UTC", "pdbedit", "-L", "-v"] },
        PASSWD,
        GROUP,
        RIGHTS,
        { name: "enabled", argv: ["systemctl", "is-enabled", "smbd"] },
        { name: "active", argv: ["systemctl", "is-active", "smbd"] },
        { name: "nmbd", argv: ["systemctl", "is-enabled", "nmbd"] },
        { name: "services", argv: ["systemctl", "is-active", ...SERVICES] },
        CLIENTS_LOOK,
        PACKAGES_LOOK,
    ],
};
