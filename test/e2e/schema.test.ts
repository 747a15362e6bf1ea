import { join } from "node:path";
import { pulumiDirectory, repository } from "./support/package";
import { run } from "./support/process";

test("Pulumi itself accepts schema.json: metaschema, references, reserved names", async () => {
    await run([join(await pulumiDirectory(), "pulumi"), "schema", "check", join(repository, "schema.json")]);
});
