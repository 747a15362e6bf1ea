/** Causes that a person can do something about, told from the texts of net, kinit, wbinfo and smbclient. */
export type AdFailure =
    /** No controller was found or reached: DNS, network, or all of them down. */
    | "unreachable"
    /** The realm is not known to DNS or to the controller. */
    | "no-such-domain"
    /** User or password wrong. */
    | "credential"
    /** The password has to be changed first, or the account is locked, disabled or expired. */
    | "password-expired"
    | "account-locked"
    | "account-disabled"
    /** The clocks are more than five minutes apart. */
    | "clock"
    /** The account may not do it. */
    | "denied"
    /** The OU or container is not there. */
    | "no-such-object"
    /** An account of the name is there. */
    | "name-taken"
    /** The quota of computers that a user may add (ms-DS-MachineAccountQuota) is used up. */
    | "quota"
    /** The directory does not take the machine's password: reset, restored, rolled back. After winbind's start, also: the account is gone. */
    | "secret-differs"
    /** `wbinfo -t` says the same of an account that is disabled; `net ads testjoin` tells them apart. */
    | "account-gone"
    /** No secrets here: never joined. */
    | "not-joined"
    | "no-such-name"
    /** winbindd does not run. */
    | "winbind-down"
    | "other";

/** In order: the first text that is found decides. Specific ones stand before those that follow from them. */
const TEXTS: [RegExp, AdFailure][] = [
    [/Clock skew too great|KRB_AP_ERR_SKEW|NT_STATUS_TIME_DIFFERENCE_AT_DC|SEC_E_TIME_SKEW/i, "clock"],
    [/Password has expired|KDC_ERR_KEY_EXPIRED|NT_STATUS_PASSWORD_(MUST_CHANGE|EXPIRED)|password expired/i, "password-expired"],
    [/NT_STATUS_ACCOUNT_LOCKED_OUT/, "account-locked"],
    [/NT_STATUS_ACCOUNT_DISABLED|credentials have been revoked|KDC_ERR_CLIENT_REVOKED/i, "account-disabled"],
    [/NT_STATUS_DS_MACHINE_ACCOUNT_QUOTA_EXCEEDED|machine account quota|NERR_.*QUOTA/i, "quota"],
    [
        /NT_STATUS_CANT_ACCESS_DOMAIN_INFO|NT code 0xfffffff6|NT_STATUS_INVALID_ACCOUNT_NAME.*secrets|Failed to (fetch|get) machine (account )?password|not joined/i,
        "not-joined",
    ],
    [/NT_STATUS_NO_TRUST_SAM_ACCOUNT|WBC_ERR_DOMAIN_NOT_FOUND.*trust account/i, "account-gone"],
    // Not WBC_ERR_AUTH_ERROR: wbinfo says it of every failure, also when no controller answers (samba.md section 3).
    [/NT_STATUS_TRUSTED_RELATIONSHIP_FAILURE|NT_STATUS_TRUST_FAILURE/, "secret-differs"],
    [
        /Preauthentication failed|KDC_ERR_PREAUTH_FAILED|Password incorrect|NT_STATUS_(LOGON_FAILURE|WRONG_PASSWORD)|The attempted logon is invalid|Invalid credentials/i,
        "credential",
    ],
    [/not found in Kerberos database|no suitable keys for|KDC_ERR_C_PRINCIPAL_UNKNOWN|NT_STATUS_NO_SUCH_USER/i, "credential"],
    [/No such object|LDAP_NO_SUCH_OBJECT/i, "no-such-object"],
    [/Already exists|LDAP_ALREADY_EXISTS|NT_STATUS_USER_EXISTS|ALREADY_EXISTS/i, "name-taken"],
    [
        /Insufficient access|does not have administrator privileges|NT_STATUS_ACCESS_DENIED|LDAP_INSUFFICIENT_ACCESS|WERR_ACCESS_DENIED/i,
        "denied",
    ],
    [/Cannot find KDC for realm|Cannot resolve .* KDC|realm .* not found/i, "no-such-domain"],
    [/WBC_ERR_WINBIND_NOT_AVAILABLE|Could not (connect|talk) to winbind|could not obtain winbind/i, "winbind-down"],
    [/WBC_ERR_DOMAIN_NOT_FOUND|WBC_ERR_NOT_MAPPED|NT_STATUS_NONE_MAPPED|failed to call wbcLookupName/i, "no-such-name"],
    [
        /failed to find DC|NT_STATUS_CONNECTION_DISCONNECTED|NT_STATUS_(NO_LOGON_SERVERS|DOMAIN_CONTROLLER_NOT_FOUND|HOST_UNREACHABLE|IO_TIMEOUT|CONNECTION_REFUSED|NETWORK_UNREACHABLE)|Cannot contact any KDC|Didn't find the ldap server|No logon servers/i,
        "unreachable",
    ],
];

/** What went wrong stands at the end. The patterns take time with the square of a text's length, and a host can send megabytes. */
const LONGEST = 8192;

export function failureIn(text: string): AdFailure {
    const end = text.slice(-LONGEST);
    return TEXTS.find(([pattern]) => pattern.test(end))?.[1] ?? "other";
}
