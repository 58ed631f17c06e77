package postgres

import (
	"encoding/base64"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"healthcode"
)

// channel is what the processes notify on.
const channel = "healthcode_changes"

// The first letter of a notification.
const (
	saysPeople = "p" // ids in base64, one after the other
	saysFacts  = "f" // the same; only facts of theirs have changed
	saysAreas  = "a"
	saysStaff  = "s"
	saysAll    = "*"
	saysHello  = "+" // and the process's name
	saysBye    = "-"
)

// maxNamed is how many persons one notification names: PostgreSQL takes less than 8,000 bytes.
const maxNamed = 360

func newPeer() int32 { return rand.Int32() }

func (f *feed) name(says string) string { return says + strconv.Itoa(int(f.peer)) }

// payloads puts an event into notifications.
func payloads(e healthcode.Event) (list []string) {
	if e.All {
		return []string{saysAll}
	}
	if e.Areas {
		list = append(list, saysAreas)
	}
	if e.Staff {
		list = append(list, saysStaff)
	}
	// A person may be there for facts alone, and once more for something else: then it says both.
	facts := sortedPeople(e.Facts)
	var others []healthcode.PersonID
	named := map[healthcode.PersonID]int{}
	for _, id := range e.Facts {
		named[id]++
	}
	for _, id := range e.People {
		if named[id]--; named[id] < 0 {
			others = append(others, id)
		}
	}
	return append(append(list, naming(saysPeople, sortedPeople(others))...), naming(saysFacts, facts)...)
}

// naming puts ids into notifications.
func naming(says string, people []healthcode.PersonID) (list []string) {
	for some := range slices.Chunk(people, maxNamed) {
		var b strings.Builder
		b.WriteString(says)
		w := base64.NewEncoder(base64.RawStdEncoding, &b)
		for _, id := range some {
			_, _ = w.Write(id[:])
		}
		w.Close()
		list = append(list, b.String())
	}
	return list
}

// sortedPeople are the people in order, each once.
func sortedPeople(people []healthcode.PersonID) []healthcode.PersonID {
	people = slices.Clone(people)
	slices.SortFunc(people, func(a, b healthcode.PersonID) int { return compareUUID(uuid(a), uuid(b)) })
	return slices.Compact(people)
}

// parsePayload reads what payloads wrote. What it doesn't understand, perhaps from a later version, may mean anything.
func parsePayload(text string) healthcode.Event {
	all := healthcode.Event{All: true}
	switch says, rest := text[:min(1, len(text))], text[min(1, len(text)):]; says {
	case saysAreas:
		return healthcode.Event{Areas: true}
	case saysStaff:
		return healthcode.Event{Staff: true}
	case saysPeople, saysFacts:
		ids, err := base64.RawStdEncoding.DecodeString(rest)
		if err != nil || len(ids)%16 != 0 {
			return all
		}
		var e healthcode.Event
		for id := range slices.Chunk(ids, 16) {
			e.People = append(e.People, healthcode.PersonID(id))
		}
		if says == saysFacts {
			e.Facts = e.People
		}
		return e
	}
	return all
}

// sortedSet sorts ids and drops those that are there twice.
func sortedSet(ids []uuid) []uuid {
	slices.SortFunc(ids, compareUUID)
	return slices.Compact(ids)
}
