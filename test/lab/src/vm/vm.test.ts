import { qemuCommand } from "./command-line";
import { vmSources } from "./sources";

const hardware = {
    kernel: "/k",
    initrd: "/i",
    root: "/tmp/a,b/root.qcow2",
    disks: [
        { name: "tank", file: "/tmp/a,b/tank.img", readOnly: false },
        { name: "template", file: "/t.tar.zst", readOnly: true },
    ],
    memory: 2048,
    processors: 2,
    sshPort: 4711,
    authorizedKey: "ssh-ed25519 AAAA vm",
    console: "/tmp/console.log",
    accelerator: "tcg" as const,
};

/** The values that follow an option. */
const values = (argv: string[], option: string): string[] => argv.filter((_word, index) => argv[index - 1] === option);

test("disks come in order, root first, commas in paths doubled, media read only", () => {
    expect(values(qemuCommand(hardware), "-drive")).toEqual([
        "if=none,id=root,format=qcow2,cache=writeback,read-only=off,file=/tmp/a,,b/root.qcow2",
        "if=none,id=tank,format=raw,cache=writeback,read-only=off,file=/tmp/a,,b/tank.img",
        "if=none,id=template,format=raw,cache=writeback,read-only=on,file=/t.tar.zst",
    ]);
    expect(values(qemuCommand(hardware), "-device")[1]).toBe("virtio-blk-pci,drive=tank,serial=tank");
});

test("nothing leads out of the machine, and only its sshd in", () => {
    expect(values(qemuCommand(hardware), "-netdev")).toEqual(["user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:4711-:22"]);
});

test("the processor is the machine's own only with KVM", () => {
    expect(values(qemuCommand(hardware), "-cpu")).toEqual(["max,-cx16"]);
    expect(values(qemuCommand({ ...hardware, accelerator: "kvm" }), "-cpu")).toEqual(["host"]);
});

test("ZFS comes from the same mirror as the rest: contrib, and the backports of the release alone", () => {
    const lines = ["deb [signed-by=/k] http://m/debian bookworm main", "deb [signed-by=/k] http://m/security bookworm-security main"];
    expect(vmSources({ lines, options: [] }).lines).toEqual([
        "deb [signed-by=/k] http://m/debian bookworm main contrib",
        "deb [signed-by=/k] http://m/security bookworm-security main contrib",
        "deb [signed-by=/k] http://m/debian bookworm-backports main contrib",
    ]);
});
