/** Why a name is refused that the gateway has already. `what`: `an account alice`. */
export const anothers = (what: string): string =>
    `the gateway already has ${what} of another owner; choose another name, delete that one, or take it over with adopt: true`;

/** The same for what the distribution or somebody has made by hand. */
export const foreign = (what: string): string =>
    `the gateway already has ${what} that pvesmb did not make; choose another name, or set adopt: true`;
