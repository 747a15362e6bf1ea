import { Deadline } from "../../base/deadline";
import type { Host } from "../../hosts";
import { FURTHER_FROM, idMapValues } from "../../model/id-map";
import { failureOf, lines } from "../../../test/support/proxmox/harness";
import { observedIdMap, refuseOtherMap, restartForIds, takenWords } from "./id-map";

const wanted = { ids: 131_072, hostFrom: FURTHER_FROM };
const has = (ids: number, hostFrom = FURTHER_FROM) => ({ idMap: idMapValues({ ids, hostFrom }) });

test("who has the ids is named, and where as many are free", () => {
    const all = [
        { who: "CT 105 (web)", first: 165_536, count: 65_536 },
        { who: "user joe (/etc/subuid)", first: 231_072, count: 65_536 },
        { who: "user joe (/etc/subgid)", first: 231_072, count: 65_536 },
        { who: "user far (/etc/passwd)", first: 400_000, count: 1 },
    ];
    expect(takenWords(all, wanted, "pve1")).toBe(
        "lxc.idMap.hostFrom: 165536-231071 on pve1 would have two owners: CT 105 (web) has 165536-231071; set hostFrom: 296608, where 65536 are free",
    );
    expect(takenWords(all, { ids: 196_608, hostFrom: 231_000 }, "pve1")).toMatch(
        /CT 105 .*, user joe \(\/etc\/subuid\) has 231072-296607, user joe \(\/etc\/subgid\) .*; set hostFrom: 427680, where 131072 are free$/,
    );
    expect(takenWords(all, { ...wanted, hostFrom: 296_608 }, "pve1")).toBeUndefined();
    const everywhere = takenWords([{ who: "user all", first: 165_536, count: 2 ** 32 - 165_536 }], wanted, "pve1");
    expect(everywhere).toMatch(/; choose other numbers$/);
});

test("what has a map keeps it: never fewer ids, never other ones on the node", async () => {
    const refusal = (given: { idMap: string[] }) => failureOf(Promise.resolve().then(() => refuseOtherMap(wanted, given)));
    for (const fine of [{ idMap: [] }, has(131_072)]) expect(() => refuseOtherMap(wanted, fine)).not.toThrow();
    expect(() => refuseOtherMap(undefined, has(262_144, 1_000_000))).not.toThrow();
    expect(await refusal(has(262_144))).toMatchObject({
        message: "lxc.idMap.ids: the container has 262144, and files may belong to any of them: it cannot have fewer; set ids: 262144",
    });
    expect((await refusal(has(131_072, 1_000_000))).message).toContain("lxc.idMap.hostFrom: files on the node belong to 1000000");
    const foreign = await refusal({ idMap: ["b 0 100000 1000"] });
    expect(foreign).toMatchObject({ kind: "InvalidInput", details: { property: "lxc.idMap" } });
    expect(foreign.message).toContain("`lxc.idmap: b 0 100000 1000`; widen them by hand, and leave lxc.idMap out");
});

test("a container without its map, as after a rollback, is seen to have what every container has", () => {
    expect(observedIdMap({ idMap: [] }, wanted)).toEqual({ ...wanted, ids: 65_536 });
    expect(observedIdMap(has(131_072), wanted)).toEqual(wanted);
    expect(observedIdMap({ idMap: ["b 0 100000 1000"] }, wanted)).toBeUndefined();
});

test("a restart is asked for while the running container has fewer ids", async () => {
    const host = (map: string) => ({ exec: () => Promise.resolve({ code: 0, stdout: map, stderr: "" }) }) as unknown as Host;
    const log = lines();
    const asked = (map: string, allowRestart: boolean): Promise<boolean> =>
        restartForIds(host(map), wanted, { name: "CT 101", allowRestart }, Deadline.in(5_000), log);
    const [few, enough] = ["         0     100000      65536\n", "         0     100000      65536\n     65536     165536      65536\n"];
    expect(await asked(few, true)).toBe(true);
    expect(await asked(enough, true)).toBe(false);
    expect(await restartForIds(host(few), undefined, { name: "CT 101", allowRestart: true }, Deadline.in(5_000), log)).toBe(false);
    expect(await asked(few, false)).toBe(false);
    expect(log.lines.join("\n")).toContain("lxc.idMap will take effect at its next restart; set allowRestart: true");
});
