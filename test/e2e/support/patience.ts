/** End-to-end tests boot guests and install packages. Each command has a shorter deadline of its own. */
jest.setTimeout(15 * 60_000);
