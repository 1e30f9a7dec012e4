//go:build wasip1

// What generated code asks of Go's memory: handles of the host's resources, and room that the host writes to.

package runtime

import (
	"runtime"
	"unsafe"
)

// Handle is a resource of the host, until somebody takes it.
type Handle struct {
	number int32
}

// MakeHandle is for a number that the host gave, which is never 0.
func MakeHandle(number int32) *Handle {
	handle := &Handle{}
	handle.Set(number)
	return handle
}

// Use is the number, for as long as nobody has taken it.
func (h *Handle) Use() int32 {
	if h.number == 0 {
		panic("the resource was given away or dropped before")
	}
	return h.number
}

// Take is the number, which nobody can use from then on.
func (h *Handle) Take() int32 {
	number := h.Use()
	h.number = 0
	return number
}

// TakeOrNil is 0 where somebody has taken it before.
func (h *Handle) TakeOrNil() int32 {
	number := h.number
	h.number = 0
	return number
}

// Set puts a number where there is none.
func (h *Handle) Set(number int32) {
	if number == 0 || h.number != 0 {
		panic("a handle takes one resource")
	}
	h.number = number
}

// Allocate makes room that stays where it is for as long as the pinner holds it.
func Allocate(pinner *runtime.Pinner, size, align uintptr) unsafe.Pointer {
	if size == 0 {
		return nil
	}
	room := aligned(size, align)
	pinner.Pin(room)
	return room
}

// aligned relies on Go's elements lying at multiples of their own size.
func aligned(size, align uintptr) unsafe.Pointer {
	count := (size + align - 1) / align
	switch align {
	case 1:
		return unsafe.Pointer(&make([]uint8, count)[0])
	case 2:
		return unsafe.Pointer(&make([]uint16, count)[0])
	case 4:
		return unsafe.Pointer(&make([]uint32, count)[0])
	case 8:
		return unsafe.Pointer(&make([]uint64, count)[0])
	}
	panic("no type of the component model has such an alignment")
}

// isStarted is set when Go's own memory can be used.
var isStarted bool

func init() { isStarted = true }

// given is what the host was given room for since the last Unpin.
var given runtime.Pinner

// Unpin leaves what the host has written to the garbage collector: it was copied.
func Unpin() { given.Unpin() }

//go:linkname sbrk runtime.sbrk
func sbrk(size uintptr) unsafe.Pointer

//go:wasmimport wasi_snapshot_preview1 adapter_monotonic_clock_set_paused
func pauseClock(paused bool)

// realloc is called by the host, which never gives room back, also before Go has started.
//
//go:wasmexport cabi_realloc
func realloc(old unsafe.Pointer, oldSize, align, size uintptr) unsafe.Pointer {
	if old != nil || oldSize != 0 {
		panic("the host never grows what it was given")
	}
	if !isStarted {
		// Nothing gives that back either; what the page holds beside it is lost.
		start := uintptr(sbrk(size + align))
		return unsafe.Pointer((start + align - 1) &^ (align - 1))
	}
	// A collection reads the clock, and here no import may be called: the adapter tells the time that it
	// told before.
	pauseClock(true)
	defer pauseClock(false)
	return Allocate(&given, size, align)
}
