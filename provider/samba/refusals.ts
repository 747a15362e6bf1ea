/** Why a name is refused that already exists on the gateway. `what`: `an account alice`. */
export const anothers = (what: string): string =>
    `the gateway already has ${what} of another owner; choose another name, delete that one, or take it over with adopt: true`;

/** The same for an object that belongs to the distribution or was created by hand. */
export const foreign = (what: string): string =>
    `the gateway already has ${what} that pvesmb did not make; choose another name, or set adopt: true`;
