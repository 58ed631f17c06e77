package policy_test

import "testing"

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		set(b)
	}
}
