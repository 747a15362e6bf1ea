import { readFile } from "node:fs/promises";
import { text as allOf } from "node:stream/consumers";
import { PvesmbError } from "../base/errors";
import type { Context } from "../base/handler";
import type { Log } from "../base/log";
import { hide } from "../base/scrub";
import { domainStatus, findAccount, testDomain } from "../resources/ad-domain/inspect";
import { commandContext, gatewayNamed } from "./ad-gateway";
import { adOptions } from "./ad-options";
import type { AdCommand, TestOptions } from "./ad-options";
import { findText, statusText, testText } from "./ad-text";

/** `pvesmb ad`: the looks of AdDomain's handler, without a change. */
export async function ad(args: string[], log: Log): Promise<number> {
    const command = adOptions(args);
    // What handlers tell on the way is no result.
    const ctx = commandContext({ ...log, info: (text) => log.warn(text) });
    const { report, text, fine } = await looked(ctx, command);
    log.info(command.json ? JSON.stringify(report) : text);
    return fine ? 0 : 1;
}

async function looked(ctx: Context<unknown>, command: AdCommand): Promise<{ report: object; text: string; fine: boolean }> {
    const login = command.verb === "test" ? await loginOf(command) : undefined;
    const gateway = await gatewayNamed(ctx, command.gateway);
    if (command.verb === "status") {
        const report = await domainStatus(ctx, gateway);
        return { report, text: statusText(report), fine: report.member && report.faults.length === 0 };
    }
    if (command.verb === "find") {
        const report = await findAccount(ctx, gateway, command.name);
        return { report, text: findText(report), fine: report.found };
    }
    const { domain, ou, computerName, idRange, adopt } = command;
    const inputs = {
        ...{ domain, adopt, dns: { register: true } },
        ...(ou === undefined ? {} : { ou }),
        ...(computerName === undefined ? {} : { computerName }),
        ...(idRange === undefined ? {} : { idRange }),
    };
    const report = await testDomain(ctx, gateway, inputs, login);
    return { report, text: testText(report), fine: report.findings.length === 0 };
}

async function loginOf({ user, passwordFile }: TestOptions): Promise<{ user: string; password: string } | undefined> {
    if (user === undefined) return undefined;
    const [password = ""] = (await passwordText(passwordFile)).split(/\r?\n/);
    if (password === "")
        throw new PvesmbError(
            "InvalidInput",
            passwordFile === undefined
                ? "--user needs a password: set PVESMB_DOMAIN_PASSWORD, or --password-file"
                : `--password-file: ${passwordFile} is empty`,
        );
    hide(password);
    return { user, password };
}

async function passwordText(file: string | undefined): Promise<string> {
    if (file === undefined) return process.env["PVESMB_DOMAIN_PASSWORD"] ?? "";
    return file === "-" ? allOf(process.stdin) : readFile(file, "utf8");
}
