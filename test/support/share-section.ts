import type { ShareSection } from "../../provider/samba/share";

/** A share `docs` without special properties. */
export const shareSection = (more: Partial<ShareSection> = {}): ShareSection => ({
    name: "docs",
    path: "/srv/pvesmb/docs",
    comment: "",
    enabled: true,
    readOnly: false,
    browseable: true,
    guest: false,
    access: [],
    createMask: "0664",
    directoryMask: "0775",
    settings: [],
    modules: { plain: "", macos: "" },
    homes: false,
    links: {},
    options: {},
    ...more,
});
