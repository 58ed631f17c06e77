package api

import (
	"fmt"
	"testing"
	"time"

	"healthcode/internal/servicetest"
)

// TestAddressesAreForgotten bounds what a flood from many addresses can fill.
func TestAddressesAreForgotten(t *testing.T) {
	l := newAddressLimit(1, 2)
	now := servicetest.Start
	for i := range maxBuckets {
		l.bucket(fmt.Sprint(i), now).AllowN(now, 1)
	}
	later := now.Add(time.Second)
	l.bucket("0", later).AllowN(later, 1)
	l.bucket("new", later)
	if len(l.buckets) != 2 || l.buckets["0"] == nil {
		t.Errorf("%d addresses are left; want the one that is busy and the new one", len(l.buckets))
	}
	for i := range maxBuckets {
		l.bucket(fmt.Sprint(i), later).AllowN(later, 1)
	}
	l.bucket("newer", later)
	if len(l.buckets) > maxBuckets {
		t.Errorf("%d addresses are kept", len(l.buckets))
	}
}
