package model

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"healthcode"
)

// Facts returns a slice of the caller's own.
func (m *Model) Facts(ctx context.Context, id healthcode.PersonID) ([]healthcode.Fact, error) {
	facts, _, err := m.SharedFacts(ctx, id)
	return slices.Clone(facts), err
}

// SharedFacts is Facts for callers who change nothing in the slice. What they make of the facts they may keep beside
// them, for whoever asks next: it is gone when the facts change. Beside is nil where nothing can be kept.
func (m *Model) SharedFacts(ctx context.Context, id healthcode.PersonID) (facts []healthcode.Fact, beside *atomic.Value, err error) {
	if !m.ready(ctx) {
		m.misses.Add(1)
		facts, err = m.Store.Facts(ctx, id)
		return facts, nil, err
	}
	p, epoch, _ := m.people.get(id)
	if p.facts != nil {
		m.hits.Add(1)
		return *p.facts, p.beside, nil
	}
	m.misses.Add(1)
	read, err := m.Store.Facts(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	read = slices.Clip(read) // so that nobody appends into what is shared
	beside = new(atomic.Value)
	m.people.put(id, epoch, func(p *person) { p.facts, p.beside = &read, beside })
	return read, beside, nil
}

// Person returns documents of the caller's own.
func (m *Model) Person(ctx context.Context, id healthcode.PersonID) (healthcode.Person, error) {
	if !m.ready(ctx) {
		return m.Store.Person(ctx, id)
	}
	p, epoch, _ := m.people.get(id)
	if p.person == nil {
		read, err := m.Store.Person(ctx, id)
		if err != nil {
			return read, err
		}
		m.people.put(id, epoch, func(p *person) { p.person = &read })
		p.person = &read
	}
	copied := *p.person
	copied.Documents = slices.Clone(copied.Documents)
	return copied, nil
}

// Registrations returns a slice of the caller's own.
func (m *Model) Registrations(ctx context.Context, id healthcode.PersonID) ([]healthcode.Registration, error) {
	if !m.ready(ctx) {
		return m.Store.Registrations(ctx, id)
	}
	p, epoch, _ := m.people.get(id)
	if p.registrations == nil {
		read, err := m.Store.Registrations(ctx, id)
		if err != nil {
			return nil, err
		}
		m.people.put(id, epoch, func(p *person) { p.registrations = &read })
		p.registrations = &read
	}
	return slices.Clone(*p.registrations), nil
}

// SessionByToken keeps a resident's session with the person: whatever changes of the person takes it out. It learns
// whose a session is the first time that it is read, and keeps it the second time.
func (m *Model) SessionByToken(ctx context.Context, hash []byte, now time.Time) (healthcode.Session, error) {
	if len(hash) != len(token{}) || !m.ready(ctx) {
		return m.Store.SessionByToken(ctx, hash, now)
	}
	key := token(hash)
	owner, epoch, known := m.tokens.get(key)
	if !known {
		return m.newSession(ctx, key, epoch, now)
	}
	p, epoch, _ := m.people.get(owner)
	if v, ok := p.sessions[key]; ok && v.Expires.After(now) {
		v.TokenHash = slices.Clone(v.TokenHash)
		return v, nil
	}
	v, err := m.Store.SessionByToken(ctx, hash, now)
	if err != nil || v.Person != owner {
		return v, err
	}
	m.people.put(owner, epoch, func(p *person) {
		// A new map: others may be reading the old one.
		sessions := map[token]healthcode.Session{key: v}
		for k, old := range p.sessions {
			if k != key && len(sessions) < maxSessions && old.Expires.After(now) {
				sessions[k] = old
			}
		}
		p.sessions = sessions
	})
	v.TokenHash = slices.Clone(v.TokenHash)
	return v, nil
}

// maxSessions is how many sessions of one person are kept.
const maxSessions = 8

func (m *Model) newSession(ctx context.Context, key token, epoch uint64, now time.Time) (healthcode.Session, error) {
	name := "session:" + string(key[:])
	a, staffEpoch, _ := m.staff.get(name)
	if a.session != nil && a.session.Expires.After(now) {
		return *a.session, nil
	}
	v, err := m.Store.SessionByToken(ctx, key[:], now)
	switch {
	case err != nil:
	case v.Person == (healthcode.PersonID{}):
		m.staff.put(name, staffEpoch, func(a *account) { a.session = &v })
	default:
		m.tokens.put(key, epoch, func(id *healthcode.PersonID) { *id = v.Person })
	}
	return v, err
}

// errNoStaff is the answer to a token of a resident's session.
var errNoStaff = healthcode.Errorf(healthcode.CodeNotFound, "", "没有这个账号", "no account has this token")

// StaffByToken also keeps that a token is nobody's: every session's is looked for here first.
func (m *Model) StaffByToken(ctx context.Context, hash []byte) (healthcode.Staff, error) {
	if len(hash) == len(token{}) && m.following.Load() {
		if _, _, known := m.tokens.get(token(hash)); known {
			return healthcode.Staff{}, errNoStaff
		}
	}
	return m.account(ctx, "token:"+string(hash), func() (healthcode.Staff, error) { return m.Store.StaffByToken(ctx, hash) })
}

// StaffByName reads an account.
func (m *Model) StaffByName(ctx context.Context, name string) (healthcode.Staff, error) {
	return m.account(ctx, "name:"+name, func() (healthcode.Staff, error) { return m.Store.StaffByName(ctx, name) })
}

func (m *Model) account(ctx context.Context, key string, read func() (healthcode.Staff, error)) (healthcode.Staff, error) {
	if !m.ready(ctx) {
		return read()
	}
	a, epoch, _ := m.staff.get(key)
	switch {
	case a.missing != nil:
		return healthcode.Staff{}, a.missing
	case a.staff != nil:
		return *a.staff, nil
	}
	v, err := read()
	switch {
	case err == nil:
		m.staff.put(key, epoch, func(a *account) { a.staff = &v })
	case healthcode.CodeOf(err) == healthcode.CodeNotFound:
		m.staff.put(key, epoch, func(a *account) { a.missing = err })
	}
	return v, err
}

// Venue reads a venue.
func (m *Model) Venue(ctx context.Context, id string) (healthcode.Venue, error) {
	if !m.ready(ctx) {
		return m.Store.Venue(ctx, id)
	}
	a, epoch, _ := m.staff.get("venue:" + id)
	if a.venue != nil {
		return *a.venue, nil
	}
	v, err := m.Store.Venue(ctx, id)
	if err == nil {
		m.staff.put("venue:"+id, epoch, func(a *account) { a.venue = &v })
	}
	return v, err
}

// AreasVersion is read from the store where the feed is a moment behind: a change of
// areas is in force in the next request, whichever process answers it.
func (m *Model) AreasVersion(ctx context.Context) (int64, error) {
	if !m.ready(ctx) || !m.whole.Load() {
		return m.Store.AreasVersion(ctx)
	}
	version, epoch, ok := m.areas.get(struct{}{})
	if ok {
		return version, nil
	}
	version, err := m.Store.AreasVersion(ctx)
	if err == nil {
		m.areas.put(struct{}{}, epoch, func(v *int64) { *v = version })
	}
	return version, err
}
