// Package azurekeyvault registers no driver here.
package azurekeyvault
