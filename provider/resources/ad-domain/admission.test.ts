import { admissionText, asMachine, DOMAIN, PAM_TEXT } from "../../ad";
import { asset } from "../../base/asset";
import type { GatherResult } from "../../hosts";
import { admissionDrift, admissionSteps, foundGroups, groupSearches } from "./admission";
import { domainPart, toolConfig } from "./part";
import { partText } from "../../samba/config/part";

const member = { domain: "ad.example.com", workgroup: "AD", computerName: "FILES", idRange: "60000-65533" };
const SID = "S-1-5-21-1-2-3-1110";
const own = "S-1-5-21-1-2-3-1105";
const look = (files: Record<string, string>): GatherResult => ({ files, stat: {}, statvfs: {}, commands: {}, ms: 0 });
const closed = { ...member, allowed: [SID] };
const list = admissionText({ domain: "S-1-5-21-1-2-3", low: 60_000, sids: [SID, own] });

describe("groups that may log in", () => {
    const groups = ["AD\\R&D (Söhne)*", SID, "AD\\none", "OTHER\\some"];

    it("are asked for by name, which is no more than a name in the filter; SIDs are not asked for", () => {
        expect(groupSearches(groups, asMachine).map(({ argv }) => argv.find((word) => word.startsWith("(&")))).toEqual([
            "(&(objectClass=group)(sAMAccountName=R\\26D \\28S\\c3\\b6hne\\29\\2a))",
            "(&(objectClass=group)(sAMAccountName=none))",
            "(&(objectClass=group)(sAMAccountName=some))",
        ]);
    });

    it("are those that the domain has; each other one is told by its place", () => {
        const said = (stdout: string, code = 0) => ({ code, stdout, stderr: code === 0 ? "" : "no controller" });
        const answers = {
            "group AD\\R&D (Söhne)*": said(`Got 1 replies\n\nobjectSid: ${SID}0\n`),
            "group AD\\none": said("Got 0 replies\n\n"),
        };
        const { sids, findings } = foundGroups(groups, "ad", answers);
        expect(sids).toEqual([`${SID}0`, SID]);
        expect(findings.map(({ property, text }) => `${property}: ${text}`)).toEqual([
            expect.stringContaining("allowedGroups[2]: there is no group AD\\none in the domain"),
            expect.stringContaining("allowedGroups[3]: OTHER\\some is of the domain OTHER; only groups of the gateway's own, ad,"),
        ]);
        expect(foundGroups(["AD\\x"], "AD", { "group AD\\x": said("", 255) }).findings[0]?.text).toBe(
            "AD\\x could not be looked for: no controller",
        );
    });
});

describe("PAM", () => {
    it("asks for them, with the gateway's own account let in for its proofs, and is put back as it was", () => {
        const steps = admissionSteps(look({ [DOMAIN.pam]: "as it was\n" }), closed, own);
        expect(steps).toContainEqual({ do: "write", path: DOMAIN.allowed, content: list, mode: "0600" });
        expect(steps).toContainEqual({ do: "write", path: DOMAIN.pamBefore, content: "as it was\n", mode: "0644" });
        // A second run keeps what was there at the first.
        const again = admissionSteps(look({ [DOMAIN.pam]: "by hand\n", [DOMAIN.pamBefore]: "as it was\n" }), closed, own);
        expect(again.filter((step) => step.do === "write" && step.path === DOMAIN.pamBefore)).toEqual([]);
        const open = admissionSteps(look({ [DOMAIN.pam]: PAM_TEXT, [DOMAIN.pamBefore]: "as it was\n" }), member);
        expect(open[0]).toEqual({ do: "write", path: DOMAIN.pam, content: "as it was\n", mode: "0644" });
        expect(open).toContainEqual({ do: "remove", path: DOMAIN.admits });
        expect(admissionSteps(look({ [DOMAIN.pam]: "never ours\n" }), member).some((step) => step.do === "write")).toBe(false);
    });

    it("is given no place in the range where the directory has the numbers: winbindd is asked whose they are", () => {
        const steps = admissionSteps(look({}), { ...closed, backend: "ad" }, own);
        const [written] = steps.flatMap((step) => (step.do === "write" && step.path === DOMAIN.allowed ? [step] : []));
        expect(JSON.parse(written?.do === "write" && typeof written.content === "string" ? written.content : "")).toEqual({
            v: 1,
            domain: "S-1-5-21-1-2-3",
            sids: [own, SID].sort(),
        });
    });

    it("is asked by smbd only where groups are named", () => {
        expect(partText(domainPart(closed))).toContain("obey pam restrictions = yes\n");
        expect(partText(domainPart(member))).not.toContain("obey pam restrictions");
        expect(toolConfig(closed)).not.toContain(DOMAIN.away);
    });

    it("shows what was changed by hand", () => {
        const files = { [DOMAIN.pam]: PAM_TEXT, [DOMAIN.allowed]: list, [DOMAIN.admits]: asset("ad/program/admits.py") };
        expect(admissionDrift(look(files), closed, own)).toEqual([]);
        expect(admissionDrift(look({ ...files, [DOMAIN.pam]: "by hand\n" }), closed, own)[0]).toContain(`allowedGroups: ${DOMAIN.pam}`);
        expect(admissionDrift(look({}), closed, own)).toHaveLength(3);
        expect(admissionDrift(look({}), member, own)).toEqual([]);
    });
});
