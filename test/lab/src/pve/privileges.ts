/** Privileges and the roles that PVE brings along, by version (libpve-access-control AccessControl.pm). */
import type { Version } from "./method-table";

const vmAdmin =
    "VM.Allocate VM.Backup VM.Audit VM.Clone VM.Config.CDROM VM.Config.CPU VM.Config.Cloudinit VM.Config.Disk VM.Config.HWType VM.Config.Memory VM.Config.Network VM.Config.Options VM.Console VM.Migrate VM.PowerMgmt VM.Snapshot VM.Snapshot.Rollback";
const guestAgent =
    "VM.GuestAgent.Audit VM.GuestAgent.FileRead VM.GuestAgent.FileSystemMgmt VM.GuestAgent.FileWrite VM.GuestAgent.Unrestricted";
const rest =
    "Sys.AccessNetwork Sys.Audit Sys.Console Sys.Incoming Sys.Modify Sys.PowerMgmt Sys.Syslog Datastore.Allocate Datastore.AllocateSpace Datastore.AllocateTemplate Datastore.Audit SDN.Allocate SDN.Audit SDN.Use User.Modify Group.Allocate Realm.Allocate Realm.AllocateUser Pool.Allocate Pool.Audit Mapping.Audit Mapping.Modify Mapping.Use Permissions.Modify";

const words = (...texts: string[]): string[] => texts.flatMap((text) => text.split(" ")).filter((word) => word !== "");

/** 8.x has VM.Monitor; 9.x has the guest agent's privileges and VM.Replicate instead. */
const ofVersion = (version: Version): string => (version === "8.4" ? "VM.Monitor" : `${guestAgent} VM.Replicate`);

/** Every privilege of a version. */
export function allPrivileges(version: Version): string[] {
    return words(vmAdmin, ofVersion(version), rest);
}

/** Role -> privileges. */
export function builtInRoles(version: Version): Map<string, Set<string>> {
    const modern = version !== "8.4";
    const roles: Record<string, string[]> = {
        Administrator: allPrivileges(version),
        NoAccess: [],
        PVEAdmin: allPrivileges(version).filter(
            (name) =>
                !["Sys.Modify", "Sys.PowerMgmt", "Sys.Incoming", "Sys.AccessNetwork", "Realm.Allocate", "Permissions.Modify"].includes(
                    name,
                ),
        ),
        PVEAuditor: words("Datastore.Audit Mapping.Audit Pool.Audit SDN.Audit Sys.Audit VM.Audit", modern ? "VM.GuestAgent.Audit" : ""),
        PVEDatastoreAdmin: words("Datastore.Allocate Datastore.AllocateSpace Datastore.AllocateTemplate Datastore.Audit"),
        PVEDatastoreUser: words("Datastore.AllocateSpace Datastore.Audit"),
        PVEMappingAdmin: words("Mapping.Audit Mapping.Modify Mapping.Use"),
        PVEMappingAuditor: words("Mapping.Audit"),
        PVEMappingUser: words("Mapping.Audit Mapping.Use"),
        PVEPoolAdmin: words("Pool.Allocate Pool.Audit"),
        PVEPoolUser: words("Pool.Audit"),
        PVESDNAdmin: words("SDN.Allocate SDN.Audit SDN.Use"),
        PVESDNUser: words("SDN.Audit SDN.Use"),
        PVESysAdmin: words("Sys.Audit Sys.Console Sys.Syslog"),
        PVETemplateUser: words("VM.Audit VM.Clone"),
        PVEUserAdmin: words("Group.Allocate Realm.AllocateUser User.Modify"),
        PVEVMAdmin: words(vmAdmin, ofVersion(version)),
        PVEVMUser: words(
            "VM.Audit VM.Backup VM.Config.CDROM VM.Config.Cloudinit VM.Console VM.PowerMgmt",
            modern ? "VM.GuestAgent.Audit" : "",
        ),
    };
    return new Map(Object.entries(roles).map(([role, privileges]) => [role, new Set(privileges)]));
}
