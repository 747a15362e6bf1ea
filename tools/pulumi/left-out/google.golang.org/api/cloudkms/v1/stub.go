// Package cloudkms has what the CLI names of it.
package cloudkms

const CloudkmsScope = ""
