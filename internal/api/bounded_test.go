package api

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

type someKey struct{}

// TestBounded: a call ends in time whoever waits for it, and is over when it has been answered.
func TestBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, leave := context.WithCancel(context.WithValue(t.Context(), someKey{}, "value"))
		defer leave()
		b := &bounded{Context: parent, limit: time.Second}
		if b.Err() != nil || b.Value(someKey{}) != "value" {
			t.Fatal("a call is over before it has begun, or doesn't know its values")
		}
		began := time.Now()
		child, cancel := context.WithCancel(b)
		defer cancel()
		<-child.Done()
		if time.Since(began) != time.Second || !errors.Is(child.Err(), context.DeadlineExceeded) || !errors.Is(b.Err(), context.DeadlineExceeded) {
			t.Errorf("after %v: %v, %v", time.Since(began), child.Err(), b.Err())
		}
		if deadline, ok := b.Deadline(); !ok || !deadline.Equal(began.Add(time.Second)) || b.Value(someKey{}) != "value" {
			t.Errorf("its deadline is %v (%v)", deadline, ok)
		}
		b.end()

		answered := &bounded{Context: parent, limit: time.Second}
		answered.end()
		if !errors.Is(answered.Err(), context.Canceled) {
			t.Errorf("answered: %v", answered.Err())
		}
		<-answered.Done() // also for whoever waits only now

		asked := &bounded{Context: parent, limit: time.Second}
		waits := asked.Done()
		asked.end()
		<-waits
		if !errors.Is(asked.Err(), context.Canceled) {
			t.Errorf("answered while somebody waited: %v", asked.Err())
		}

		left := &bounded{Context: parent, limit: time.Hour}
		defer left.end()
		waits = left.Done()
		leave()
		<-waits
		if !errors.Is(left.Err(), context.Canceled) || !errors.Is((&bounded{Context: parent}).Err(), context.Canceled) {
			t.Error("who went away isn't noticed")
		}
	})
}
