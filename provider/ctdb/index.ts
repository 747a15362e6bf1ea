/** CTDB, pure: texts of a cluster's files, and what its tools answer. */
export * from "./answers";
export * from "./ask";
export * from "./databases";
export * from "./files";
export * from "./follow";
export * from "./mark";
export * from "./paths";
export * from "./program-answers";
export * from "./settings";
