import { bareBlob } from "../model/offline-join";
import { NET } from "./private-run";
import type { PrivateCommand } from "./private-run";

/** A computer account that an administrator made before the join; the blob has its secret. */
export interface Provisioned {
    blob: string;
}

/** In UTF-16 with a byte order mark and a NUL at the end, as djoin writes it. */
const FILE = "blob";
const fileOf = (blob: string): string => Buffer.from(`\uFEFF${bareBlob(blob)}\0`, "utf16le").toString("base64");

const request = (name: string, { blob }: Provisioned, options: readonly string[]): PrivateCommand => ({
    name,
    argv: [...NET, "offlinejoin", "requestodj", `loadfile={room}/${FILE}`, ...options],
    binaries: { [FILE]: fileOf(blob) },
    timeout: 30,
});

/** Samba's databases are in the room as well, so that nothing of the host changes. */
export const ROOM_SECRETS = ["--option=private dir={room}"];

/** For a look: the secret in the room only. 4.17 may end with 1 although it has stored it (samba.md section 5): what comes next tells. */
export const provisionRoom = (account: Provisioned): PrivateCommand => request("provisioned", account, ROOM_SECRETS);

/** The join: the secret becomes the host's. */
export const provisionHost = (account: Provisioned): PrivateCommand => request("join", account, []);

/** Gives the computer account a password that no blob has. `server`: the controller that everything else was asked of. */
export const rotation = (server: string): PrivateCommand => ({
    name: "rotation",
    argv: [...NET, "ads", "changetrustpw", "-P", "--use-kerberos=required", "-S", server],
    timeout: 60,
});
