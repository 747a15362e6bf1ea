/** What Finder and Explorer leave in every folder that they show. */
export const LITTER = [".DS_Store", "Thumbs.db", "desktop.ini"];

/** Whether nothing that nobody sees in a folder is worth keeping. */
export const isLitter = ({ vetoFiles }: { vetoFiles?: readonly string[] }): boolean =>
    vetoFiles !== undefined && vetoFiles.every((name) => LITTER.includes(name));
