/** Message for a name that another resource already uses. `what`: `an account alice`. */
export const anothers = (what: string): string =>
    `another resource already has ${what} on this gateway; choose another name, delete that one, or take it over with adopt: true`;

/** Message for a name from the distribution or made by hand. */
export const foreign = (what: string): string =>
    `the gateway already has ${what} that pvesmb did not create; choose another name, or set adopt: true`;
