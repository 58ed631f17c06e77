package model

import (
	"context"
	"slices"
	"time"

	"healthcode"
)

// StandingDevice keeps a device with its person: nothing of it ever changes, it ends with its session, and the end of a
// session takes the person out. That there is none isn't kept.
func (m *Model) StandingDevice(ctx context.Context, owner healthcode.PersonID, id [8]byte, now time.Time) (healthcode.Device, error) {
	if !m.ready(ctx) {
		return m.Store.StandingDevice(ctx, owner, id, now)
	}
	p, epoch, _ := m.people.get(owner)
	if d, ok := p.devices[id]; ok && d.Expires.After(now) {
		d.Key = slices.Clone(d.Key)
		return d, nil
	}
	d, err := m.Store.StandingDevice(ctx, owner, id, now)
	if err != nil {
		return d, err
	}
	kept := d
	kept.Key = slices.Clone(d.Key)
	m.people.put(owner, epoch, func(p *person) {
		// A new map: others may be reading the old one.
		devices := map[[8]byte]healthcode.Device{id: kept}
		for k, old := range p.devices {
			if k != id && len(devices) < maxSessions && old.Expires.After(now) {
				devices[k] = old
			}
		}
		p.devices = devices
	})
	return d, nil
}
