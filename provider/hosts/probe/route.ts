import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";

/** Whether this machine has a route to an address. Nothing is sent: connecting a datagram socket only asks the routing table (connect(2)). */
export function hasRoute(address: string): Promise<boolean> {
    const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
    return new Promise<boolean>((resolve) => {
        socket.once("error", () => resolve(false));
        socket.once("connect", () => resolve(true));
        socket.connect(9, address);
    }).finally(() => socket.close());
}
