/** Files that Finder and Explorer create in every folder that they show. */
export const LITTER = [".DS_Store", "Thumbs.db", "desktop.ini"];

/** Whether all hidden files are litter, so that a folder may be deleted with them. */
export const isLitter = ({ vetoFiles }: { vetoFiles?: readonly string[] }): boolean =>
    vetoFiles !== undefined && vetoFiles.every((name) => LITTER.includes(name));
