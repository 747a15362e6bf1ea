import { reload, TOLD } from "./reload";

test("a gateway of a cluster asks smbd as one of the cluster, so that smbd's answer finds it", () => {
    const text = "[global]\n\tinclude = /etc/samba/pvesmb/shares.d/!cluster.conf\n";
    const programs = [TOLD, ...reload(true)].flatMap((step) =>
        step.do === "run" ? [step.argv, step.unless ?? []].filter(([program]) => program === "smbcontrol") : [],
    );
    expect(programs).toHaveLength(3);
    for (const argv of programs) expect(argv.slice(0, 3)).toEqual(["smbcontrol", "-s", { pipe: text }]);
});
