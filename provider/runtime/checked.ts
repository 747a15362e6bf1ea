import type { Failure } from "../base/handler";
import { autoNamed, nameIn } from "../base/kind";
import { kindOf } from "../model/kind";
import type { Model } from "../model/meta";
import { isTree, type Tree } from "../model/tree";
import { aligned } from "./align";
import { check } from "./check";
import { checkConnection } from "./connection-check";

/**
 * The result of an adapter's check: the inputs as the user wrote them, plus names derived from the resource's name, with lists that have no
 * order in the order of the old inputs (docs/decisions/0006), and their faults. Names that an SDK has set stay.
 */
export function checked(
    model: Model,
    urn: string | undefined,
    news: Tree,
    env: NodeJS.ProcessEnv,
    config: (key: string) => string | undefined,
    olds: Tree = {},
): { inputs: Tree; failures: Failure[] } {
    const inputs = urn === undefined || !isTree(news) ? news : autoNamed(kindOf(model), nameIn(urn), news);
    return {
        inputs: aligned(model.inputs, olds, inputs),
        failures: [...check(model, inputs), ...checkConnection(model, inputs, env, config)],
    };
}
