import { installHostPackages } from "../lab/src/machine/packages/host-packages";

/** Programs that the unit tests hold our own work against. */
const peers = {
    setfacl: "acl",
    openssl: "openssl",
    "ssh-agent": "openssh-client",
    pgrep: "procps",
    ss: "iproute2",
    python3: "python3-minimal",
};

/** Before the first unit test. */
export default async function setUp(): Promise<void> {
    await installHostPackages((line) => process.stderr.write(`${line}\n`), peers);
}
