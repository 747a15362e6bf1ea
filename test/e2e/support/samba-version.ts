import { type Guest, inGuest } from "./guests";

/** Whether a gateway has the release's own Samba (4.17), not the newer one of LAB_SAMBA=backports. */
export const hasDebiansSamba = async (guest: Pick<Guest, "node" | "vmid">): Promise<boolean> =>
    (await inGuest(guest, "smbd --version")).includes(" 4.17.");
