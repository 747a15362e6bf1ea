import { SANDBOX } from "../base/sandbox";
import { CTDB } from "./paths";

/** Debian's unit restarts nothing, and a ctdbd that was killed leaves its addresses where they are. */
export const ctdbUnit = `# Written by pvesmb.
[Unit]
StartLimitIntervalSec=0

[Service]
ExecStartPre=-/usr/sbin/nft -f ${CTDB.rules}
ExecStartPre=/bin/sh ${CTDB.drop}
ExecStopPost=/bin/sh ${CTDB.drop}
Restart=on-failure
RestartSec=3
`;

/** smbd gives up at once when CTDB is not ready; it waits for it instead, also at boot, and until CTDB's event has the gateway in step. */
export const smbdUnit = `# Written by pvesmb.
[Unit]
After=ctdb.service

[Service]
ExecStartPre=/bin/sh -c 'for i in $$(seq 60); do timeout 2 ctdb runstate startup running >/dev/null 2>&1 && timeout -s KILL 5 ${CTDB.inStep} && exit 0; sleep 0.5; done; exit 1'
`;

export const watchUnit = `# Written by pvesmb.
[Unit]
Description=pvesmb: ends a ctdbd that does not answer
After=ctdb.service

[Service]
ExecStart=/bin/sh ${CTDB.watch}
Restart=always
RestartSec=1
${SANDBOX}
[Install]
WantedBy=multi-user.target
`;
