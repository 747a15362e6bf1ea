/**
 * What pvesmb knows of Active Directory, pure: texts of a member's configuration, names, ids, and what Samba's and Kerberos's tools answer.
 */
export * from "./finding";
export * from "./admission";
export * from "./away";
export * from "./groups";
export * from "./idmap";
export * from "./krb5";
export * from "./lines";
export * from "./names";
export * from "./nsswitch";
export * from "./winbind";
export * from "./answers/domain";
export * from "./answers/failures";
export * from "./answers/membership";
export * from "./answers/srv";
export * from "./answers/wbinfo";
export * from "./preflight";
export * from "./dns-program";
export * from "./mark";
export * from "./net";
export * from "./offline-join";
export * from "./paths";
export * from "./private-run";
export * from "./probe";
export * from "./judgement";
export * from "./resolution";
