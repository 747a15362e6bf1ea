// Package hashivault registers no driver here.
package hashivault
