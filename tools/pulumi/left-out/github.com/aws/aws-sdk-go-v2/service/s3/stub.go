// Package s3 has what the CLI names of it.
package s3

type CopyObjectInput struct{ CopySource *string }
