import { splitList } from "./lists";

/** Tags as PVE keeps them: lower case, sorted, once each, joined by `;` (PVE::GuestHelpers::get_unique_tags). */
export function normalTags(text: string): string {
    return [...new Set(splitList(text).map((tag) => tag.toLowerCase()))].sort().join(";");
}
