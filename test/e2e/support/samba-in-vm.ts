import { Deadline } from "../../../provider/base/deadline";
import { closeAll, executorFor, sshHost } from "../../../provider/hosts";
import type { Batch, BatchResult, Unit } from "../../../provider/hosts/batch";
import { sambaSettings } from "../../../provider/model/samba";
import { gatewayBatch } from "../../../provider/samba/batch";
import { gatewayUnit } from "../../../provider/samba/gateway-unit";
import { fragmentPath, SAMBA } from "../../../provider/samba/paths";
import { renderShare, type ShareSection } from "../../../provider/samba/share";
import type { ShareRoot } from "../../../provider/samba/share-root";
import { shareRemovalUnit, shareUnit } from "../../../provider/samba/share-unit";
import type { Vm } from "../../lab/src/vm/vm";
import { shareSection } from "../../support/share-section";

/** Software emulation in parallel with other tests takes minutes. */
const soon = (): Deadline => Deadline.in(300_000);
const gateway = { key: "gateway", nonce: "1234567890abcdef" };
const batchOf = gatewayBatch(gateway.nonce, "0123456789abcdef01234567");
const root: ShareRoot = { owner: "root", group: "root", mode: "0770", mounted: false, acl: [], once: false, recursive: false };

/** Which shares exist, and their comments. */
export interface Version {
    number: number;
    /** By name. */
    shares: ReadonlyMap<string, ShareSection>;
}

/** Shares that every version changes, and one that exists only in this version. */
export function versionOf(number: number, constant: number): Version {
    const names = [...Array.from({ length: constant }, (_, index) => `share${index}`), `only-${number}`];
    return { number, shares: new Map(names.map((name) => [name, section(name, `version ${number} ${"x".repeat(200)}`)])) };
}

const section = (name: string, comment: string): ShareSection =>
    shareSection({
        name,
        comment,
        path: `/srv/pvesmb/${name}`,
        access: [{ user: "backup", level: "full" }],
        createMask: "0660",
        directoryMask: "0770",
    });
const ownerOf = (name: string): { key: string; nonce: string } => ({ key: name, nonce: `nonce of ${name}` });

/** The fragments of a version, by path. */
export const fragments = ({ shares }: Version): Map<string, string> =>
    new Map([...shares].map(([name, share]) => [fragmentPath(name), renderShare(share, ownerOf(name))]));

/** The Samba of a virtual machine, changed by the provider's own code. The machine itself is the host, reached through its sshd. */
export class SambaInVm {
    constructor(private readonly vm: Vm) {}

    /** Turns the machine into a gateway. */
    async set(): Promise<void> {
        await this.start();
        const settings = { hostname: "vm", samba: sambaSettings.parse(undefined), memory: "1GiB" };
        const unit = gatewayUnit(settings, gateway, gateway.nonce, { restart: false });
        await this.run({ units: [unit], verify: [], commit: [] });
    }

    /** Starts Samba as the boot would, with a longer systemctl timeout than a batch has. */
    async start(): Promise<void> {
        await this.vm.run("systemctl enable --quiet smbd; systemctl start smbd");
    }

    /** One batch that changes all shares from one version to another. */
    change(from: Version, to: Version): Promise<BatchResult> {
        const changed = [...to.shares].map(([name, share]): Unit => {
            const before = from.shares.get(name);
            const owner = ownerOf(name);
            return shareUnit(share, root, owner, before ? owner.nonce : owner.key, before && { section: before, root });
        });
        const gone = [...from.shares].filter(([name]) => !to.shares.has(name));
        return this.run(
            batchOf([
                ...changed,
                ...gone.map(([name, share]) => shareRemovalUnit(share, ownerOf(name).nonce, { remove: true, discards: true })),
            ]),
        );
    }

    /** A batch that changes nothing: the first batch after a crash undoes the interrupted one. */
    async recover(): Promise<number> {
        const unit: Unit = { key: "mark", steps: [{ do: "require", path: SAMBA.mark, is: "file", message: "no gateway" }] };
        return (await this.run(batchOf([unit]))).recovered;
    }

    /** After the machine has stopped: drops the connections to it. */
    forget(): Promise<void> {
        return closeAll();
    }

    private async run(batch: Batch): Promise<BatchResult> {
        const { privateKey, hostKey } = this.vm.keys;
        const hostKeys = [hostKey.split(" ").slice(0, 2).join(" ")];
        const host = sshHost({ address: "127.0.0.1", port: this.vm.sshPort, username: "root", privateKey, hostKeys });
        const result = await executorFor(host).batch(batch, soon());
        const failed = Object.entries(result.units).find(([, unit]) => !unit.ok);
        if (failed) throw new Error(`${failed[0]}: ${JSON.stringify(failed[1])}`);
        return result;
    }
}
