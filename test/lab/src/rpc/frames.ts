/** One message between a node's command and the daemon; see shims/pve-shim.py. */
export interface Frame {
    kind: string;
    payload: Buffer;
}

export function encodeFrame(kind: string, payload: Buffer | string): Buffer {
    const body = typeof payload === "string" ? Buffer.from(payload) : payload;
    const head = Buffer.alloc(5);
    head.write(kind, "latin1");
    head.writeUInt32BE(body.length, 1);
    return Buffer.concat([head, body]);
}

/** Puts frames together again from the pieces in which a stream brings them. */
export class FrameReader {
    private rest: Buffer = Buffer.alloc(0);

    push(chunk: Buffer): Frame[] {
        this.rest = Buffer.concat([this.rest, chunk]);
        const frames: Frame[] = [];
        while (this.rest.length >= 5) {
            const end = 5 + this.rest.readUInt32BE(1);
            if (this.rest.length < end) break;
            frames.push({ kind: this.rest.toString("latin1", 0, 1), payload: this.rest.subarray(5, end) });
            this.rest = this.rest.subarray(end);
        }
        return frames;
    }
}
