import { createServer } from "node:net";
import { dynamicProvider } from "../../../provider/adapters/dynamic";
import { session } from "../../../provider/base/session";
import { stackConfig } from "../../../provider/base/stack-config";
import type { AnyHandler } from "../../../provider/base/handler";
import { userModel } from "../../../provider/model";

/** A handler that the user's `fullName` controls; it replaces `pvesmb/runtime/v1` for users. */
const handler: AnyHandler = {
    async create(ctx, inputs) {
        const password = String(inputs["password"]);
        ctx.checkpoint("id-1", inputs);
        // Ends with a sequence that clears a terminal, as a host's output may.
        ctx.log.info(`making ${String(inputs["name"])}\u001b[2J`);
        ctx.log.warn(`of ${password}`);
        switch (inputs["fullName"]) {
            case "fails":
                throw new Error(`cannot use ${password}`);
            case "forgets":
                setTimeout(() => {
                    throw new Error("thrown in a callback");
                }, 5);
                return new Promise(() => undefined);
            case "rejects":
                void Promise.reject(new Error("rejected by nobody's promise"));
                return new Promise(() => undefined);
            case "listens": {
                const server = createServer().listen(0);
                session().onClose(() => void server.close());
                setInterval(() => undefined, 1000);
                break;
            }
        }
        return Promise.resolve({
            id: "id-1",
            state: { ...inputs, uid: 10001, gid: 10001, sid: stackConfig("pvesmb:endpoint"), closing: [undefined] },
        });
    },
    read: (_, id, state) => (id === "gone" ? Promise.resolve(undefined) : Promise.resolve({ inputs: { enabled: true }, state })),
    update: (_, __, state) => Promise.resolve(state),
    delete: (_, __, state) => Promise.reject(new Error(`delete of ${String(state["password"])}`)),
};

export const SmbUser = dynamicProvider(userModel, () => handler);
