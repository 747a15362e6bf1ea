import type { Failure } from "../base/handler";
import { autoNamed, nameIn } from "../base/kind";
import { kindOf } from "../model/kind";
import type { Model } from "../model/meta";
import { isTree, type Tree } from "../model/tree";
import { check } from "./check";
import { checkConnection } from "./connection-check";

/**
 * What an adapter's check gives back: the inputs as the user wrote them, but for names that he left to the resource's own
 * (docs/decisions/0006), and what is wrong with them. An SDK that has made the names already is left alone.
 */
export function checked(
    model: Model,
    urn: string | undefined,
    news: Tree,
    env: NodeJS.ProcessEnv,
    config: (key: string) => string | undefined,
): { inputs: Tree; failures: Failure[] } {
    const inputs = urn === undefined || !isTree(news) ? news : autoNamed(kindOf(model), nameIn(urn), news);
    return { inputs, failures: [...check(model, inputs), ...checkConnection(model, inputs, env, config)] };
}
