import { models } from "../model";
import { type Feature, type Grant, shownCommand } from "../model/permissions/feature";
import { PROGRAMS, type FeatureName, featureNames, featureOf } from "../model/permissions/features";

/** Regenerates the sections of docs/permissions.md between `<!-- generated: NAME -->` and `<!-- end -->`. */
export function permissionsPage(page: string): string {
    const blocks: Record<string, string> = {
        privileges: privilegeTable(),
        root: rootList(),
        reach: reachList(),
        commands: commandTable(),
    };
    return Object.entries(blocks).reduce((text, [name, block]) => {
        const place = new RegExp(`(<!-- generated: ${name} -->\n)[^]*?(<!-- end -->)`);
        if (!place.test(text)) throw new Error(`docs/permissions.md has no place for the generated part "${name}"`);
        return text.replace(place, (_, begin: string, end: string) => `${begin}\n${block}\n${end}`);
    }, page);
}

const all = featureNames.map((name) => ({ name, feature: featureOf(name) }));

function privilegeTable(): string {
    const rows = all.flatMap(({ name, feature }) => {
        const { grants, rootOnly } = feature;
        const cells = [
            ...grants.map((grant) => `${pathCell(grant)} | ${privilegeCell(grant)}`),
            ...(rootOnly === undefined ? [] : [`root@pam, logged in by password | *${rootOnly}*`]),
        ];
        return cells.map((cell, i) => `| ${i === 0 ? nameCell(name, feature) : "| "} | ${cell} |`);
    });
    return ["| feature | needed to | path | privileges |", "|---|---|---|---|", ...rows, ""].join("\n");
}

const nameCell = (name: FeatureName, { purpose, usual, alsoUsedBy = [] }: Feature): string => {
    const kinds = models.filter(({ uses }) => uses.includes(name)).map(({ kind }) => kind);
    return `\`${name}\`${usual ? " \\*" : ""} | ${purpose} (${[...kinds, ...alsoUsedBy].join(", ")})`;
};

function pathCell({ path }: Grant): string {
    if (path === "/{guests}") return "`/pool/<pool>`, or `/vms` without a pool";
    if (path === "/{owner}") return "`/vms/<owner of the volume>`";
    return `\`${path.replaceAll(/[{}]/g, (brace) => (brace === "{" ? "<" : ">"))}\``;
}

function privilegeCell({ privileges, any, since, until }: Grant): string {
    const names = privileges.map((each) => `\`${each}\``).join(any ? " or " : " ");
    const releases = [...(since === undefined ? [] : [`from ${since} on`]), ...(until === undefined ? [] : [`up to ${until}`])];
    return releases.length === 0 ? names : `${names} (Proxmox VE ${releases.join(", ")})`;
}

function rootList(): string {
    const lines = all.flatMap(({ name, feature }) =>
        feature.rootEquivalent === undefined ? [] : [`- \`${name}\`, to ${feature.purpose}: ${feature.rootEquivalent}.`],
    );
    return [...lines, ""].join("\n");
}

function reachList(): string {
    const lines = all.flatMap(({ name, feature: { reach, purpose } }) =>
        reach === undefined ? [] : [`- \`${name}\`, to ${purpose}: ${reach.text}.`],
    );
    return [...lines, ""].join("\n");
}

function commandTable(): string {
    const rows = all.flatMap(({ name, feature: { commands = [], purpose } }) =>
        commands.map(
            ({ on, commands: list }) =>
                `| \`${name}\` | ${purpose} | ${on} | ${list.map((each) => `\`${shownCommand(each)}\``).join(" ")} |`,
        ),
    );
    const table = ["| feature | needed to | where | commands as root |", "|---|---|---|---|", ...rows];
    return [
        ...table,
        "",
        `The Python program in turn calls, in containers and, for \`quota-node\` and \`share-snapshots\`, on nodes: ${PROGRAMS.map((each) => `\`${each}\``).join(", ")}.`,
        "",
    ].join("\n");
}
