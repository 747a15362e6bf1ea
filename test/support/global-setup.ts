import { installHostPackages } from "../lab/src/machine/packages/host-packages";

/** Programs against which the unit tests check our own code. */
const peers = {
    setfacl: "acl",
    openssl: "openssl",
    "ssh-agent": "openssh-client",
    pgrep: "procps",
    ss: "iproute2",
    python3: "python3-minimal",
    "mkfs.btrfs": "btrfs-progs",
    "mkfs.xfs": "xfsprogs",
};

/** Runs before the first unit test. */
export default async function setUp(): Promise<void> {
    await installHostPackages((line) => process.stderr.write(`${line}\n`), peers);
}
