import { encodeFrame, FrameReader } from "./frames";

test("frames come out whole however the stream is cut", () => {
    const stream = Buffer.concat([encodeFrame("1", "hällo"), encodeFrame("0", ""), encodeFrame("X", "7")]);
    for (let cut = 1; cut < stream.length; cut++) {
        const reader = new FrameReader();
        const frames = [...reader.push(stream.subarray(0, cut)), ...reader.push(stream.subarray(cut))];
        expect(frames.map(({ kind, payload }) => `${kind}${payload.toString()}`)).toEqual(["1hällo", "0", "X7"]);
    }
});
