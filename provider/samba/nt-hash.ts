const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/** The rounds of MD4 (RFC 1320): function, constant, word order, shifts. */
const ROUNDS = [
    {
        mix: (x: number, y: number, z: number) => (x & y) | (~x & z),
        add: 0,
        order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        shifts: [3, 7, 11, 19],
    },
    {
        mix: (x: number, y: number, z: number) => (x & y) | (x & z) | (y & z),
        add: 0x5a827999,
        order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
        shifts: [3, 5, 9, 13],
    },
    {
        mix: (x: number, y: number, z: number) => x ^ y ^ z,
        add: 0x6ed9eba1,
        order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
        shifts: [3, 9, 11, 15],
    },
];

function md4(message: Buffer): Buffer {
    const padded = Buffer.alloc(Math.ceil((message.length + 9) / 64) * 64);
    message.copy(padded);
    padded[message.length] = 0x80;
    padded.writeUInt32LE(message.length * 8, padded.length - 8);
    let state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
    for (let block = 0; block < padded.length; block += 64) {
        let [a = 0, b = 0, c = 0, d = 0] = state;
        for (const { mix, add, order, shifts } of ROUNDS) {
            order.forEach((word, i) => {
                const sum = (a + mix(b, c, d) + padded.readUInt32LE(block + word * 4) + add) | 0;
                [a, b, c, d] = [d, rotate(sum, shifts[i % 4] ?? 0), b, c];
            });
        }
        state = [a, b, c, d].map((value, i) => (value + (state[i] ?? 0)) | 0);
    }
    const out = Buffer.alloc(16);
    state.forEach((value, i) => out.writeInt32LE(value, i * 4));
    return out;
}

/** Samba's stored form of a password: MD4 over UTF-16LE, as upper-case hex. Node's crypto has no MD4 since OpenSSL 3. */
export function ntHash(password: string): string {
    return md4(Buffer.from(password, "utf16le")).toString("hex").toUpperCase();
}
