/**
 * The host of a UNC path. UNC allows no colons, so an IPv6 address takes the form that Windows resolves without a name server (MS-DTYP
 * 2.2.57); `s` marks its zone.
 */
function uncHost(address: string): string {
    return address.includes(":") ? `${address.replaceAll(":", "-").replace("%", "s")}.ipv6-literal.net` : address;
}

export function uncOf(address: string | undefined, share?: string): string | undefined {
    if (address === undefined) return undefined;
    return `\\\\${uncHost(address)}${share === undefined ? "" : `\\${share}`}`;
}
