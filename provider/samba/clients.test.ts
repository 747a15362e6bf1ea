import { clientFaults } from "./clients";

const limits = { memory: 0, processes: 128, perAddress: 64 };
const listed = (count: number): string => `table inet pvesmb {
	chain opened {
		meta l4proto tcp add @clients4 { ip saddr ct count over ${count} } counter packets 236 bytes 14160 reject with tcp reset
		meta l4proto tcp add @clients6 { ip6 saddr & ffff:ffff:ffff:ffff:: ct count over ${count} } counter packets 0 bytes 0 reject with tcp reset
	}
}
`;

test.each([
    ["as it should be", listed(64), "active", []],
    ["another number", listed(640), "active", ["connections per address: limited to 640 and 640 instead of 64"]],
    ["flushed by somebody", "", "active", ["connections per address: not limited instead of 64"]],
    ["of an earlier version, which had none", "", "inactive", ["connections per address: not limited instead of 64"]],
    ["a kernel that has no such thing: no `up` can mend it", "", "failed", []],
])("%s", (_, rules, active, faults) => {
    expect(clientFaults(rules, active, limits)).toEqual(faults);
});
