import { shareSection } from "../../test/support/share-section";
import type { ShareRoot } from "./share-root";
import { shareUnit } from "./share-unit";

/** Where the program names each account that the gateway has to have. */

const access = [
    { user: "alice", level: "full" as const },
    { group: "staff", level: "read" as const },
    { user: "S-1-5-21-1-2-3-1105", level: "read" as const },
];
const root: ShareRoot = { owner: "dave", group: "1000", mode: "0770", mounted: false, acl: [], once: false, recursive: false };

function places(acl: ShareRoot["acl"]): Record<string, string> | undefined {
    const { steps } = shareUnit(shareSection({ access }), { ...root, acl }, { key: "urn::docs", nonce: "n" }, "n");
    return steps.flatMap((step) => (step.do === "known" ? [step.places] : []))[0];
}
const entry = (kind: "user" | "group", name: string) => ({ kind, name, permissions: "rwx" });

test("an ACL that follows from `access` is not where they are named", () => {
    expect(places([entry("user", "alice"), entry("group", "staff"), entry("user", "1105")])).toEqual({
        "user dave": "owner",
        "user alice": "access[0].user",
        "group staff": "access[1].group",
    });
});

test("entries of the directory's own ACL are, each with its place", () => {
    expect(places([entry("group", "audit"), entry("user", "alice"), entry("user", "bob")])).toMatchObject({
        "user alice": "access[0].user",
        "group audit": "aclEntries[0].group",
        "user bob": "aclEntries[2].user",
    });
});
