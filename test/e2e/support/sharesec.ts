/**
 * A shell command that runs sharesec on one share. Newer versions (4.22) do not see shares that smb.conf includes, so it gets a
 * configuration with this share alone.
 */
export const sharesec = (share: string, words: string): string =>
    `printf '[%s]\\npath = /\\n' ${share} > /run/share.conf && sharesec -s /run/share.conf ${share} ${words}`;
