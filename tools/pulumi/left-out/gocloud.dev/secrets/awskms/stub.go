// Package awskms registers no driver here.
package awskms
