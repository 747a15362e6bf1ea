import { type Lab, labUp } from "../e2e/support/lab";
import { putFile, type Unc } from "../e2e/support/smb-client";
import { bareContainer } from "./bare-container";
import { measure } from "./measure";
import { login, sharesStack, trivialStack } from "./pair";
import { trivialProgram } from "./programs";
import { progress } from "./progress";
import { atMost, compared, type Figure, type Row, ratioAtMost, seconds } from "./rows";

const ROUNDS = 3;
const GOAL = 1.15;

/** From nothing to the first successful write: pvesmb, a bare script with the same steps, and the engine with resources that do nothing. */
export async function firstShare(): Promise<Row[]> {
    const lab = await labUp();
    const engine = { ...(await engineAlone(lab)), name: "engine alone (3 trivial resources)" };
    const ready = await rounds(lab, "debian-12-samba", ROUNDS);
    const plain = await rounds(lab, "debian-12-standard", 1);
    const install = seconds("package install alone, by the bare script", plain.install);
    const expected = sum("first share + package install alone", seconds("", ready.ours), install);
    return [
        engine,
        ...rowsOf("Samba in the template", ready, engine).map((row, index) => (index === 0 ? atMost(30, row) : row)),
        ...rowsOf("plain template", plain, engine),
        install,
        ratioAtMost(GOAL, compared(seconds("first share, plain template, against the sum", plain.ours), expected)),
    ];
}

interface Times {
    ours: number[];
    bare: number[];
    install: number[];
}

function rowsOf(title: string, times: Times, engine: Figure): Row[] {
    const ours = seconds(`first share, ${title}`, times.ours);
    const bare = seconds(`bare script, ${title}`, times.bare);
    const counted = sum(`bare script + engine alone`, bare, engine);
    return [
        ours,
        bare,
        ratioAtMost(GOAL, compared({ ...ours, name: `${ours.name}, against the script` }, bare)),
        ratioAtMost(GOAL, compared({ ...ours, name: `${ours.name}, engine counted` }, counted)),
    ];
}

const sum = (name: string, a: Figure, b: Figure): Figure => ({ name, value: a.value + b.value, unit: a.unit });

/** Each round has addresses of its own, so that no ARP entry of an earlier container matters. */
let address = 70;

async function rounds(lab: Lab, template: string, count: number): Promise<Times> {
    const times: Times = { ours: [], bare: [], install: [] };
    for (let round = 0; round < count; round++) {
        times.ours.push(await pvesmb(lab, template, address++));
        const bare = await bareScript(lab, template, address++);
        times.bare.push(bare.total);
        times.install.push(bare.install);
    }
    return times;
}

async function pvesmb(lab: Lab, template: string, address: number): Promise<number> {
    const host = `10.86.0.${address}`;
    const stack = await sharesStack(lab, template, host, 1);
    try {
        const began = performance.now();
        await stack.up();
        await firstWrite(lab, { host, share: "share1" });
        const total = since(began);
        progress(`first share, ${template}`, total);
        await stack.destroy();
        return total;
    } finally {
        stack.dispose();
    }
}

async function bareScript(lab: Lab, template: string, address: number): Promise<{ total: number; install: number }> {
    const began = performance.now();
    const container = await bareContainer(lab, template, address);
    try {
        await firstWrite(lab, { host: container.address, share: "docs" });
        const total = since(began);
        progress(`bare script, ${template}`, total);
        return { total, install: Number(/^install ms: (\d+)$/m.exec(container.said)?.[1]) / 1000 };
    } finally {
        await container.remove();
    }
}

/** Neither pvesmb nor the script promises that the very first attempt succeeds. What counts is the moment of the first successful write. */
async function firstWrite(lab: Lab, unc: Unc): Promise<void> {
    for (const until = performance.now() + 30_000; ;) {
        try {
            await putFile(lab.within, unc, login, "first.txt", "bench\n");
            return;
        } catch (error) {
            if (performance.now() > until) throw error;
        }
    }
}

async function engineAlone(lab: Lab): Promise<Figure> {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
        const stack = await trivialStack(lab);
        try {
            stack.write(trivialProgram(1, 4000));
            times.push((await measure("engine alone", stack, "up")).seconds);
        } finally {
            stack.dispose();
        }
    }
    return seconds("", times);
}

const since = (began: number): number => (performance.now() - began) / 1000;
