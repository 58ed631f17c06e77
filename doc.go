// Package healthcode holds the words of a health code and the contracts that
// its storage keeps. It imports the standard library only.
//
// Everything known about a person is a dated [Fact] from a named source.
// Nothing stores a colour: a [Status] is what package policy computes from a
// policy, the facts, the [AreaHistory] and an instant. A pass carries the
// status to a door, where a venue's policy turns it into a [Decision].
//
// Adapters (sqlite, web, api …) know this package and not one another;
// cmd/healthcode wires them.
package healthcode
