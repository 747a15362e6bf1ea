import { basename } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { getMonitor } from "@pulumi/pulumi/runtime/settings";
import { SmbShare } from "./nodejs";

/**
 * The position of a share in the program as the engine sees it. This file is not in the SDK's folder: frames from there do not count as the
 * program's.
 */

beforeEach(() =>
    pulumi.runtime.setMocks(
        { newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }), call: ({ inputs }) => inputs as object },
        "proj",
        "dev",
        false,
    ),
);

/** The files of the frames; empty where Pulumi does not know the file. */
async function frames(): Promise<{ position: string; files: string[] }> {
    const monitor = getMonitor();
    if (!monitor) throw new Error("there are no mocks");
    const registered = jest.spyOn(monitor, "registerResource");
    new SmbShare("docs", { gateway: { id: "x" } });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const request = registered.mock.calls[0]?.[0];
    const files = request?.getStacktrace()?.getFramesList() ?? [];
    return {
        position: basename(request?.getSourceposition()?.getUri() ?? ""),
        files: files.map((frame) => basename(frame.getPc()?.getUri() ?? "")),
    };
}

test("the first frame is the program's, and none is the SDK's or Node's", async () => {
    const { position, files } = await frames();
    expect(position).toBe("traces.test.ts");
    expect(files[0]).toBe("traces.test.ts");
    expect(files.filter((file) => ["smb-share.ts", "shim.ts", "resource.js"].includes(file))).toEqual([]);
});

test("also where stack traces are as Node makes them, without anybody's help", async () => {
    const own = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
    Reflect.deleteProperty(Error, "prepareStackTrace");
    try {
        const { files } = await frames();
        expect(files[0]).toBe("traces.test.ts");
        expect((Error as { prepareStackTrace?: unknown }).prepareStackTrace).toBeUndefined();
    } finally {
        if (own) Object.defineProperty(Error, "prepareStackTrace", own);
    }
});

test("whoever looks for promises that never end has all of them", async () => {
    process.env["PULUMI_DEBUG_PROMISE_LEAKS"] = "1";
    try {
        expect((await frames()).files).toContain("smb-share.ts");
    } finally {
        delete process.env["PULUMI_DEBUG_PROMISE_LEAKS"];
    }
});
