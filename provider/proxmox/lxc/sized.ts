import { mountPoint } from "../values/property-string";

/** Adds the size from the active value of the same volume: a pending mount point may lack it or have an old one. */
export function sized(value: string, active: string | undefined): string {
    if (active === undefined) return value;
    const [wanted, is] = [mountPoint.parse(value), mountPoint.parse(active)];
    return is.size === undefined || is.volume !== wanted.volume || is.size === wanted.size
        ? value
        : mountPoint.edit(value, { size: is.size });
}
