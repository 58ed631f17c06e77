// Package pgtest starts a private PostgreSQL for tests, from the binaries that
// Debian's package installs: a cluster of its own in a temporary folder, on a
// unix socket that nobody else can open. It knows nothing of what is stored.
//
// A package that uses it calls [Main] from its TestMain. The cluster starts with the
// first test that asks for a database, and ends with the test binary.
package pgtest
