import { Collector, START } from "../../../test/support/quota/collector";

let collector: Collector;
beforeAll(() => (collector = new Collector()));
afterAll(() => collector.dispose());

interface Trend {
    bytesPerDay: number;
    low: number;
    high: number;
    samples: number;
    seconds: number;
}

const DAY = 86_400;
const HOUR = 3600;
const GIB = 2 ** 30;
/** Two weeks of hourly averages, each of 12 samples. */
const series = (value: (day: number, i: number) => number, count = 14 * 24): [number, number, number][] =>
    Array.from({ length: count }, (_, i) => [START + i * HOUR, value((i * HOUR) / DAY, i), 12]);
const trendOf = (points: [number, number, number][]): Promise<Trend | null> => collector.ask({ do: "trend", points });
const fullAt = (trend: Trend | null, used: number, limit: number): Promise<number | null> =>
    collector.ask({ do: "full", trend, at: START, used, limit });
/** Numbers without a pattern, the same in every run. */
const random = (i: number): number => (Math.sin(i * 12.9898) * 43758.5453) % 1;

test("of a line it is the line's slope, exactly", async () => {
    const trend = (await trendOf(series((day) => 5 * GIB + day * GIB)))!;
    expect(Math.abs(trend.bytesPerDay - GIB)).toBeLessThan(10);
    expect(trend).toMatchObject({ samples: 14 * 24 * 12, seconds: 14 * DAY - HOUR });
    expect(await fullAt(trend, 19 * GIB, 29 * GIB)).toBeCloseTo(START + 10 * DAY, -2);
});

test("of steps it is the average rise", async () => {
    const trend = (await trendOf(series((day) => Math.floor(day) * GIB)))!;
    expect(trend.bytesPerDay / GIB).toBeGreaterThan(0.95);
    expect(trend.bytesPerDay / GIB).toBeLessThan(1.05);
});

test("of one big step nothing is foretold", async () => {
    const trend = (await trendOf(series((day) => (day < 12 ? 0 : 50 * GIB))))!;
    expect(trend.bytesPerDay).toBe(0);
    expect(await fullAt(trend, 50 * GIB, 60 * GIB)).toBeNull();
});

test("of a noisy line it is close to the line, and outliers do not move it", async () => {
    const noisy = series((day, i) => day * GIB + random(i) * GIB + (i % 29 === 0 ? 500 * GIB : 0));
    const trend = (await trendOf(noisy))!;
    expect(trend.bytesPerDay / GIB).toBeGreaterThan(0.8);
    expect(trend.bytesPerDay / GIB).toBeLessThan(1.2);
    expect(trend.low).toBeLessThanOrEqual(GIB);
    expect(trend.high).toBeGreaterThanOrEqual(GIB);
});

test("of noise alone nothing is foretold", async () => {
    const trend = (await trendOf(series((_, i) => 10 * GIB + random(i) * GIB)))!;
    expect(trend.low).toBeLessThan(0);
    expect(trend.high).toBeGreaterThan(0);
    expect(await fullAt(trend, 10 * GIB, 11 * GIB)).toBeNull();
});

test("of what shrinks it is negative, and it is never full", async () => {
    const trend = (await trendOf(series((day) => 100 * GIB - 2 * day * GIB)))!;
    expect(trend.bytesPerDay / GIB).toBeCloseTo(-2, 3);
    expect(await fullAt(trend, 72 * GIB, 73 * GIB)).toBeNull();
});

test("of nothing, one sample or a short while it is unknown", async () => {
    expect(await trendOf([])).toBeNull();
    expect(await trendOf([[START, 5, 1]])).toBeNull();
    expect(await trendOf(Array.from({ length: 12 }, (_, i) => [START + i * 300, i, 1]))).toBeNull();
    expect(await trendOf(Array.from({ length: 13 }, (_, i) => [START + i * 300, i, 1]))).toMatchObject({ samples: 13, bytesPerDay: 288 });
});

test("what is full already is full now, and ten years ahead is out of sight", async () => {
    const trend = await trendOf(series((day) => day * GIB));
    expect(await fullAt(trend, 30 * GIB, 29 * GIB)).toBe(START);
    expect(await fullAt(trend, 0, 5000 * GIB)).toBeNull();
});
