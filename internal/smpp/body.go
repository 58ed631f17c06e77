package smpp

// Bind asks for a session (section 4.1).
type Bind struct {
	SystemID   string
	Password   string
	SystemType string
	Version    byte // 0x34
	Addresses  Address
}

func (b *Bind) walk(c *codec) {
	c.text(&b.SystemID, 16, "system_id")
	c.text(&b.Password, 9, "password")
	c.text(&b.SystemType, 13, "system_type")
	c.octet(&b.Version, "interface_version")
	c.octet(&b.Addresses.TON, "addr_ton")
	c.octet(&b.Addresses.NPI, "addr_npi")
	c.text(&b.Addresses.Number, 41, "address_range")
}

// BindAnswer grants a session.
type BindAnswer struct {
	SystemID string
	TLVs     TLVs
}

func (b *BindAnswer) walk(c *codec) {
	c.text(&b.SystemID, 16, "system_id")
	c.tlvs(&b.TLVs)
}

// Outbind asks an ESME that listens to bind (section 4.1.7). This client doesn't listen.
type Outbind struct{ SystemID, Password string }

func (o *Outbind) walk(c *codec) {
	c.text(&o.SystemID, 16, "system_id")
	c.text(&o.Password, 9, "password")
}

// Bits of esm_class (section 5.2.12).
const (
	classReceipt      byte = 0x04
	classIntermediate byte = 0x20
	classType         byte = 0x3C // which of them, if any
	classUDH          byte = 0x40 // the text begins with a user data header
)

// Short is a short message on its way: the body of submit_sm and deliver_sm (sections 4.4.1 and 4.6.1).
type Short struct {
	ServiceType  string
	Source, Dest Address
	Class        byte // esm_class
	Protocol     byte
	Priority     byte
	Schedule     string // "" or 16 characters (section 7.1.1)
	Validity     string // likewise
	Registered   byte   // 1 asks for a receipt
	Replace      byte
	Coding       byte // data_coding
	Default      byte // sm_default_msg_id
	Text         []byte
	TLVs         TLVs
}

func (s *Short) walk(c *codec) {
	c.text(&s.ServiceType, 6, "service_type")
	s.Source.walk(c, "source_addr")
	s.Dest.walk(c, "destination_addr")
	c.octet(&s.Class, "esm_class")
	c.octet(&s.Protocol, "protocol_id")
	c.octet(&s.Priority, "priority_flag")
	c.time(&s.Schedule, "schedule_delivery_time")
	c.time(&s.Validity, "validity_period")
	c.octet(&s.Registered, "registered_delivery")
	c.octet(&s.Replace, "replace_if_present_flag")
	c.octet(&s.Coding, "data_coding")
	c.octet(&s.Default, "sm_default_msg_id")
	c.octets(&s.Text, 254, "short_message")
	c.tlvs(&s.TLVs)
}

// time is "" or exactly 16 characters.
func (c *codec) time(v *string, field string) {
	c.text(v, 17, field)
	if c.err == nil && len(*v) != 0 && len(*v) != 16 {
		c.fail(field, "%d characters, want 0 or 16", len(*v))
	}
}

func (a *Address) walk(c *codec, field string) {
	c.octet(&a.TON, field+"_ton")
	c.octet(&a.NPI, field+"_npi")
	c.text(&a.Number, 21, field)
}

// ShortAnswer says that a message was taken. ID is "" in deliver_sm_resp.
type ShortAnswer struct {
	ID   string
	TLVs TLVs
}

func (a *ShortAnswer) walk(c *codec) {
	c.text(&a.ID, 65, "message_id")
	c.tlvs(&a.TLVs)
}

// Raw is the body of a command that the client doesn't know.
type Raw struct{ Octets []byte }

func (r *Raw) walk(c *codec) { c.rest(&r.Octets) }
