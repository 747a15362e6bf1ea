import type { Lab } from "../e2e/support/lab";
import { getFile, type Login, putFile, smbclient, type Unc } from "../e2e/support/smb-client";
import { heading, note } from "./say";

/**
 * Writes and reads a file as the one who may, and tries as those who may not. Throws when anything is not as it should be. Returns the
 * moment (performance.now) at which the first write had succeeded.
 */
export async function proveService(lab: Lab, unc: Unc, allowed: Login, uninvited: Login): Promise<number> {
    heading(`smbclient: \\\\${unc.host}\\${unc.share}`);
    const content = `written at ${new Date().toISOString()}\n`;
    await putFile(lab.within, unc, allowed, "hello.txt", content);
    const written = performance.now();
    note(`${allowed.user} puts hello.txt: done`);

    if ((await getFile(lab.within, unc, allowed, "hello.txt")) !== content) throw new Error("the file came back changed");
    note(`${allowed.user} gets hello.txt: the same bytes`);

    await refused(
        lab,
        unc,
        { ...allowed, password: "not the password" },
        "NT_STATUS_LOGON_FAILURE",
        `${allowed.user} with a wrong password`,
    );
    await refused(lab, unc, uninvited, "NT_STATUS_ACCESS_DENIED", `${uninvited.user}, who has an account but no access`);
    return written;
}

async function refused(lab: Lab, unc: Unc, login: Login, status: string, who: string): Promise<void> {
    const { code, output } = await smbclient(lab.within, unc, login, "ls");
    if (code === 0 || !output.includes(status))
        throw new Error(`${who} should have got ${status}, but smbclient ended with ${code}:\n${output}`);
    note(`${who}: refused, ${status}`);
}
