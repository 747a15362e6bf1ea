import * as z from "zod";

export const port = z.int().min(1).max(65535);
export const hostKey = z
    .string()
    .regex(
        /^(SHA256:[A-Za-z0-9+/]{43}=?|(ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/]+=*( .*)?)$/,
        'must be "SHA256:..." or a public key line such as "ssh-ed25519 AAAA..."',
    );
