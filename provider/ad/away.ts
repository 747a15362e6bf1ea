import { SANDBOX } from "../base/sandbox";
import { DOMAIN } from "./paths";

const program = (verb: string, domain: string): string => `/usr/bin/python3 -I ${DOMAIN.awayProgram} ${verb} ${domain.toLowerCase()}`;

/** Before winbindd starts, and whatever becomes of it: winbindd starts all the same. */
export const awayDropIn = (domain: string): string => `# Written by pvesmb.
[Service]
ExecStartPre=-${program("start", domain)}
`;

export const awayService = (domain: string): string => `[Unit]
Description=pvesmb: waits until the domain ${domain.toLowerCase()} is back

[Service]
ExecStart=${program("wait", domain)}
Restart=on-failure
RestartSec=10
${SANDBOX}`;
