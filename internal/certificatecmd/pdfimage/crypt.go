package pdfimage

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"errors"
)

var errEncrypted = errors.New("it opens with a password only: print it to a new PDF, or give a picture of the code")

// decrypter opens a file that anybody may read, but whose printing or copying its author restricted: its
// user password is empty (ISO 32000-2, 7.6).
type decrypter struct {
	key  []byte
	aes  bool
	full bool // one key for all objects (AES-256)
}

// passwordPadding stands for an empty password in the older schemes.
var passwordPadding = []byte("\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A")

// newDecrypter reads an encryption dictionary. id is the first identifier in the trailer.
func (f *file) newDecrypter(d dict, id string) (*decrypter, error) {
	revision := whole(f.resolve(d["R"]), 100)
	text := func(key name) []byte {
		s, _ := f.resolve(d[key]).(string)
		return []byte(s)
	}
	c := &decrypter{}
	switch whole(f.resolve(d["V"]), 100) {
	case 1, 2:
	case 4:
		c.aes = f.filterMethod(d) == "AESV2"
	case 5:
		c.aes, c.full = true, true
		return c, c.openAES256(text("U"), text("UE"), revision)
	default:
		return nil, errors.New("it is encrypted in a way that is not known")
	}
	length := whole(f.resolve(d["Length"]), 128) / 8
	if length < 5 {
		length = 5
	}
	if whole(f.resolve(d["V"]), 100) == 4 {
		length = 16
	}
	return c, c.openOlder(text("O"), text("U"), []byte(id), int32(int64(number(f.resolve(d["P"])))), revision, length, f.resolve(d["EncryptMetadata"]) != false)
}

func (f *file) filterMethod(d dict) name {
	used, _ := f.resolve(d["StmF"]).(name)
	method, _ := f.resolve(f.dictOf(f.dictOf(d["CF"])[used])["CFM"]).(name)
	return method
}

func (c *decrypter) openOlder(owner, user, id []byte, permissions int32, revision, length int, metadata bool) error {
	h := md5.New()
	h.Write(passwordPadding)
	h.Write(owner[:min(len(owner), 32)])
	binary.Write(h, binary.LittleEndian, permissions)
	h.Write(id)
	if revision >= 4 && !metadata {
		h.Write([]byte{255, 255, 255, 255})
	}
	key := h.Sum(nil)
	if revision >= 3 {
		for range 50 {
			sum := md5.Sum(key[:length])
			key = sum[:]
		}
	}
	c.key = key[:length]
	return c.checkUser(user, id, revision)
}

// checkUser holds the key against what the file says an empty password gives.
func (c *decrypter) checkUser(user, id []byte, revision int) error {
	want := passwordPadding
	if revision >= 3 {
		sum := md5.Sum(append(append([]byte{}, passwordPadding...), id...))
		want = sum[:]
	}
	got := bytes.Clone(want)
	rounds := 1
	if revision >= 3 {
		rounds = 20
	}
	for n := range rounds {
		key := bytes.Clone(c.key)
		for k := range key {
			key[k] ^= byte(n)
		}
		stream, err := rc4.NewCipher(key)
		if err != nil {
			return err
		}
		stream.XORKeyStream(got, got)
	}
	if !bytes.HasPrefix(user, got) {
		return errEncrypted
	}
	return nil
}

func (c *decrypter) openAES256(user, wrapped []byte, revision int) error {
	if len(user) < 48 || len(wrapped) < 32 {
		return errEncrypted
	}
	hash := func(salt []byte) []byte {
		if revision >= 6 {
			return hardenedHash(salt)
		}
		sum := sha256.Sum256(salt)
		return sum[:]
	}
	if !bytes.Equal(hash(user[32:40]), user[:32]) {
		return errEncrypted
	}
	block, err := aes.NewCipher(hash(user[40:48]))
	if err != nil {
		return err
	}
	c.key = make([]byte, 32)
	cipher.NewCBCDecrypter(block, make([]byte, aes.BlockSize)).CryptBlocks(c.key, wrapped[:32])
	return nil
}

// hardenedHash is algorithm 2.B of ISO 32000-2 for an empty password.
func hardenedHash(salt []byte) []byte {
	first := sha256.Sum256(salt)
	k := first[:]
	for round := 0; ; round++ {
		repeated := bytes.Repeat(k, 64)
		block, err := aes.NewCipher(k[:16])
		if err != nil {
			return nil
		}
		cipher.NewCBCEncrypter(block, k[16:32]).CryptBlocks(repeated, repeated)
		sum := 0
		for _, b := range repeated[:16] {
			sum += int(b)
		}
		switch sum % 3 {
		case 0:
			h := sha256.Sum256(repeated)
			k = h[:]
		case 1:
			h := sha512.Sum384(repeated)
			k = h[:]
		default:
			h := sha512.Sum512(repeated)
			k = h[:]
		}
		if round >= 63 && int(repeated[len(repeated)-1]) <= round-31 {
			return k[:32]
		}
	}
}

// open decrypts the data of the object with the number and generation.
func (c *decrypter) open(data []byte, id, generation int) []byte {
	key := c.key
	if !c.full {
		h := md5.New()
		h.Write(c.key)
		h.Write([]byte{byte(id), byte(id >> 8), byte(id >> 16), byte(generation), byte(generation >> 8)})
		if c.aes {
			h.Write([]byte("sAlT"))
		}
		key = h.Sum(nil)[:min(len(c.key)+5, 16)]
	}
	if !c.aes {
		stream, err := rc4.NewCipher(key)
		if err != nil {
			return nil
		}
		out := make([]byte, len(data))
		stream.XORKeyStream(out, data)
		return out
	}
	block, err := aes.NewCipher(key)
	if err != nil || len(data) < 2*aes.BlockSize || len(data)%aes.BlockSize != 0 {
		return nil
	}
	out := make([]byte, len(data)-aes.BlockSize)
	cipher.NewCBCDecrypter(block, data[:aes.BlockSize]).CryptBlocks(out, data[aes.BlockSize:])
	if pad := int(out[len(out)-1]); pad >= 1 && pad <= aes.BlockSize {
		out = out[:len(out)-pad]
	}
	return out
}

// openValue decrypts the texts in a value, and a stream's data.
func (c *decrypter) openValue(v any, id, generation int) any {
	switch v := v.(type) {
	case string:
		return string(c.open([]byte(v), id, generation))
	case array:
		for n, item := range v {
			v[n] = c.openValue(item, id, generation)
		}
	case dict:
		for key, item := range v {
			v[key] = c.openValue(item, id, generation)
		}
	case stream:
		if v.dict["Type"] == name("XRef") {
			return v
		}
		c.openValue(v.dict, id, generation)
		return stream{v.dict, c.open(v.raw, id, generation)}
	}
	return v
}
