import { join } from "node:path";
import { nodeLayout, stateDir } from "../machine/layout";
import type { NodeLayout } from "../machine/layout";

/** The domain that the lab has when a test asks for it. */
export const domain = {
    realm: "AD.LAB.TEST",
    /** As DNS has it. */
    dns: "ad.lab.test",
    workgroup: "LABAD",
    base: "DC=ad,DC=lab,DC=test",
    /** Fixed, so that expected texts and ids can hold it. */
    sid: "S-1-5-21-1111111111-2222222222-3333333333",
    /** Of nothing outside the lab, whose network leads nowhere. */
    administrator: { user: "Administrator", password: "Lab-Admin.2026" },
} as const;

export const controllerNames = ["dc1", "dc2"] as const;
export type ControllerName = (typeof controllerNames)[number];

/**
 * Clients of a site prefer its controllers; the free addresses for guests are in both, .50 to .127 in the first. A controller joins the site
 * that its address is in, whatever it is told by --site (seen with 4.17).
 */
export const sites: Record<ControllerName, { site: string; subnet: string; address: string; hardened: boolean }> = {
    dc1: { site: "north", subnet: "10.86.0.0/25", address: "10.86.0.31", hardened: false },
    dc2: { site: "south", subnet: "10.86.0.128/25", address: "10.86.0.252", hardened: true },
};

/** What commands in a controller need to know, for other processes than the daemon; there while one runs. */
export const controllersFile = join(stateDir, "domain-controllers.json");

/** A controller is laid out as a node is: namespaces, directory, container. It has no storages. */
export function controllerLayout(name: ControllerName): NodeLayout {
    const layout = nodeLayout(name, 0);
    return { ...layout, address: sites[name].address, directories: {} };
}
