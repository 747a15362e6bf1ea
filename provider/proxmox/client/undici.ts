import type * as undici from "undici";

/*
 * The parts of undici that we use. Its index also loads fetch, WebSocket and caches: 6 MiB per provider process. These paths are not
 * public, so the version is pinned exactly; every HTTP test covers them.
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

/** The index would add this to Agent as a method. */
export const request = (agent: Agent, options: Request): Promise<Response> => api.call(agent, options);
