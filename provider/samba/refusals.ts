/** Message for a name that another resource already uses. `what`: `an account alice`. */
export const anothers = (what: string): string =>
    `the gateway already has ${what} of another owner; choose another name, delete that one, or take it over with adopt: true`;

/** Message for a name from the distribution or made by hand. */
export const foreign = (what: string): string =>
    `the gateway already has ${what} that pvesmb did not make; choose another name, or set adopt: true`;
