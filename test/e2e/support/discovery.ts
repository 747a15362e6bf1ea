import { spending } from "./spent";
import { start } from "./process";
import type { Within } from "./stack";

/** How clients find a server without its address. The workstation sends the multicast queries. */

/** All answers within 1.5 seconds, as a string with one character per byte. `request` is base64. */
const ASK = `
const [group, port, request] = process.argv.slice(1);
const socket = require("node:dgram").createSocket("udp4");
socket.on("message", (answer) => process.stdout.write(answer.toString("latin1") + "\\n"));
socket.bind(0, () => {
    socket.setMulticastTTL(4);
    socket.send(Buffer.from(request, "base64"), Number(port), group);
    setTimeout(() => socket.close(), 1500);
});`;

async function ask(within: Within, group: string, port: number, request: Buffer): Promise<string> {
    const argv = within([process.execPath, "-e", ASK, group, String(port), request.toString("base64")]);
    const { code, output, stdout } = await spending("waiting", () => start(argv, { timeout: 30 }).done);
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
            const { stdout } = await start(within([process.execPath, "-e", script, url, body]), { timeout: 30 }).done;
            return /<pub:Computer>([^<]+)</.exec(stdout)?.[1] ?? "";
        }),
    );
    return [...new Set(shown)].sort();
}
