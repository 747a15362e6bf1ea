/** Restrictions for every pvesmb service (systemd.exec(5)). They concern only its own processes and work in every container. */
export const SANDBOX = `NoNewPrivileges=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
`;

/**
 * For nodes: these need mounts of the service's own, which a container without `nesting` cannot make. No ProtectHome, because home
 * directories may hold data.
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
