import type { Gather, GatherResult, Others, Step } from "../../hosts/batch";
import type { Lines } from "../config/part";
import type { FragmentOwner, ShareSection } from "../share";
import type { Section } from "../text";

/** A share as a store keeps it. */
export interface Stored {
    /** Where an administrator finds it. */
    place: string;
    /** Undefined: it has no mark of ours, or one of another format. */
    owner?: FragmentOwner;
    /** [global] of a share that lets guests in, and the share's own section. */
    sections: readonly Section[];
    /** Whether it is written as the store writes this share; where a store has comments and layout, they count. */
    writtenAs(share: ShareSection, owner: FragmentOwner): boolean;
    /** How what smbd is served differs from it, in words. `section`: the name of the share's section. */
    servedDrift(section: string, look: GatherResult): string[];
}

/**
 * Where the shares of a gateway are kept, and how smbd gets to serve them. `files.ts` keeps each in a file of its own. A store that works by
 * commands gives each of its steps an `undo`: a unit that fails must leave the store as it was.
 */
export interface ShareStore {
    /** What makes the store on a new gateway. */
    readonly prepare: Step[];
    /** What smb.conf says, behind the gateway's part of [global], to have the stored shares served. */
    readonly config: Lines;
    /** Whether two names are one share here: Samba compares names without case. */
    same(a: string, b: string): boolean;
    /** Fails the unit when there is a share of that name whose owner's key and nonce both differ from `claim`. */
    owned(name: string, claim: string, message: string): Step[];
    put(share: ShareSection, owner: FragmentOwner): Step[];
    drop(name: string): Step[];
    /** Commit of a batch that changed nothing of a share, but what is served with them: new connections get it, smbd is not told. */
    readonly assemble: Step[];
    /** Commit of a batch: smbd serves what is stored from now on. `awaited`: open sessions know it too when this is done. */
    activate(awaited: boolean): Step[];
    /** What to look at for `all`, `named` and `of`. */
    readonly look: Gather;
    /** What to look at for `Stored.servedDrift` and `foreign` beside that. */
    readonly servedLook: Gather;
    all(look: GatherResult): readonly Stored[];
    /** The share of that name, whosever it is. */
    named(look: GatherResult, name: string): Stored | undefined;
    /** The share with that owner's nonce, whatever its name. */
    of(look: GatherResult, nonce: string): Stored | undefined;
    /** What smbd is served and nobody has stored, in words. */
    foreign(look: GatherResult): string[];
    /** Where the directories of all shares are found, for ApartStep; `kind` is that of shares, `holds` that of what may lie in a share of homes. */
    others(kind: string, holds: string): Others;
    /** Which of them are the own ones, by name. */
    own(names: readonly string[]): { files: string[] };
}
