import type { Unit } from "../hosts/batch";
import { gatewayBatch } from "./batch";

const batch = (...units: Partial<Unit>[]) => gatewayBatch("nonce", "00ff")(units.map((unit, i) => ({ key: `${i}`, steps: [], ...unit })));

test("smbd gets to know of a batch that activates something, with proof of what asks for it, and of no other", () => {
    const shape = (...units: Partial<Unit>[]): unknown => {
        const { verify, commit } = batch(...units);
        return [verify.some((step) => step.do === "ask"), commit.slice(0, 3).map((step) => step.do)];
    };
    expect(shape({})).toEqual([false, []]);
    expect(shape({}, { assembled: true })).toEqual([false, ["assemble"]]);
    expect(shape({ assembled: true }, { activates: true })).toEqual([true, ["assemble", "run", "run"]]);
    expect(shape({ activates: true, asks: true })).toEqual([true, ["assemble", "run", "run"]]);
});

test("open sessions are awaited where somebody looks who is connected", () => {
    const ping = (unit: Partial<Unit>) => batch({ activates: true, ...unit }).commit[2];
    expect([ping({}), ping({ looks: {} })].map((step) => step?.ifChanged)).toEqual(["started", undefined]);
});
