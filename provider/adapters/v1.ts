import type { AnyHandler } from "../base/handler";
import { type KindName, kinds } from "../model";
import type { Model } from "../model/meta";
import type * as resources from "../resources";
import { dynamicProvider } from "./dynamic";

/** Loads the handlers, with HTTP and SSH, on first use: check and diff do not need them. */
function handlerOf(kind: KindName): AnyHandler {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- `import()` would be asynchronous for no gain
    const { handlers } = require("../resources") as typeof resources;
    return handlers[kind];
}

const names = Object.keys(kinds) as KindName[];
const provided = Object.fromEntries(
    names.map((kind) => [kind, dynamicProvider(kinds[kind] as unknown as Model, () => handlerOf(kind))]),
) as Record<KindName, ReturnType<typeof dynamicProvider>>;

/**
 * `pvesmb/runtime/v1`: every user's state refers to this path and to the kinds' names as the provider of a resource, so they must never
 * change (docs/decisions/0003, v1.test.ts).
 */
export = provided;
