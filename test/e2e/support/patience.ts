/**
 * End-to-end tests boot guests and install packages. Each command has a shorter deadline of its own. The first drill in a virtual machine
 * compiles ZFS and builds an image in its hook: 40 minutes on a machine with a load of 15.
 */
jest.setTimeout((process.env["PVESMB_SOAK"] === "1" ? 60 : 15) * 60_000);
