import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Step } from "./batch";
import { ensurePackages } from "./packages";
import { Bench } from "../../test/support/hosts/local-host";

let bench: Bench;
let policy: string;
beforeEach(() => {
    bench = new Bench();
    policy = bench.at("policy-rc.d");
    mkdirSync(bench.at("bin"));
    // One file per installed package; apt-get records its arguments and whether services may start.
    stub("dpkg-query", `eval "package=\\$$#"; [ -e "${bench.at("db")}/$package" ] && printf installed || exit 1`);
    stub("apt-get", `echo "$*" >> ${bench.at("log")}; sh ${policy} || echo "services: $?" >> ${bench.at("log")}; ${APT}`);
    mkdirSync(bench.at("db"));
});
afterEach(() => bench.dispose());

const APT = `case "$*" in
*" broken"*) echo "E: Unable to locate package broken" >&2; exit 100 ;;
*" install "*) for package; do case "$package" in winbind|krb5-user) : > "$(dirname "$0")/../db/$package" ;; esac; done ;;
esac`;
function stub(name: string, script: string): void {
    writeFileSync(bench.at("bin", name), `#!/bin/sh\n${script}\n`);
    chmodSync(bench.at("bin", name), 0o755);
}
const steps = (...names: string[]): Step[] =>
    ensurePackages(names, policy).map((step) =>
        step.do === "run" ? { ...step, env: { ...step.env, PATH: `${bench.at("bin")}:${process.env["PATH"]}` } } : step,
    );
const log = (): string => (existsSync(bench.at("log")) ? readFileSync(bench.at("log"), "utf8") : "");

it("installs what is missing, and lets no service start meanwhile", async () => {
    writeFileSync(bench.at("db", "winbind"), "");
    const first = await bench.fine(...steps("winbind", "krb5-user"));
    expect(first.steps["packages"]).toMatchObject({ changed: true, value: "installed: krb5-user" });
    expect(log()).toMatch(/ update\nservices: 101\n.* install --no-install-recommends krb5-user\nservices: 101\n$/);
    expect(existsSync(policy)).toBe(false);
});

it("asks no network where all is there", async () => {
    for (const name of ["winbind", "krb5-user"]) writeFileSync(bench.at("db", name), "");
    expect((await bench.fine(...steps("winbind", "krb5-user"))).steps["packages"]).toEqual({ changed: false });
    expect(log()).toBe("");
    expect(ensurePackages([])).toEqual([]);
});

it("says what apt says, and leaves the host's own policy as it was, a killed run's too", async () => {
    writeFileSync(policy, "exit 0\n");
    expect((await bench.broken(...steps("broken"))).message).toMatch(
        /installing broken failed; check .*: E: Unable to locate package broken/,
    );
    expect([readFileSync(policy, "utf8"), existsSync(`${policy}.pvesmb`)]).toEqual(["exit 0\n", false]);
    for (const its of ["exit 0\n", undefined]) {
        if (its === undefined) writeFileSync(bench.at("db", "winbind"), "");
        else writeFileSync(`${policy}.pvesmb`, its);
        writeFileSync(policy, "#!/bin/sh\n# pvesmb\nexit 101\n");
        await bench.fine(...steps("winbind"));
        expect([existsSync(policy) ? readFileSync(policy, "utf8") : undefined, existsSync(`${policy}.pvesmb`)]).toEqual([its, false]);
    }
});
