/**
 * What pvesmb knows of Active Directory, pure: texts of a member's configuration, names, ids, and what Samba's and Kerberos's tools answer.
 * Nothing in provider/resources uses it yet; the resource AdDomain will.
 */
export * from "./finding";
export * from "./idmap";
export * from "./krb5";
export * from "./lines";
export * from "./names";
export * from "./nsswitch";
export * from "./principal";
export * from "./sid";
export * from "./winbind";
export * from "./answers/domain";
export * from "./answers/failures";
export * from "./answers/klist";
export * from "./answers/membership";
export * from "./answers/srv";
export * from "./answers/wbinfo";
export * from "./preflight";
