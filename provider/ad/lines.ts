/** Lines of [global] as data; provider/samba/text.ts makes text of them, and refuses what smb.conf cannot hold. */
export type GlobalLines = [name: string, value: string | boolean | number | { words: readonly string[] }][];
