import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Step } from "../../hosts/batch";
import { ShownSizes } from "../../quota/dfree";
import { askedForSizes } from "./size-part";
import { Bench, fail } from "../../../test/support/hosts/local-host";

let bench: Bench;
beforeEach(() => (bench = new Bench()));
afterEach(() => bench.dispose());

const sizes = new ShownSizes(askedForSizes);
/** The steps with paths in the bench's folder. */
const here = (steps: Step[]): Step[] => JSON.parse(JSON.stringify(steps).replace(/"\/(etc|usr)\//g, `"${bench.root}/$1/`)) as Step[];
const tabs = (): string[] => (existsSync(bench.at("etc/samba/pvesmb/dfree.d")) ? readdirSync(bench.at("etc/samba/pvesmb/dfree.d")) : []);
const script = (): boolean => existsSync(bench.at("usr/local/lib/pvesmb/dfree"));
const parts = (): string[] => readdirSync(bench.at("etc/samba/pvesmb/shares.d"));

test("the last directory takes script and folder with it, one before that does not", async () => {
    await bench.fine({ do: "directory", path: bench.at("etc/samba/pvesmb/shares.d") });
    for (const path of ["/a", "/b"]) await bench.fine(...here(sizes.show(path, "btrfs", "/sys/x")));
    expect([tabs().length, script(), parts()]).toEqual([2, true, ["!dfree.conf"]]);
    await bench.fine(...here(sizes.hide("/a")));
    expect([tabs().length, script(), parts()]).toEqual([1, true, ["!dfree.conf"]]);
    await bench.fine(...here(sizes.hide("/b")));
    expect([existsSync(bench.at("etc/samba/pvesmb/dfree.d")), script(), parts()]).toEqual([false, false, []]);
});

test("a change that fails after the last one went leaves clients the limit that still holds", async () => {
    await bench.fine({ do: "directory", path: bench.at("etc/samba/pvesmb/shares.d") });
    await bench.fine(...here(sizes.show("/a", "btrfs", "/sys/x")));
    const [tab = ""] = tabs();
    await bench.broken(...here(sizes.hide("/a")), fail);
    expect(readFileSync(bench.at("etc/samba/pvesmb/dfree.d", tab), "utf8")).toBe("btrfs /sys/x /a\n");
    expect([script(), parts()]).toEqual([true, ["!dfree.conf"]]);
});
