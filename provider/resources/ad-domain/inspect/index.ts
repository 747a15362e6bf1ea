export * from "./find";
export * from "./status";
export * from "./test";
