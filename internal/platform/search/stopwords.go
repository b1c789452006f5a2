package search

import "strings"

// stopWords say nothing about what a text is about. The list is short on
// purpose: a word that is missing costs some space, a word too many cannot be
// found. Words that fold into a noun (wäre, Ware) are left out.
var stopWords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`
		der die das den dem des ein eine einer einen einem eines
		und oder aber auch als am an auf aus bei beim bis da dass daß denn
		durch für fuer gegen hat haben hatte ich er sie es wir ihr ihm ihn ihnen uns
		im in ist ins ja kann können koennen mit nach nicht noch nur ob ohne sich
		sind sein seine so sowie über ueber um unter vom von vor war waren was
		wenn werden wird wie wo zu zum zur
		mich mir dich dir ihre ihrer ihren ihrem diese dieser dieses diesen diesem
		the and of`) {
		m[w] = true
	}
	return m
}()
