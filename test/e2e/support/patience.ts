/** End-to-end tests boot guests and install packages; each command has a deadline of its own below this. */
jest.setTimeout(15 * 60_000);
