/** PVE's lists in strings: separated by NUL if there is one, else by any of comma, semicolon and white space (PVE::Tools::split_list). */
export function splitList(text: string | undefined): string[] {
    if (!text) return [];
    if (text.includes("\0")) return text.split("\0").filter((part) => part !== "");
    return text.split(/[,;\s]+/).filter((part) => part !== "");
}
