// Package gcsblob has what the CLI names of it.
package gcsblob

const Scheme = "gs"
