import { good as share } from "../../test/support/bad-input/share";
import { check } from "../runtime/check";
import { domainModel, groupModel, quotaModel, shareModel, userModel } from ".";
import type { Model } from "./meta";

/** What takes a CtdbVip as its gateway, and what cannot be had there. */

const gateway = { id: "ctdb:0123456789abcdef", gateways: [{ id: "pve1/101/0123456789abcdef" }, { id: "pve2/102/fedcba9876543210" }] };
const faults = (model: unknown, news: object): string[] =>
    check(model as Model, news).map(({ property, reason }) => `${property}: ${reason}`);

test("shares, users and groups are declared on a cluster", () => {
    expect(faults(shareModel, { ...share, gateway })).toEqual([]);
    expect(faults(userModel, { name: "alice", password: "alice's long p4ssword", gateway })).toEqual([]);
    expect(faults(groupModel, { name: "team", gateway })).toEqual([]);
});

test("what one node alone would make is refused, with the way out", () => {
    expect(
        faults(shareModel, { ...share, gateway, volume: { storage: "tank", size: "1GiB" }, previousVersions: { schedule: { daily: 7 } } }),
    ).toEqual([
        expect.stringMatching(/^volume: on a CtdbVip .*leave `volume` out, and give a `path`/),
        expect.stringMatching(/^previousVersions.schedule: on a CtdbVip .*leave `schedule` out, and give `folder` and `format`/),
    ]);
    const limited = { share: { id: "0123456789abcdef", gateway }, limit: "1GiB" };
    expect(faults(quotaModel, limited)).toEqual([expect.stringMatching(/^: share: must not be on a CtdbVip: .*ceph\.quota\.max_bytes/)]);
});

test("what takes a gateway alone says so", () => {
    const said = [expect.stringContaining("must be an SmbGateway: a CtdbVip takes SmbShare, SmbUser and SmbGroup only")];
    expect(faults(quotaModel, { gateway: { id: gateway.id }, limit: "1GiB" })).toEqual(said);
    expect(
        faults(domainModel, { gateway: { id: gateway.id }, domain: "ad.example.com", join: { user: "joiner", password: "x".repeat(12) } }),
    ).toEqual(expect.arrayContaining(said));
});
