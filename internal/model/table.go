package model

import "sync"

// shards is how many locks a table has. A change makes reads that are under way in its shard keep nothing, so there are many.
const shards = 256

// perEntry is about what the map and the entry take besides the value.
const perEntry = 128

// table is a map that is bounded in bytes. It never keeps a value that was read before a change
// of its key.
type table[K comparable, V any] struct {
	hash  func(K) uint64
	bytes func(V) int64
	limit int64 // of a shard
	parts [shards]part[K, V]
}

type part[K comparable, V any] struct {
	mu sync.Mutex
	// epoch grows with each change: a value is kept only if the epoch is that of before it was read.
	epoch   uint64
	entries map[K]*entry[V]
	bytes   int64
}

type entry[V any] struct {
	value V
	bytes int64
	used  bool // since somebody last looked for what to evict
}

func newTable[K comparable, V any](limit int64, hash func(K) uint64, bytes func(V) int64) *table[K, V] {
	t := &table[K, V]{hash: hash, bytes: bytes, limit: limit / shards}
	for i := range t.parts {
		t.parts[i].entries = make(map[K]*entry[V])
	}
	return t
}

func (t *table[K, V]) part(key K) *part[K, V] { return &t.parts[t.hash(key)%shards] }

// get returns a value and, for put, the epoch of its shard.
func (t *table[K, V]) get(key K) (value V, epoch uint64, ok bool) {
	p := t.part(key)
	p.mu.Lock()
	defer p.mu.Unlock()
	if e := p.entries[key]; e != nil {
		e.used = true
		return e.value, p.epoch, true
	}
	return value, p.epoch, false
}

// put lets set change the value of a key, or a zero one, unless something in its shard has changed since epoch.
func (t *table[K, V]) put(key K, epoch uint64, set func(*V)) {
	p := t.part(key)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.epoch != epoch {
		return
	}
	e := p.entries[key]
	if e == nil {
		e = &entry[V]{used: true}
		p.entries[key] = e
	}
	set(&e.value)
	t.weigh(p, e)
	// A map is walked from a random place: whoever wasn't used since the last walk goes, the others get another turn.
	for range 2 {
		for key, old := range p.entries {
			if p.bytes <= t.limit {
				return
			}
			if old == e || old.used {
				old.used = false
				continue
			}
			p.bytes -= old.bytes
			delete(p.entries, key)
		}
	}
	e.used = true
	if e.bytes > t.limit {
		p.bytes -= e.bytes
		delete(p.entries, key)
	}
}

func (t *table[K, V]) weigh(p *part[K, V], e *entry[V]) {
	p.bytes -= e.bytes
	e.bytes = perEntry + t.bytes(e.value)
	p.bytes += e.bytes
}

// drop forgets a key, and what is being read of it.
func (t *table[K, V]) drop(key K) {
	p := t.part(key)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.epoch++
	if e := p.entries[key]; e != nil {
		p.bytes -= e.bytes
		delete(p.entries, key)
	}
}

// change is drop for a part of a value.
func (t *table[K, V]) change(key K, forget func(*V)) {
	p := t.part(key)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.epoch++
	if e := p.entries[key]; e != nil {
		forget(&e.value)
		t.weigh(p, e)
	}
}

func (t *table[K, V]) clear() {
	for i := range t.parts {
		p := &t.parts[i]
		p.mu.Lock()
		p.epoch++
		clear(p.entries)
		p.bytes = 0
		p.mu.Unlock()
	}
}

func (t *table[K, V]) size() (bytes int64) {
	for i := range t.parts {
		p := &t.parts[i]
		p.mu.Lock()
		bytes += p.bytes
		p.mu.Unlock()
	}
	return bytes
}
