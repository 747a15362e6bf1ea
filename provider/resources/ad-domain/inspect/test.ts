import type { Context } from "../../../base/handler";
import { readyGateway } from "../../../gateway/session";
import { dnsNameOf } from "../../../ad";
import type { Finding, Login } from "../../../ad";
import type { GatewayRef } from "../../../model";
import { examined } from "../preflight";
import type { JoinInputs } from "../login-look";
import { lookForJoin } from "../seen";
import { controllersIn } from "./controllers";
import type { FoundController } from "./controllers";

/** What a join of a gateway would find, and what it would be. */
export interface TestReport {
    gateway: string;
    domain: string;
    workgroup: string;
    computerName: string;
    dnsName: string;
    idRange: string;
    /** The controller that the join would ask. */
    controller?: string;
    controllers: FoundController[];
    clockOffset?: number;
    /** Whether a credential was given, and so the login, the rights, the account's name and the domain's size looked at. */
    loggedIn: boolean;
    findings: Finding[];
}

/** The looks of a join, without the join. */
export async function testDomain(ctx: Context<unknown>, ref: GatewayRef, inputs: JoinInputs, login?: Login): Promise<TestReport> {
    const gateway = await readyGateway(ctx, ref);
    const seen = await lookForJoin(ctx, gateway, inputs, undefined);
    const { mark, kept, probe } = seen;
    const { member, controller, findings } = await examined({
        ...{ look: seen.look, probe, known: seen.known, hostSession: gateway.hostSession, inputs, login },
        ours: { ...(mark === undefined ? {} : { mark }), ...(kept === undefined ? {} : { kept }) },
        deadline: ctx.deadline,
        log: ctx.log,
    });
    const { workgroup, computerName, idRange } = member;
    return {
        ...{ gateway: gateway.hostSession.name, domain: inputs.domain, workgroup, computerName, dnsName: dnsNameOf(member), idRange },
        ...(controller === undefined ? {} : { controller: controller.controller }),
        controllers: controllersIn(probe),
        ...(probe.info === undefined ? {} : { clockOffset: probe.info.offset }),
        loggedIn: login !== undefined && controller !== undefined,
        findings,
    };
}
