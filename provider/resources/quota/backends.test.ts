import type { PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import type { QuotaInputs } from "../../model";
import { openBackend } from "./backends";
import { atItsProperty, type Target } from "./target";

/** A tree that nothing limits is told at the property by which the program named it. */
test.each<[string, object, RegExp]>([
    ["share", { share: { id: "x" } }, /^share: \/srv\/pvesmb\/docs is a directory on .*give the share its own volume/],
    [
        "path",
        { gateway: { id: "x" }, path: "/srv/pvesmb/docs" },
        /^path: \/srv\/pvesmb\/docs is a directory on .*give the share its own volume/,
    ],
    ["gateway", { gateway: { id: "x" } }, /^gateway: \/srv\/pvesmb\/docs is a directory on .*give the share its own volume/],
])("%s", async (property, more, says) => {
    const inputs = { limit: "1GiB", backend: "auto", ...more } as QuotaInputs;
    const target = { path: "/srv/pvesmb/docs", mount: { kind: "rootfs" } } as Target;
    const opening = atItsProperty(inputs, () => openBackend({} as Context<unknown>, target, inputs, { closely: false }));
    const error = (await opening.catch((thrown: unknown) => thrown)) as PvesmbError;
    expect([error.message, error.details.property]).toEqual([expect.stringMatching(says), property]);
});
