// Package boarding gives foreign nationals the health statement with which they board a flight.
//
// Which papers are needed is data: a notice of an embassy or consulate (a mission) holds requirement sets by origin,
// transit, date and class of traveller (package missions has examples). [Rules.Find] chooses the set, and [Evaluate]
// says purely which of its items the evidence satisfies. [Service] keeps the applications: it reads what machines can
// read and verify, leaves the rest to the mission's officers, and issues the statement.
//
// A mission is the jurisdiction of its officers. No file here names a disease.
package boarding
