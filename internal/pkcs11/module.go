//go:build !nopkcs11 && (linux || darwin) && (amd64 || arm64)

package pkcs11

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"unsafe"

	"github.com/ebitengine/purego"
)

// Places in CK_FUNCTION_LIST (PKCS#11 v2.40, section 3.6).
const (
	fnInitialize        = 0
	fnGetSlotList       = 4
	fnGetTokenInfo      = 6
	fnOpenSession       = 12
	fnCloseSession      = 13
	fnLogin             = 18
	fnGetAttributeValue = 24
	fnFindObjectsInit   = 26
	fnFindObjects       = 27
	fnFindObjectsFinal  = 28
	fnSignInit          = 42
	fnSign              = 43
	fnGenerateKeyPair   = 59
	fnCount             = 60
)

// module is a loaded library. A CK_ULONG is a uintptr on these systems.
type module struct {
	functions [fnCount]uintptr
}

// functionList is the start of CK_FUNCTION_LIST: a version, padded, and the functions.
type functionList struct {
	_         [2]byte
	functions [fnCount]uintptr
}

type initializeArgs struct {
	mutexes  [4]uintptr
	flags    uintptr
	reserved uintptr
}

const osLocking = 2 // CKF_OS_LOCKING_OK: sessions may be used from several threads

func load(path string) (*module, error) {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, fmt.Errorf("loading the module: %w", err)
	}
	get, err := purego.Dlsym(handle, "C_GetFunctionList")
	if err != nil {
		return nil, fmt.Errorf("loading the module: it is no PKCS#11 library: %w", err)
	}
	var list *functionList
	if rv, _, _ := purego.SyscallN(get, uintptr(unsafe.Pointer(&list))); rv != 0 {
		return nil, fmt.Errorf("loading the module: %w", returnValue(rv))
	}
	m := &module{functions: list.functions}
	args := &initializeArgs{flags: osLocking}
	if err := m.call(fnInitialize, unsafe.Pointer(args)); err != nil && !errors.Is(err, rvAlreadyInitiated) {
		return nil, fmt.Errorf("starting the module: %w", err)
	}
	return m, nil
}

// call calls a function with numbers and pointers. Whatever a pointer leads to must be pinned by the caller
// if it holds pointers itself.
func (m *module) call(fn int, args ...any) error {
	var pins runtime.Pinner
	defer pins.Unpin()
	plain := make([]uintptr, len(args))
	for i, arg := range args {
		switch arg := arg.(type) {
		case uintptr:
			plain[i] = arg
		case unsafe.Pointer:
			if arg != nil {
				pins.Pin(arg)
			}
			plain[i] = uintptr(arg)
		default:
			panic(fmt.Sprintf("pkcs11: an argument of type %T", arg))
		}
	}
	if rv, _, _ := purego.SyscallN(m.functions[fn], plain...); rv != 0 {
		return returnValue(rv)
	}
	return nil
}

// slotOf finds the token with a label.
func (m *module) slotOf(label string) (uintptr, error) {
	var n uintptr
	if err := m.call(fnGetSlotList, uintptr(1), unsafe.Pointer(nil), unsafe.Pointer(&n)); err != nil {
		return 0, fmt.Errorf("listing the slots: %w", explain(err))
	}
	slots := make([]uintptr, n+1)
	n = uintptr(len(slots))
	if err := m.call(fnGetSlotList, uintptr(1), unsafe.Pointer(&slots[0]), unsafe.Pointer(&n)); err != nil {
		return 0, fmt.Errorf("listing the slots: %w", explain(err))
	}
	var found []string
	for _, slot := range slots[:n] {
		// CK_TOKEN_INFO begins with the label of 32 bytes, padded with spaces; it has some 208 bytes.
		var info [512]byte
		if err := m.call(fnGetTokenInfo, slot, unsafe.Pointer(&info[0])); err != nil {
			continue
		}
		name := strings.TrimRight(string(info[:32]), " \x00")
		if name == label {
			return slot, nil
		}
		if name != "" {
			found = append(found, name)
		}
	}
	return 0, fmt.Errorf("%w: no token is labelled %q; the module has %q", ErrGone, label, found)
}

type attribute struct {
	kind  uintptr
	value unsafe.Pointer
	size  uintptr
}

// template holds attributes whose values stay where they are until done.
type template struct {
	attributes []attribute
	pins       runtime.Pinner
}

func (t *template) done() { t.pins.Unpin() }

func (t *template) bytes(kind uintptr, value []byte) *template {
	a := attribute{kind: kind, size: uintptr(len(value))}
	if len(value) > 0 {
		t.pins.Pin(&value[0])
		a.value = unsafe.Pointer(&value[0])
	}
	t.attributes = append(t.attributes, a)
	return t
}

func (t *template) number(kind, n uintptr) *template {
	value := make([]byte, unsafe.Sizeof(n))
	*(*uintptr)(unsafe.Pointer(&value[0])) = n
	return t.bytes(kind, value)
}

func (t *template) yes(kind uintptr) *template { return t.bytes(kind, []byte{1}) }
func (t *template) no(kind uintptr) *template  { return t.bytes(kind, []byte{0}) }

func (t *template) pointer() unsafe.Pointer { return unsafe.Pointer(&t.attributes[0]) }
func (t *template) size() uintptr           { return uintptr(len(t.attributes)) }
