import type { Log } from "../base/log";
import { gatewayModel, groupModel, shareModel, userModel } from ".";
import { reportAdopted } from "./adopted";

const told = (...[model, name, what]: [Parameters<typeof reportAdopted>[1], string, Parameters<typeof reportAdopted>[3]]): string[] => {
    const lines: string[] = [];
    const log: Log = { info: (text) => lines.push(text), warn: () => undefined, warnOnce: () => undefined };
    reportAdopted(log, model, name, what);
    return lines;
};

test("what differed, from what was there to what is declared, in one line", () => {
    const found = { comment: "Old", enabled: true, access: [{ user: "bob", level: "read" }], createMask: "0664" };
    const declared = { comment: "New", enabled: true, access: [], createMask: "0664", readOnly: true };
    expect(told(shareModel, "docs", { found, declared, more: ["recycle: recycle:versions = no instead of yes"] })).toEqual([
        'SmbShare docs: taken over (adopt); changed: comment: "Old" -> "New"; access: [{"level":"read","user":"bob"}] -> []; recycle: recycle:versions = no instead of yes',
    ]);
});

test("what means the same is no difference", () => {
    expect(told(groupModel, "team", { found: { members: ["b", "a"] }, declared: { members: ["a", "b"] } })).toEqual([
        "SmbGroup team: taken over (adopt); it was as declared",
    ]);
});

test("what is not there, and secrets", () => {
    expect(
        told(userModel, "al", { found: { expires: undefined, password: "old" }, declared: { expires: "2030-01-01", password: "new" } }),
    ).toEqual(['SmbUser al: taken over (adopt); changed: expires: (none) -> "2030-01-01"; password: another one']);
});

test("of objects, what was looked at and no more", () => {
    const found = { lxc: { memory: "512MiB", rootfs: { size: "8GiB" }, cores: 2 }, tags: ["b", "a"] };
    const declared = {
        lxc: { template: "debian", memory: "524288KiB", rootfs: { storage: "local", size: "4GiB" }, cores: 1 },
        tags: ["a", "b"],
    };
    expect(told(gatewayModel, "CT 100", { found, declared })).toEqual([
        'SmbGateway CT 100: taken over (adopt); changed: lxc.rootfs.size: "8GiB" -> "4GiB"; lxc.cores: 2 -> 1',
    ]);
});
