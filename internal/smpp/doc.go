// Package smpp is a client (an ESME) of the Short Message Peer-to-Peer
// protocol, version 3.4 (issue 1.2 of the specification, 12 October 1999).
//
// A [Client] keeps one session bound to a message centre (SMSC): it submits
// short messages, takes delivery receipts and messages from phones, and
// reconnects by itself. [Split] makes the parts of a long text.
package smpp
