package travel

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/access"
	"healthcode/internal/identity"
)

// FileType is the media type of what a link leads to, before it is encrypted.
const FileType = "application/fhir+json"

// LinkPath begins the path of a link's manifest; its id follows.
const LinkPath = "/v1/links/"

// ticketLife is for how long the address of a link's file, which a manifest gives, leads to it.
const ticketLife = 5 * time.Minute

// keptOpenings bounds how many tries of a link are listed; more are counted alone.
const keptOpenings = 200

// LinkRequest is what a holder asks for.
type LinkRequest struct {
	Jurisdiction string
	Certificates []string // ids
	Passcode     string
	Hours        int    // 0 = as the policy says
	Openings     int    // 0 = as the policy says
	Label        string // at most 80 characters
	Base         string // where this service is reached, such as https://code.example
}

// Share makes a link to an encrypted file with certificates of the caller's.
func (s *Service) Share(ctx context.Context, a healthcode.Actor, r LinkRequest) (healthcode.TravelLink, error) {
	none := healthcode.TravelLink{}
	_, now, err := s.resident(ctx, a, r.Jurisdiction)
	if err != nil {
		return none, err
	}
	if err := s.Policy.checkLink(&r); err != nil {
		return none, err
	}
	if err := s.settle(ctx, a.Person); err != nil {
		return none, err
	}
	all, err := s.store.TravelCertificatesOf(ctx, a.Person)
	if err != nil {
		return none, err
	}
	var chosen []healthcode.TravelCertificate
	for _, c := range all {
		if c.Stands(now) && slices.Contains(r.Certificates, c.ID) {
			chosen = append(chosen, c)
		}
	}
	if len(chosen) == 0 || len(chosen) != len(r.Certificates) {
		return none, healthcode.Errorf(healthcode.CodeInvalid, "certificates", "请选择至少一张有效的证书，每张一次。", "Choose at least one certificate that stands, each once.")
	}
	if err := s.limiter.Allow(ctx, identity.ActionCertificate, map[identity.Per]string{identity.PerPerson: a.Person.String()}); err != nil {
		return none, err
	}
	l := healthcode.TravelLink{ID: random32(), Person: a.Person, Certificates: r.Certificates, Label: strings.TrimSpace(r.Label), Key: make([]byte, 32),
		Created: now.Truncate(time.Second).UTC(), Limit: r.Openings, WrongLimit: s.Policy.Links.Wrong}
	rand.Read(l.Key)
	l.Expires = l.Created.Add(time.Duration(r.Hours) * time.Hour)
	l.Address = strings.TrimRight(r.Base, "/") + LinkPath + l.ID
	if l.Passcode, err = s.passcode(l.ID, r.Passcode); err != nil {
		return none, err
	}
	plain, err := s.bundle(chosen, now)
	if err != nil {
		return none, err
	}
	if l.File, err = encrypt(plain, l.Key); err != nil {
		return none, err
	}
	issuer, err := s.signers.Issuer(ctx, 0)
	if err != nil {
		return none, fmt.Errorf("finding the key that signs: %w", err)
	}
	link := certificate.HealthLink{URL: l.Address, Key: base64.RawURLEncoding.EncodeToString(l.Key), Flag: "P", Label: l.Label, Expires: l.Expires}
	if l.Text, err = issuer.Issue(certificate.HealthLinkContent{Link: link}, l.Created, l.Expires); err != nil {
		return none, err
	}
	if err := s.store.PutTravelLink(ctx, l); err != nil {
		return none, fmt.Errorf("storing a link: %w", err)
	}
	return l, nil
}

// checkLink fills in what the policy says and refuses what it doesn't allow.
func (p *Policy) checkLink(r *LinkRequest) error {
	refuse := func(field, zh, format string, args ...any) error {
		return healthcode.Errorf(healthcode.CodeInvalid, field, fmt.Sprintf(zh, args...), format, args...)
	}
	if r.Hours == 0 {
		r.Hours = p.Links.Hours
	}
	if r.Openings == 0 {
		r.Openings = p.Links.Openings
	}
	code := r.Passcode
	switch n := utf8.RuneCountInString(code); {
	case n < p.Links.Passcode || n > 64:
		return refuse("passcode", "密码应为 %[1]d 至 64 个字符。", "The passcode needs %[1]d to 64 characters.", p.Links.Passcode)
	case guessable(code):
		return refuse("passcode", "这个密码太容易猜到（全部相同或依次排列）。请换一个。", "This passcode is too easy to guess: all the same, or in order. Choose another.")
	case r.Hours < 1 || r.Hours > p.Links.MaxHours:
		return refuse("hours", "有效时间应为 1 至 %[1]d 小时。", "It can last 1 to %[1]d hours.", p.Links.MaxHours)
	case r.Openings < 1 || r.Openings > p.Links.MaxOpenings:
		return refuse("openings", "可打开次数应为 1 至 %[1]d。", "It can be opened 1 to %[1]d times.", p.Links.MaxOpenings)
	case utf8.RuneCountInString(r.Label) > 80 || !utf8.ValidString(r.Label):
		return refuse("label", "名称最多 80 个字符。", "The name has at most 80 characters.")
	}
	u, err := url.Parse(r.Base)
	if err != nil || u.Scheme != "https" || u.Host == "" || len(r.Base) > 70 {
		return refuse("base", "链接只能通过 https 使用，请联系服务台。", "Links need an https address of at most 70 characters; contact the help desk.")
	}
	return nil
}

// guessable reports whether each character follows the one before by the same small step.
func guessable(code string) bool {
	r := []rune(code)
	for step := rune(-1); step <= 1; step++ {
		in := true
		for i := 1; i < len(r); i++ {
			in = in && r[i]-r[i-1] == step
		}
		if in {
			return true
		}
	}
	return false
}

func random32() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

func (s *Service) passcode(id, code string) ([]byte, error) {
	return s.sealer.Lookup("travel link passcode", id+"\x00"+code)
}

// encrypt makes the JWE of SMART Health Links: the key itself (dir) with A256GCM, compact.
func encrypt(plain, key []byte) (string, error) {
	encrypter, err := jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.DIRECT, Key: key}, (&jose.EncrypterOptions{}).WithContentType(FileType))
	if err != nil {
		return "", fmt.Errorf("encrypting a file: %w", err)
	}
	object, err := encrypter.Encrypt(plain)
	if err != nil {
		return "", fmt.Errorf("encrypting a file: %w", err)
	}
	return object.CompactSerialize()
}

// Links lists the caller's links, the newest first.
func (s *Service) Links(ctx context.Context, a healthcode.Actor) ([]healthcode.TravelLink, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return nil, err
	}
	all, err := s.store.TravelLinksOf(ctx, a.Person)
	slices.Reverse(all)
	return all, err
}

// Link returns one of the caller's. CodeNotFound.
func (s *Service) Link(ctx context.Context, a healthcode.Actor, id string) (healthcode.TravelLink, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return healthcode.TravelLink{}, err
	}
	l, err := s.store.TravelLink(ctx, id)
	if err == nil && l.Person != a.Person {
		err = noLink()
	}
	if err != nil {
		return healthcode.TravelLink{}, err
	}
	return l, nil
}

func noLink() error {
	return healthcode.Errorf(healthcode.CodeNotFound, "id", "没有这个链接。", "There is no such link.")
}

// EndLink makes one of the caller's links lead nowhere. Doing it twice does no harm.
func (s *Service) EndLink(ctx context.Context, a healthcode.Actor, id string) error {
	if _, err := s.Link(ctx, a, id); err != nil {
		return err
	}
	now := s.clock.Now()
	return s.store.ChangeTravelLink(ctx, id, func(l *healthcode.TravelLink) error {
		if l.Ended.IsZero() {
			l.Ended = now.UTC()
		}
		return nil
	})
}

// Opened is what comes of a try to open a link.
type Opened struct {
	State     string // opened, wrong-passcode, or why it can't be opened: locked, used-up, expired or ended
	Remaining int    // wrong-passcode: how many more may be tried
	File      string // opened: JWE
	Ticket    string // opened: with it [Service.File] gives the file for five minutes
}

// Open opens a link for whoever has its passcode. Each try is counted and shown to the holder. A link to a certificate that
// has ended is ended too. CodeNotFound; CodeInvalid: no recipient is named.
func (s *Service) Open(ctx context.Context, id, recipient, passcode string) (Opened, error) {
	recipient = short(strings.TrimSpace(recipient))
	if recipient == "" || !utf8.ValidString(recipient) {
		return Opened{}, healthcode.Errorf(healthcode.CodeInvalid, "recipient", "请说明是谁在打开。", "Say who opens it: recipient is missing.")
	}
	l, err := s.store.TravelLink(ctx, id)
	if err != nil {
		return Opened{}, err
	}
	if err := s.settle(ctx, l.Person); err != nil {
		return Opened{}, err
	}
	given, err := s.passcode(id, passcode)
	if err != nil {
		return Opened{}, err
	}
	now := s.clock.Now()
	stands, err := s.allStand(ctx, &l, now)
	if err != nil {
		return Opened{}, err
	}
	var o Opened
	err = s.store.ChangeTravelLink(ctx, id, func(l *healthcode.TravelLink) error {
		o = Opened{State: l.State(now)}
		switch {
		case o.State != "open":
		case !stands:
			o.State = "ended"
		case !hmac.Equal(given, l.Passcode):
			l.Wrong++
			o.State, o.Remaining = "wrong-passcode", l.WrongLimit-l.Wrong
		default:
			l.Opened++
			o.State, o.File = "opened", l.File
		}
		if len(l.Openings) < keptOpenings || o.State == "opened" {
			l.Openings = append(l.Openings, healthcode.TravelOpening{At: now.UTC(), Recipient: recipient, Outcome: o.State})
		}
		return nil
	})
	if err != nil {
		return Opened{}, err
	}
	if o.State == "opened" {
		o.Ticket, err = s.ticket(id, now)
	}
	return o, err
}

// allStand reports whether all certificates in a link's file stand.
func (s *Service) allStand(ctx context.Context, l *healthcode.TravelLink, now time.Time) (bool, error) {
	for _, id := range l.Certificates {
		c, err := s.store.TravelCertificate(ctx, id)
		if healthcode.CodeOf(err) == healthcode.CodeNotFound || err == nil && !c.Ended.IsZero() {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

func ticketContext(id string) []byte { return []byte("travel.file:" + id) }

func (s *Service) ticket(id string, now time.Time) (string, error) {
	sealed, err := s.sealer.Seal(binary.BigEndian.AppendUint64(nil, uint64(now.Add(ticketLife).Unix())), ticketContext(id))
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// File returns the encrypted file of a link that was opened within the last five minutes. CodeNotFound.
func (s *Service) File(ctx context.Context, id, ticket string) (string, error) {
	now := s.clock.Now()
	sealed, err := base64.RawURLEncoding.DecodeString(ticket)
	if err != nil {
		return "", noLink()
	}
	until, err := s.sealer.Open(sealed, ticketContext(id))
	if err != nil || len(until) != 8 || now.Unix() >= int64(binary.BigEndian.Uint64(until)) {
		return "", noLink()
	}
	l, err := s.store.TravelLink(ctx, id)
	if err == nil && (!l.Ended.IsZero() || !now.Before(l.Expires)) {
		err = noLink()
	}
	return l.File, err
}
