// Generated from provider/model by `npm run generate`; do not edit.
import type * as pulumi from "@pulumi/pulumi";
import type { Kind } from "../../../provider/base/kind";
import { PvesmbResource, type ResourceWith } from "../shim";
import type { ServerRefArgs, SmbUserPasswordFromArgs, TimeoutsArgs } from "./inputs";
import type { ServerRef, SmbUserPasswordFrom, Timeouts } from "./outputs";

export interface SmbUserArgs {
    /**
     * Login name. Clients may write it in capital or small letters.
     * @default the resource's name
     */
    name?: pulumi.Input<string>;

    /**
     * Password. Or give `passwordFrom` or `ntHash`. pvesmb checks no minimum length: use at least 12 characters.
     */
    password?: pulumi.Input<string>;

    /**
     * Where to read the password from, so that no state holds it. A change there is noticed by a refresh, as in `pulumi up --refresh`.
     */
    passwordFrom?: pulumi.Input<SmbUserPasswordFromArgs>;

    /**
     * The NT hash of an existing account, instead of its password.
     */
    ntHash?: pulumi.Input<string>;

    /**
     * The user has to choose another password at the first login: by what the client offers then (Windows: Ctrl+Alt+Del, `smbpasswd -r <gateway> -U <user>`). For that the gateway lets clients change passwords without a login (docs/security.md); with `samba.encryption: "required"` it is refused. From then on the password is the user's own: what is declared here only counts again when it is changed.
     * @default `false`
     */
    passwordMustChange?: pulumi.Input<boolean>;

    /**
     * Numeric user id; never changes.
     * A change is refused: files belong to this number, which never changes: leave it out, or set the current one.
     * @default the next free one from 10000 on
     */
    uid?: pulumi.Input<number>;

    /**
     * Numeric id of the user's own group; never changes.
     * A change is refused: files belong to this number, which never changes: leave it out, or set the current one.
     * @default the next free one from 10000 on
     */
    gid?: pulumi.Input<number>;

    /**
     * Further groups, all of them; created when missing. If omitted, memberships are left to the `members` of SmbGroup.
     */
    groups?: pulumi.Input<pulumi.Input<string>[]>;

    /**
     * Whether the account can log in.
     * @default `true`
     */
    enabled?: pulumi.Input<boolean>;

    /**
     * First day, in UTC, on which the account no longer works.
     * @default never
     */
    expires?: pulumi.Input<string>;

    /**
     * Full name.
     * @default `""`
     */
    fullName?: pulumi.Input<string>;

    /**
     * Home folder under /srv/pvesmb: created for the user alone, kept when the user is deleted. A share with `homes` serves `<its path>/<user>`. It must not be inside the directory of any other share.
     */
    home?: pulumi.Input<string>;

    /**
     * Where it is: on an SmbGateway, on a CtdbVip (once for all its gateways), or on the `ref` of one.
     * A change replaces the resource: it exists only on that gateway.
     */
    gateway: ResourceWith<ServerRef> | pulumi.Input<ServerRefArgs>;

    /**
     * Take over an object of that name that another program or a person created on the gateway. It is then changed to match; differences are printed. An account of the distribution stays when the resource is deleted.
     * @default `false`
     */
    adopt?: pulumi.Input<boolean>;

    /**
     * Deadlines of the operations; past them an operation fails with what was under way. Pulumi's own resource option `customTimeouts` is taken for those that are left out here.
     */
    timeouts?: pulumi.Input<TimeoutsArgs>;
}

const kind: Kind = {
    name: "SmbUser",
    inputs: [
        "name",
        "password",
        "passwordFrom",
        "ntHash",
        "passwordMustChange",
        "groups",
        "enabled",
        "expires",
        "fullName",
        "home",
        "gateway",
        "adopt",
        "timeouts",
    ],
    outputs: ["uid", "gid", "sid"],
    secrets: [
        ["password"],
        ["ntHash"],
        ["gateway", "connection", "apiToken"],
        ["gateway", "connection", "password"],
        ["gateway", "connection", "otp"],
        ["gateway", "connection", "ssh", "privateKey"],
        ["gateway", "connection", "ssh", "passphrase"],
        ["gateway", "connection", "ssh", "password"],
        ["gateway", "connection", "ssh", "jump", "password"],
        ["gateway", "connection", "markSecret"],
        ["gateway", "connection", "markSecretPrevious"],
        ["gateway", "gateways", "*", "connection", "apiToken"],
        ["gateway", "gateways", "*", "connection", "password"],
        ["gateway", "gateways", "*", "connection", "otp"],
        ["gateway", "gateways", "*", "connection", "ssh", "privateKey"],
        ["gateway", "gateways", "*", "connection", "ssh", "passphrase"],
        ["gateway", "gateways", "*", "connection", "ssh", "password"],
        ["gateway", "gateways", "*", "connection", "ssh", "jump", "password"],
        ["gateway", "gateways", "*", "connection", "markSecret"],
        ["gateway", "gateways", "*", "connection", "markSecretPrevious"],
    ],
    secretOutputs: [],
    autoNames: { name: "as-is" },
    references: ["gateway"],
};

/**
 * A local account of a gateway. Its numeric ids are kept beside the data: a rebuilt gateway gives the files back to the right people.
 *
 * ```ts
 * const alice = new pvesmb.SmbUser("alice", { gateway: files, password: config.requireSecret("alicePassword") });
 * ```
 */
export class SmbUser extends PvesmbResource {
    /**
     * Login name. Clients may write it in capital or small letters.
     * @default the resource's name
     */
    declare readonly name: pulumi.Output<string>;

    /**
     * Password. Or give `passwordFrom` or `ntHash`. pvesmb checks no minimum length: use at least 12 characters.
     */
    declare readonly password: pulumi.Output<string | undefined>;

    /**
     * Where to read the password from, so that no state holds it. A change there is noticed by a refresh, as in `pulumi up --refresh`.
     */
    declare readonly passwordFrom: pulumi.Output<SmbUserPasswordFrom | undefined>;

    /**
     * The NT hash of an existing account, instead of its password.
     */
    declare readonly ntHash: pulumi.Output<string | undefined>;

    /**
     * The user has to choose another password at the first login: by what the client offers then (Windows: Ctrl+Alt+Del, `smbpasswd -r <gateway> -U <user>`). For that the gateway lets clients change passwords without a login (docs/security.md); with `samba.encryption: "required"` it is refused. From then on the password is the user's own: what is declared here only counts again when it is changed.
     * @default `false`
     */
    declare readonly passwordMustChange: pulumi.Output<boolean | undefined>;

    /**
     * Numeric user id; never changes.
     * A change is refused: files belong to this number, which never changes: leave it out, or set the current one.
     * @default the next free one from 10000 on
     */
    declare readonly uid: pulumi.Output<number>;

    /**
     * Numeric id of the user's own group; never changes.
     * A change is refused: files belong to this number, which never changes: leave it out, or set the current one.
     * @default the next free one from 10000 on
     */
    declare readonly gid: pulumi.Output<number>;

    /**
     * Further groups, all of them; created when missing. If omitted, memberships are left to the `members` of SmbGroup.
     */
    declare readonly groups: pulumi.Output<string[] | undefined>;

    /**
     * Whether the account can log in.
     * @default `true`
     */
    declare readonly enabled: pulumi.Output<boolean | undefined>;

    /**
     * First day, in UTC, on which the account no longer works.
     * @default never
     */
    declare readonly expires: pulumi.Output<string | undefined>;

    /**
     * Full name.
     * @default `""`
     */
    declare readonly fullName: pulumi.Output<string | undefined>;

    /**
     * Home folder under /srv/pvesmb: created for the user alone, kept when the user is deleted. A share with `homes` serves `<its path>/<user>`. It must not be inside the directory of any other share.
     */
    declare readonly home: pulumi.Output<string | undefined>;

    /**
     * Where it is: on an SmbGateway, on a CtdbVip (once for all its gateways), or on the `ref` of one.
     * A change replaces the resource: it exists only on that gateway.
     */
    declare readonly gateway: pulumi.Output<ServerRef>;

    /**
     * Take over an object of that name that another program or a person created on the gateway. It is then changed to match; differences are printed. An account of the distribution stays when the resource is deleted.
     * @default `false`
     */
    declare readonly adopt: pulumi.Output<boolean | undefined>;

    /**
     * Deadlines of the operations; past them an operation fails with what was under way. Pulumi's own resource option `customTimeouts` is taken for those that are left out here.
     */
    declare readonly timeouts: pulumi.Output<Timeouts | undefined>;

    /**
     * Security identifier.
     */
    declare readonly sid: pulumi.Output<string>;

    /**
     * @param name The resource's name in Pulumi.
     */
    constructor(name: string, args: SmbUserArgs, opts?: pulumi.CustomResourceOptions) {
        super(kind, name, args, opts);
    }
}
