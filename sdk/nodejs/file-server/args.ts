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
    /** The share's limit. */
    quota?: Omit<FileServerQuotaArgs, "path">;
};

/**
 * A file server in one object. Plain text that names an account is its key in `users` or `groups`; an Output is used as it is and may name
 * an account made elsewhere.
 */
export interface FileServerArgs<
    Share extends string = string,
    User extends string = string,
    Group extends string = string,
    Limit extends string = string,
> {
    /** The gateway. Its `connection` also serves everything on it. */
    gateway: SmbGatewayArgs;
    groups?: Readonly<Record<Group, FileServerGroupArgs>>;
    users?: Readonly<Record<User, FileServerUserArgs>>;
    shares?: Readonly<Record<Share, FileServerShareArgs>>;
    /** Limits other than those of shares. */
    quotas?: Readonly<Record<Limit, FileServerQuotaArgs>>;
}
