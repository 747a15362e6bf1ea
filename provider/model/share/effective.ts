import type { ShareInputs } from "./inputs";
import { plain, presets } from "./purpose";

/** Inputs as they take effect: the purpose supplies what the program omits. */
export type Effective = ShareInputs & Required<Pick<ShareInputs, keyof typeof plain>>;

export function effective(inputs: ShareInputs): Effective {
    const given = Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
    return { ...plain, ...presets[inputs.purpose ?? "default"], ...given } as Effective;
}
