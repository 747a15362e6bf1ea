import type * as undici from "undici";

/*
 * The parts of undici that we use. Its index loads fetch, WebSocket and caches with them: 6 MiB more in every provider process. The
 * places are not part of undici's interface, so its version is pinned exactly, and every test that speaks HTTP goes through here.
 */
/* eslint-disable @typescript-eslint/no-require-imports */
export const Agent = require("undici/lib/dispatcher/agent") as typeof undici.Agent;
export type Agent = undici.Agent;
export const buildConnector = require("undici/lib/core/connect") as typeof undici.buildConnector;
export type Connector = undici.buildConnector.connector;
const api = require("undici/lib/api/api-request") as (this: undici.Agent, options: Request) => Promise<Response>;
export const errors = require("undici/lib/core/errors") as typeof undici.errors;

type Request = undici.Dispatcher.RequestOptions;
type Response = undici.Dispatcher.ResponseData;

/** What the index would have put into Agent as a method. */
export const request = (agent: Agent, options: Request): Promise<Response> => api.call(agent, options);
