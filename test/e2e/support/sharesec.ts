/** A shell command with sharesec about one share. Newer versions (4.22) see no share that smb.conf includes, so it is shown this one alone. */
export const sharesec = (share: string, words: string): string =>
    `printf '[%s]\\npath = /\\n' ${share} > /run/share.conf && sharesec -s /run/share.conf ${share} ${words}`;
