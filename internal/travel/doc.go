// Package travel is the holder's part of the International Travel Health Certificate: who may have one, what it says, how
// it is issued, renewed, revoked and shown, and encrypted links to it.
//
// A certificate says one fact of the ledger: a nucleic-acid test, a serum IgG test or a vaccination. Nobody types what it
// says. Its name is that of the passport's machine-readable zone. How long each content counts, whose it is and what its
// codes are is data: travel.yaml.
package travel
