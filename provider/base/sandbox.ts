/**
 * What a service of pvesmb's gives up (systemd.exec(5)). The first part is a matter of its own processes and works in every container; the second
 * needs mounts of its own, which a container without nesting may not make, and without which a service with PrivateTmp= does not start.
 */
const PROCESS = `NoNewPrivileges=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
`;
const MOUNTS = `PrivateTmp=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectSystem=full
`;

export const sandbox = ({ mounts, except = [] }: { mounts: boolean; except?: string[] }): string =>
    (PROCESS + (mounts ? MOUNTS : "")).replace(/^(\w+)=.*\n/gm, (line, name: string) => (except.includes(name) ? "" : line));
