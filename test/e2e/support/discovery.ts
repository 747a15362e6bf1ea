import { spending } from "./spent";
import { start } from "./process";
import type { Within } from "./stack";

/** How clients find a server without its address. The workstation sends the multicast queries. */

/** All answers within 1.5 seconds, one per line, in the encoding. `request` is base64. */
const ASK = `
const [group, port, request, encoding] = process.argv.slice(1);
const socket = require("node:dgram").createSocket("udp4");
socket.on("message", (answer) => process.stdout.write(answer.toString(encoding) + "\\n"));
socket.bind(0, () => {
    socket.setMulticastTTL(4);
    socket.send(Buffer.from(request, "base64"), Number(port), group);
    setTimeout(() => socket.close(), 1500);
});`;

async function ask(within: Within, group: string, port: number, request: Buffer, encoding: BufferEncoding = "latin1"): Promise<string> {
    const argv = within([process.execPath, "-e", ASK, group, String(port), request.toString("base64"), encoding]);
    const { code, output, stdout } = await spending("waiting", () => start(argv, { timeout: 120 }).done);
    if (code !== 0) throw new Error(`asking ${group}:${port} failed: ${output}`);
    return stdout;
}

const soap = (action: string, to: string, body: string): string =>
    `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:wsd="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:wsdp="http://schemas.xmlsoap.org/ws/2006/02/devprof"><soap:Header><wsa:To>${to}</wsa:To><wsa:Action>${action}</wsa:Action><wsa:MessageID>urn:uuid:${crypto.randomUUID()}</wsa:MessageID><wsa:ReplyTo><wsa:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</wsa:Address></wsa:ReplyTo></soap:Header><soap:Body>${body}</soap:Body></soap:Envelope>`;

/** What Windows' network view shows for each server that answers: `FILES/Workgroup:OFFICE`. */
export async function inNetworkView(within: Within): Promise<string[]> {
    const probe = soap(
        "http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe",
        "urn:schemas-xmlsoap-org:ws:2005:04:discovery",
        "<wsd:Probe><wsd:Types>wsdp:Device</wsd:Types></wsd:Probe>",
    );
    const everybody = (message: string): Promise<string> => ask(within, "239.255.255.250", 3702, Buffer.from(message));
    const devices = [...(await everybody(probe)).matchAll(/(urn:uuid:[0-9a-f-]+)<\/wsa:Address>/g)].map(([, device = ""]) => device);
    const resolved = await Promise.all(
        [...new Set(devices)].map(async (device) => {
            const asked = `<wsd:Resolve><wsa:EndpointReference><wsa:Address>${device}</wsa:Address></wsa:EndpointReference></wsd:Resolve>`;
            const answer = await everybody(
                soap("http://schemas.xmlsoap.org/ws/2005/04/discovery/Resolve", "urn:schemas-xmlsoap-org:ws:2005:04:discovery", asked),
            );
            return [device, /XAddrs>(http:\/\/[^\s<]+)/.exec(answer)?.[1]] as const;
        }),
    );
    const places = resolved.flatMap(([device, url]) => (url === undefined ? [] : [[device, url] as const]));
    const shown = await Promise.all(
        places.map(async ([device, url]) => {
            const body = soap("http://schemas.xmlsoap.org/ws/2004/09/transfer/Get", device, "");
            const script = `fetch(process.argv[1], { method: "POST", headers: { "content-type": "application/soap+xml" }, body: process.argv[2] }).then((answer) => answer.text()).then((text) => process.stdout.write(text))`;
            const { stdout } = await start(within([process.execPath, "-e", script, url, body]), { timeout: 120 }).done;
            return /<pub:Computer>([^<]+)</.exec(stdout)?.[1] ?? "";
        }),
    );
    return [...new Set(shown)].sort();
}

const [PTR, TXT] = [12, 16];

/** A multicast DNS question (RFC 6762) from a port other than 5353, which is answered to that port alone. */
function question(labels: readonly string[], type: number): Buffer {
    const head = Buffer.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    const name = labels.map((label) => [Buffer.from([Buffer.byteLength(label)]), Buffer.from(label)]).flat();
    return Buffer.concat([head, ...name, Buffer.from([0, 0, type, 0, 1])]);
}

/** The labels of a name in a message, and where it ends there (RFC 1035, section 4.1.4). */
function nameAt(message: Buffer, at: number): { labels: string[]; end: number } {
    const labels: string[] = [];
    let [place, end] = [at, -1];
    for (;;) {
        const length = message.readUInt8(place);
        if (length >= 0xc0) {
            if (end < 0) end = place + 2;
            place = message.readUInt16BE(place) & 0x3fff;
        } else if (length === 0) return { labels, end: end < 0 ? place + 1 : end };
        else {
            labels.push(message.toString("utf8", place + 1, place + 1 + length));
            place += length + 1;
        }
    }
}

interface DnsRecord {
    labels: string[];
    type: number;
    /** Of a PTR record the labels it points to, of a TXT record its strings. */
    data: string[];
}

function recordsIn(message: Buffer): DnsRecord[] {
    let at = 12;
    for (let i = 0; i < message.readUInt16BE(4); i++) at = nameAt(message, at).end + 4;
    const records: DnsRecord[] = [];
    const count = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10);
    for (let i = 0; i < count; i++) {
        const { labels, end } = nameAt(message, at);
        const [type, length] = [message.readUInt16BE(end), message.readUInt16BE(end + 8)];
        const start = end + 10;
        const data: string[] = [];
        if (type === PTR) data.push(...nameAt(message, start).labels);
        if (type === TXT)
            for (let place = start; place < start + length; place += message.readUInt8(place) + 1)
                data.push(message.toString("utf8", place + 1, place + 1 + message.readUInt8(place)));
        records.push({ labels, type, data });
        at = start + length;
    }
    return records;
}

const answers = async (within: Within, labels: readonly string[], type: number): Promise<string[][]> => {
    const output = await ask(within, "224.0.0.251", 5353, question(labels, type), "base64");
    const messages = output.split("\n").filter((line) => line !== "");
    const wanted = JSON.stringify(labels);
    const found = messages.flatMap((line) => recordsIn(Buffer.from(line, "base64")));
    return found.filter((each) => each.type === type && JSON.stringify(each.labels) === wanted).map(({ data }) => data);
};

/** What the Finder shows of a kind of service (DNS-SD, RFC 6763), such as `_smb._tcp`: each instance's name, and its TXT strings, sorted. */
export async function inFinder(within: Within, service: string): Promise<Record<string, string[]>> {
    const type = [...service.split("."), "local"];
    const instances = new Set((await answers(within, type, PTR)).map(([instance = ""]) => instance));
    const texts = [...instances].sort().map(async (name) => {
        const found = await answers(within, [name, ...type], TXT);
        return [name, [...new Set(found.flat())].filter((text) => text !== "").sort()] as const;
    });
    return Object.fromEntries(await Promise.all(texts));
}
