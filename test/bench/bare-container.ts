import { join } from "node:path";
import type { Lab } from "../e2e/support/lab";
import { run } from "../e2e/support/process";
import type { BareSettings } from "./bare-script.mjs" with { "resolution-mode": "import" };
import { login } from "./pair";

/** A container made by bare-script.mts, with its user and its one share. */
export interface BareContainer {
    address: string;
    /** The script's output. */
    said: string;
    remove: () => Promise<void>;
}

/** `number` is the last part of the address and also numbers the container, so it must be unique within a bench. */
export async function bareContainer(lab: Lab, template: string, number: number): Promise<BareContainer> {
    const settings: BareSettings = {
        vmid: 91_000 + number,
        template: `local:vztmpl/${template}_12.7-1_amd64.tar.zst`,
        address: `10.86.0.${number}`,
        gateway: lab.gateway,
        ...login,
    };
    const script = async (more: Partial<BareSettings> = {}): Promise<string> => {
        const argv = lab.within([process.execPath, "--disable-warning=ExperimentalWarning", join(__dirname, "bare-script.mts")]);
        const env = { ...process.env, ...lab.environment, NODE_OPTIONS: "" };
        return (await run(argv, { env, input: JSON.stringify({ ...settings, ...more }) })).stdout;
    };
    const said = await script();
    const remove = async (): Promise<void> => {
        await script({ remove: true });
    };
    return { address: settings.address, said, remove };
}
