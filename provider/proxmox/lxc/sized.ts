import { mountPoint } from "../values/property-string";

/** A pending mount point may come without its size or with an old one; the active value of the same volume has it. */
export function sized(value: string, active: string | undefined): string {
    if (active === undefined) return value;
    const [wanted, is] = [mountPoint.parse(value), mountPoint.parse(active)];
    return is.size === undefined || is.volume !== wanted.volume || is.size === wanted.size
        ? value
        : mountPoint.edit(value, { size: is.size });
}
