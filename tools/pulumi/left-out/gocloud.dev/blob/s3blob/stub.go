// Package s3blob registers no driver here.
package s3blob
