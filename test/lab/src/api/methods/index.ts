import type { Methods } from "../call";
import { accessMethods } from "./access";
import { backupMethods } from "./backup";
import { clusterMethods } from "./cluster";
import { contentMethods } from "./content";
import { haMethods } from "./ha";
import { lxcCloneMethods } from "./lxc-clone";
import { lxcSnapshotMethods } from "./lxc-snapshots";
import { lxcConfigMethods } from "./lxc-config";
import { lxcCreateMethods } from "./lxc-create";
import { lxcDeleteMethods } from "./lxc-delete";
import { lxcDiskMethods } from "./lxc-disks";
import { lxcMigrateMethods } from "./lxc-migrate";
import { lxcStatusMethods } from "./lxc-status";
import { nodeMethods } from "./nodes";
import { poolMethods } from "./pools";
import { qemuConfigMethods } from "./qemu-config";
import { qemuCreateMethods } from "./qemu-create";
import { qemuStatusMethods } from "./qemu-status";
import { sectionMethods } from "./sections";
import { storageMethods } from "./storage";
import { taskMethods } from "./tasks";
import { userMethods } from "./users";

/** Every method the lab answers, by `VERB /path/{parameter}`. */
export const methods: Methods = {
    ...accessMethods,
    ...backupMethods,
    ...clusterMethods,
    ...contentMethods,
    ...haMethods,
    ...lxcCloneMethods,
    ...lxcSnapshotMethods,
    ...lxcConfigMethods,
    ...lxcCreateMethods,
    ...lxcDeleteMethods,
    ...lxcDiskMethods,
    ...lxcMigrateMethods,
    ...lxcStatusMethods,
    ...nodeMethods,
    ...poolMethods,
    ...qemuConfigMethods,
    ...qemuCreateMethods,
    ...qemuStatusMethods,
    ...sectionMethods,
    ...storageMethods,
    ...taskMethods,
    ...userMethods,
};
