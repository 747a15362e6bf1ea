/** What every service of pvesmb's gives up (systemd.exec(5)): a matter of its own processes, which works in every container. */
export const SANDBOX = `NoNewPrivileges=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
`;

/**
 * On nodes more: it needs mounts of the service's own, which a container without `nesting` may not make, so that the service would not start. Not
 * the home directories: there may be data in them.
 */
export const NODE_SANDBOX = `${SANDBOX}PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectSystem=full
`;
