// Package frequency has no lists of names, words and passwords here: parsing them took 0.15 s of each command's start. The CLI asks for them
// only for `pulumi config set` without --secret and --plaintext.
package frequency

// List is a list of words, the most frequent one first.
type List struct {
	Name string
	List []string
}

// Lists has none.
var Lists = map[string]List{}
