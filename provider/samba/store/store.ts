import type { Gather, GatherResult, Others, Step } from "../../hosts/batch";
import type { Lines } from "../config/part";
import type { FragmentOwner, ShareSection } from "../share";
import type { Spread } from "../spread";
import type { Section } from "../text";

/** A share in a store. */
export interface Stored {
    /** Where an administrator finds it. */
    place: string;
    /** Undefined: no mark of ours, or one of another format. */
    owner?: FragmentOwner;
    /** [global] of a share that admits guests, and the share's own section. */
    sections: readonly Section[];
    /** Whether the stored text is exactly what the store would write, including comments and layout if it has them. */
    writtenAs(share: ShareSection, owner: FragmentOwner): boolean;
    /** How the configuration that smbd reads differs from the stored share, in words. `section`: the name of the share's section. */
    servedDrift(section: string, look: GatherResult): string[];
}

/**
 * Where a gateway's shares are stored and how smbd gets them. `files.ts` uses one file per share. A store that works by commands gives each
 * step an `undo`, since a failing unit must leave the store unchanged.
 */
export interface ShareStore {
    /** Creates the store on a new gateway. */
    readonly prepare: Step[];
    /** Lines of smb.conf after the gateway's part of [global] that make smbd serve the stored shares. */
    readonly config: Lines;
    /** Whether two names are the same share: Samba ignores case. */
    same(a: string, b: string): boolean;
    /** Fails the unit if a share of that name exists and neither its owner's key nor its nonce equals `claim`. */
    owned(name: string, claim: string, message: string): Step[];
    put(share: ShareSection, owner: FragmentOwner): Step[];
    /** On a cluster: what the other gateways take over. */
    readonly spread?: Spread;
    /** Before anything is done in a share's directory: whether it is the right one. */
    guard?(share: ShareSection): Step[];
    /** A step whose value says where the host itself gives the directory to other clients; empty: nowhere. */
    readonly exported?: (id: string, path: string) => Step;
    drop(name: string): Step[];
    /** Commit of a batch that changes no share but something served with them: new connections see it, smbd is not reloaded. */
    readonly assemble: Step[];
    /** Commit of a batch: makes smbd serve what is stored. `awaited`: returns only after open sessions have it too. */
    activate(awaited: boolean): Step[];
    /** What `all`, `named` and `of` need. */
    readonly look: Gather;
    /** What `Stored.servedDrift` and `foreign` need besides that. */
    readonly servedLook: Gather;
    all(look: GatherResult): readonly Stored[];
    /** The share of that name, of any owner. */
    named(look: GatherResult, name: string): Stored | undefined;
    /** The share with that owner's nonce, under any name. */
    of(look: GatherResult, nonce: string): Stored | undefined;
    /** What smbd serves but the store does not contain, in words. */
    foreign(look: GatherResult): string[];
    /**
     * Where ApartStep finds the directories of all shares. `kind`: what a share is called there; `holds`: the kind of places that a share
     * of homes may hold.
     */
    others(kind: string, holds: string): Others;
    /** The entries of these shares, for ApartStep to ignore. */
    own(names: readonly string[]): { files: string[] };
}
