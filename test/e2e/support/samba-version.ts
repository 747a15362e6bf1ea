import { type Guest, inGuest } from "./guests";

/** Whether a gateway has the release's own Samba (4.17), and not with LAB_SAMBA=backports a newer one. */
export const hasDebiansSamba = async (guest: Pick<Guest, "node" | "vmid">): Promise<boolean> =>
    (await inGuest(guest, "smbd --version")).includes(" 4.17.");
