package smpp

import "fmt"

// Status is a command_status (section 5.1.3); 0 is success.
type Status uint32

// The statuses that this package or its users act on.
const (
	StatusOK                Status = 0x00
	StatusInvalidMsgLen     Status = 0x01
	StatusInvalidCmdLen     Status = 0x02
	StatusInvalidCommand    Status = 0x03
	StatusInvalidBind       Status = 0x04
	StatusSystemError       Status = 0x08
	StatusInvalidSource     Status = 0x0A
	StatusInvalidDest       Status = 0x0B
	StatusBindFailed        Status = 0x0D
	StatusInvalidPassword   Status = 0x0E
	StatusInvalidSystemID   Status = 0x0F
	StatusQueueFull         Status = 0x14
	StatusThrottled         Status = 0x58
	StatusReceiverTemporary Status = 0x64
	StatusReceiverReject    Status = 0x66
	StatusUnknown           Status = 0xFF
)

var statusNames = map[Status]string{
	0x00: "ESME_ROK", 0x01: "ESME_RINVMSGLEN", 0x02: "ESME_RINVCMDLEN", 0x03: "ESME_RINVCMDID", 0x04: "ESME_RINVBNDSTS",
	0x05: "ESME_RALYBND", 0x06: "ESME_RINVPRTFLG", 0x07: "ESME_RINVREGDLVFLG", 0x08: "ESME_RSYSERR", 0x0A: "ESME_RINVSRCADR",
	0x0B: "ESME_RINVDSTADR", 0x0C: "ESME_RINVMSGID", 0x0D: "ESME_RBINDFAIL", 0x0E: "ESME_RINVPASWD", 0x0F: "ESME_RINVSYSID",
	0x11: "ESME_RCANCELFAIL", 0x13: "ESME_RREPLACEFAIL", 0x14: "ESME_RMSGQFUL", 0x15: "ESME_RINVSERTYP", 0x33: "ESME_RINVNUMDESTS",
	0x34: "ESME_RINVDLNAME", 0x40: "ESME_RINVDESTFLAG", 0x42: "ESME_RINVSUBREP", 0x43: "ESME_RINVESMCLASS", 0x44: "ESME_RCNTSUBDL",
	0x45: "ESME_RSUBMITFAIL", 0x48: "ESME_RINVSRCTON", 0x49: "ESME_RINVSRCNPI", 0x50: "ESME_RINVDSTTON", 0x51: "ESME_RINVDSTNPI",
	0x53: "ESME_RINVSYSTYP", 0x54: "ESME_RINVREPFLAG", 0x55: "ESME_RINVNUMMSGS", 0x58: "ESME_RTHROTTLED", 0x61: "ESME_RINVSCHED",
	0x62: "ESME_RINVEXPIRY", 0x63: "ESME_RINVDFTMSGID", 0x64: "ESME_RX_T_APPN", 0x65: "ESME_RX_P_APPN", 0x66: "ESME_RX_R_APPN",
	0x67: "ESME_RQUERYFAIL", 0xC0: "ESME_RINVOPTPARSTREAM", 0xC1: "ESME_ROPTPARNOTALLWD", 0xC2: "ESME_RINVPARLEN",
	0xC3: "ESME_RMISSINGOPTPARAM", 0xC4: "ESME_RINVOPTPARAMVAL", 0xFE: "ESME_RDELIVERYFAILURE", 0xFF: "ESME_RUNKNOWNERR",
}

// String returns the specification's name, such as ESME_RTHROTTLED, or the number.
func (s Status) String() string {
	if name := statusNames[s]; name != "" {
		return name
	}
	return fmt.Sprintf("0x%08X", uint32(s))
}

// StatusError is an SMSC's "no" to a request.
type StatusError struct {
	Command Command // what was asked
	Status  Status
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s: the SMSC answered %s", e.Command, e.Status)
}

// Command is a command_id (section 5.1.2.1). The top bit marks an answer.
type Command uint32

// The commands that a client meets.
const (
	GenericNack       Command = 0x80000000
	BindReceiver      Command = 0x00000001
	BindTransmitter   Command = 0x00000002
	SubmitSM          Command = 0x00000004
	DeliverSM         Command = 0x00000005
	Unbind            Command = 0x00000006
	BindTransceiver   Command = 0x00000009
	OutbindCommand    Command = 0x0000000B
	EnquireLink       Command = 0x00000015
	AlertNotification Command = 0x00000102

	answer Command = 0x80000000
)

var commandNames = map[Command]string{
	BindReceiver: "bind_receiver", BindTransmitter: "bind_transmitter", SubmitSM: "submit_sm", DeliverSM: "deliver_sm",
	Unbind: "unbind", BindTransceiver: "bind_transceiver", OutbindCommand: "outbind", EnquireLink: "enquire_link",
	AlertNotification: "alert_notification",
}

// Answer returns the command that answers c.
func (c Command) Answer() Command { return c | answer }

func (c Command) isAnswer() bool { return c&answer != 0 }

// String returns the specification's name, such as submit_sm_resp, or the number.
func (c Command) String() string {
	if c == GenericNack {
		return "generic_nack"
	}
	if name := commandNames[c&^answer]; name != "" {
		if c.isAnswer() {
			return name + "_resp"
		}
		return name
	}
	return fmt.Sprintf("0x%08X", uint32(c))
}
