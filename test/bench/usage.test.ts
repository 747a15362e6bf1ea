import { cpuSeconds, peakMemory } from "./usage";

test("processor time, whatever the command calls itself", () => {
    const stat = "18402 (a) (b) 7) S 1 1 1 0 -1 4194560 9 0 0 0 1250 325 0 0 20 0 11 0 99 1 2 3";
    expect(cpuSeconds(stat)).toBeCloseTo(15.75);
});

test("the high-water mark in MiB; a process on its way out has none", () => {
    expect(peakMemory("Name:\tnode\nVmPeak:\t  9 kB\nVmHWM:\t  204800 kB\n")).toBe(200);
    expect(peakMemory("Name:\tnode\nState:\tZ (zombie)\n")).toBe(0);
});
