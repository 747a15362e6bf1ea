import type { QuotaArgs } from "../generated/quota";
import type { SmbGatewayArgs } from "../generated/smb-gateway";
import type { SmbGroupArgs } from "../generated/smb-group";
import type { SmbShareArgs } from "../generated/smb-share";
import type { SmbUserArgs } from "../generated/smb-user";

export type FileServerGroupArgs = Omit<SmbGroupArgs, "gateway">;
export type FileServerUserArgs = Omit<SmbUserArgs, "gateway">;
/** A limit on a directory of the gateway's data, or on all of it. */
export type FileServerQuotaArgs = Omit<QuotaArgs, "gateway" | "share">;
export type FileServerShareArgs = Omit<SmbShareArgs, "gateway"> & {
    /** Its limit. */
    quota?: Omit<FileServerQuotaArgs, "path">;
};

/**
 * A file server in one object. Accounts are named by their keys in `users` and `groups`, wherever a plain text names one; an Output is
 * taken as it is, and may name what was made elsewhere.
 */
export interface FileServerArgs<
    Share extends string = string,
    User extends string = string,
    Group extends string = string,
    Limit extends string = string,
> {
    /** The gateway, its `connection` included, by which everything on it is reached too. */
    gateway: SmbGatewayArgs;
    groups?: Readonly<Record<Group, FileServerGroupArgs>>;
    users?: Readonly<Record<User, FileServerUserArgs>>;
    shares?: Readonly<Record<Share, FileServerShareArgs>>;
    /** Limits beside those of shares. */
    quotas?: Readonly<Record<Limit, FileServerQuotaArgs>>;
}
