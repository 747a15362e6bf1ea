/** Message of an `owned` step for a name that another resource already uses. `what`: `an account alice`. */
export const anothers = (what: string): string =>
    `another resource already has ${what} on this gateway; it is {owner}. Choose another name, or delete that one; if it is in another stack, adopt: true takes it over`;

/** Message for a name from the distribution or made by hand. */
export const foreign = (what: string): string =>
    `the gateway already has ${what} that pvesmb did not create; choose another name, or set adopt: true`;
