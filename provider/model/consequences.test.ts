import { gatewayModel, groupModel, quotaModel, shareModel, userModel } from ".";
import { consequencesOf, consequenceText } from "./consequences";
import type { Model } from "./meta";
import type { Tree } from "./tree";

const on = { gateway: { id: "pve1/101/0123456789abcdef" } };
const samples = {
    share: [shareModel, { name: "docs", ...on }],
    user: [userModel, { name: "alice", password: "p", ...on }],
    group: [groupModel, { name: "team", ...on }],
    quota: [quotaModel, { limit: "2GiB", gateway: on.gateway }],
    gateway: [
        gatewayModel,
        {
            node: "pve1",
            lxc: { template: "debian-12", rootfs: { storage: "local", size: "4GiB" } },
            network: { bridge: "vmbr0", address: "dhcp" },
            data: { storage: "tank", size: "1GiB" },
        },
    ],
} satisfies Record<string, [object, Tree]>;

const told = (kind: keyof typeof samples, old: Tree, news: Tree): string[] => {
    const [model, base] = samples[kind] as [Model, Tree];
    return consequencesOf(model, { ...base, ...old }, { ...base, ...news }).map(consequenceText);
};

const CLOSED = "open connections to the share are closed";
const LATER = "open connections may continue unchanged until they reconnect";
const RESTART = "smbd is restarted: open connections are closed, clients reconnect by themselves";

describe("what a change brings", () => {
    test.each<[string, keyof typeof samples, Tree, Tree, string[]]>([
        ["disabling", "share", {}, { enabled: false }, [`enabled: ${CLOSED}`]],
        ["enabling", "share", { enabled: false }, {}, []],
        ["read only", "share", {}, { readOnly: true }, [`readOnly: ${CLOSED}`]],
        ["no guests any more", "share", { guest: true }, {}, [`guest: ${CLOSED}`]],
        ["guests from now on", "share", {}, { guest: true }, []],
        ["encryption", "share", {}, { encryptionRequired: true }, [`encryptionRequired: ${CLOSED}`]],
        ["another name", "share", {}, { name: "d" }, ["name: open connections under the old name are closed, the files are not moved"]],
        ["a path chosen before", "share", {}, { path: "/srv/pvesmb/docs" }, []],
        [
            "another path",
            "share",
            { path: "/srv/pvesmb/a" },
            { path: "/srv/pvesmb/b" },
            ["path: open connections are closed, and the directory is moved there"],
        ],
        ["first hosts", "share", {}, { hostsAllow: ["10.0.0.1"] }, [`hostsAllow: ${CLOSED}`]],
        ["fewer hosts", "share", { hostsAllow: ["10.0.0.1", "10.0.0.2"] }, { hostsAllow: ["10.0.0.2"] }, [`hostsAllow: ${CLOSED}`]],
        ["more hosts", "share", { hostsAllow: ["10.0.0.1"] }, { hostsAllow: ["10.0.0.2", "10.0.0.1"] }, []],
        ["all hosts", "share", { hostsAllow: ["10.0.0.1"] }, {}, []],
        ["more hosts out", "share", {}, { hostsDeny: ["10.0.0.1"] }, [`hostsDeny: ${CLOSED}`]],
        ["fewer hosts out", "share", { hostsDeny: ["10.0.0.1"] }, {}, []],
        ["other files unseen", "share", { vetoFiles: ["a"] }, { vetoFiles: ["b"] }, [`vetoFiles: ${CLOSED}`]],
        ["an option about hosts", "share", {}, { options: { "hosts deny": "all" } }, [`options: ${CLOSED}`]],
        ["homes", "share", {}, { purpose: "homes" }, [`homes: ${CLOSED}`]],
        ["no homes, written out", "share", {}, { homes: false }, []],
        ["another option", "share", {}, { options: { "strict sync": "no" } }, []],
        [
            "less for some",
            "share",
            {
                access: [
                    { user: "alice", level: "full" },
                    { user: "bob", level: "change" },
                    { group: "staff", level: "read" },
                ],
            },
            {
                access: [
                    { user: "alice", level: "read" },
                    { user: "bob", level: "full" },
                ],
            },
            ["access: open connections of everyone who loses access are closed (alice, group staff)"],
        ],
        ["more for all", "share", {}, { access: [{ user: "alice", level: "full" }] }, []],
        ["a bin", "share", {}, { recycle: {} }, [`recycle: ${LATER}`]],
        ["what is logged", "share", { audit: {} }, { audit: { success: ["open"] } }, [`audit.success: ${LATER}`]],
        ["what a purpose brings", "share", {}, { purpose: "dropBox" }, [`hideUnreadable: ${CLOSED}`]],
        [
            "a volume's backup",
            "share",
            { volume: { storage: "a", size: "1GiB" } },
            { volume: { storage: "a", size: "2GiB", backup: false } },
            ["volume.backup: takes effect at the next restart of the container"],
        ],
        ["a disabled user", "user", {}, { enabled: false }, ["enabled: open sessions of the user are ended"]],
        ["a user who leaves", "user", { groups: ["a", "b"] }, { groups: ["b"] }, ["groups: open sessions of the user are ended (a)"]],
        ["a user who joins", "user", { groups: ["a"] }, { groups: ["b", "a"] }, []],
        ["another password", "user", {}, { password: "q" }, ["password: open sessions continue, the next login needs the new one"]],
        [
            "another home",
            "user",
            { home: "/srv/pvesmb/a" },
            { home: "/srv/pvesmb/b" },
            [
                "home: files in the old folder stay there, unless the user is renamed and the folder with it (only its last part differs) (/srv/pvesmb/a)",
            ],
        ],
        ["a first home", "user", {}, { home: "/srv/pvesmb/b" }, []],
        [
            "members who leave",
            "group",
            { members: ["a", "b"] },
            { members: ["b"] },
            ["members: open sessions of those who leave are ended (a)"],
        ],
        ["members who are the users' to say", "group", { members: ["a"] }, {}, []],
        [
            "a smaller limit",
            "quota",
            {},
            { limit: "1536MiB" },
            [
                'limit: refused if more than that is used, and on a volume always, unless it is on ZFS and `onShrink` is "force" (512MiB less)',
            ],
        ],
        ["a larger limit", "quota", {}, { limit: "4GiB" }, []],
        ["another workgroup", "gateway", {}, { samba: { workgroup: "HOME" } }, [`samba.workgroup: ${RESTART}`]],
        ["the same in other letters", "gateway", {}, { samba: { workgroup: "Workgroup" } }, []],
        [
            "signing",
            "gateway",
            {},
            { samba: { signing: "auto" } },
            ["samba.signing: applies to new sessions, open ones continue unchanged"],
        ],
        ["what is read at the start", "gateway", {}, { samba: { options: { "MDNS name": "mdns" } } }, [`samba.options: ${RESTART}`]],
        ["what is read anew", "gateway", {}, { samba: { options: { deadtime: "10" } } }, []],
        ["another case of names", "share", {}, { caseHandling: "sensitive" }, [`caseHandling: ${LATER}`]],
        ["how much is logged", "gateway", {}, { samba: { logging: { level: 3 } } }, []],
        ["a stop", "gateway", {}, { started: false }, ["started: the container is shut down, and clients lose their connections"]],
        [
            "signing",
            "gateway",
            {},
            { samba: { signing: "auto" } },
            ["samba.signing: applies to new sessions, open ones continue unchanged"],
        ],
        ["how much is logged", "gateway", {}, { samba: { logging: { level: 3 } } }, []],
        ["a stop", "gateway", {}, { started: false }, ["started: the container is shut down, and clients lose their connections"]],
        ["another node", "gateway", {}, { node: "pve2" }, ["node: the container is not moved; migrate it in Proxmox VE, pvesmb follows"]],
        ["another pool", "gateway", {}, { pool: "b" }, ["pool: only used at creation; what exists is not changed"]],
        [
            "less data",
            "gateway",
            {},
            { data: { storage: "tank", size: "512MiB" } },
            ["data.size: refused, Proxmox VE cannot shrink a volume (512MiB less)"],
        ],
        [
            "no data",
            "gateway",
            {},
            { data: undefined },
            ["data: cannot be removed while the gateway has a data volume, its files would be lost"],
        ],
    ])("%s", (_what, kind, old, news, expected) => {
        expect(told(kind, old, news)).toEqual(expected);
    });

    test("nothing to nothing", () => {
        for (const kind of Object.keys(samples) as (keyof typeof samples)[]) expect(told(kind, {}, {})).toEqual([]);
    });
});
