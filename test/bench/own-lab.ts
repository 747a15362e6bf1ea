/**
 * Must be imported first: test/lab fixes its paths when it is loaded, and the benches run in a lab of their own. So nothing else runs in
 * that lab while they measure, and taking it down cleans up whatever happened.
 */
process.env["LAB_NAME"] = "bnch";
