/**
 * Imported first: the benches run in a lab of their own, whose place is fixed when test/lab is loaded. So nothing else stands in it
 * while they measure, and taking it down clears up after whatever happened.
 */
process.env["LAB_NAME"] = "bnch";
