package certificate

import (
	"strings"
	"testing"
)

func TestUVCIChecksum(t *testing.T) {
	// The first is worked out in the public discussion of the specification; the others are from the vectors.
	for _, id := range []string{
		"01LUX/18737512422923#E",
		"URN:UVCI:01:AT:10807843F94AEE0EE5093FBC254BD813#B",
		"URN:UVCI:01:AT:858CC18CFCF5965EF82F60E493349AA5#K",
		"URN:UVCI:01:CN:NO/CHECK",
	} {
		if err := CheckUVCI(id); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func TestUVCIIsMade(t *testing.T) {
	id, err := NewUVCI("CN", "CDC/7F3K2")
	if err != nil || id != "URN:UVCI:01:CN:CDC/7F3K2" {
		t.Fatalf("%q, %v", id, err)
	}
	printed, err := WithChecksum(id)
	if err != nil || CheckUVCI(printed) != nil {
		t.Fatalf("%q, %v, %v", printed, err, CheckUVCI(printed))
	}
	for at := 0; at < len(id); at++ {
		wrong := []byte(printed)
		wrong[at] = uvciAlphabet[(strings.IndexByte(uvciAlphabet, wrong[at])+1)%len(uvciAlphabet)]
		if CheckUVCI(string(wrong)) == nil {
			t.Errorf("%s passes, though character %d is wrong", wrong, at)
		}
	}
	for _, bad := range [][2]string{{"CHN", "1"}, {"cn", "1"}, {"CN", ""}, {"CN", "a"}, {"CN", "1#2"}, {"CN", strings.Repeat("1", 70)}} {
		if id, err := NewUVCI(bad[0], bad[1]); err == nil {
			t.Errorf("%q was made", id)
		}
	}
	if CheckUVCI("URN:UVCI:01:CN:abc#A") == nil {
		t.Error("small letters have no checksum")
	}
}
