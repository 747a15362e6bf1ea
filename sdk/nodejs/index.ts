export * from "./file-server";
export * from "./generated";
