// Generated from provider/model by `npm run generate`; do not edit.
export * from "./inputs";
export * from "./outputs";
export * from "./smb-gateway";
export * from "./smb-share";
export * from "./smb-user";
export * from "./smb-group";
export * from "./quota";
export * from "./ad-domain";
export * from "./ctdb-vip";
