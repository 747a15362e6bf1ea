import { DOMAIN } from "./paths";

/** Who of the domain may log in, by SIDs: users and groups. */
export interface Admission {
    /** The domain's SID, and the number of its relative id 0; undefined: the directory has the numbers. */
    domain: string;
    low: number | undefined;
    sids: readonly string[];
}

export const admissionText = ({ domain, low, sids }: Admission): string =>
    `${JSON.stringify({ v: 1, domain, low, sids: [...new Set(sids)].sort() })}\n`;

/**
 * smbd asks PAM at the begin of each session, for Kerberos and NTLM alike (session_claim() in source3/smbd/session.c), and refuses the login
 * if it says no. It is the one place that comes before every share and that no share's own settings override. smbd never lets PAM check a
 * password.
 */
export const PAM_TEXT = `# Written by pvesmb; changes here are reported by \`pulumi refresh\` and undone by \`pulumi up\`.
auth required pam_deny.so
account required pam_permit.so
session required pam_exec.so quiet /usr/bin/python3 -I ${DOMAIN.admits}
`;
