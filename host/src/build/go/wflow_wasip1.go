// What a runtime of Go does differently in wflow: this file takes part in its build, and the functions that it
// stands for are renamed.

package runtime

import "unsafe"

// Whether the run may look at the world. A pure task may not, and Go looks at clocks and draws random numbers at every
// start: until the SDK says what the run is, time ticks at every look, and chance is the same for all.
var wflowBegan bool

var wflowTicks int64

func nanotime1() int64 {
	if !wflowBegan {
		wflowTicks++
		return wflowTicks
	}
	return wflowTicks + wflowNanotime()
}

// walltime1 is what code calls. A pure task is denied it.
func walltime1() (sec int64, nsec int32) {
	wflowBegan = true
	return wflowWalltime()
}

// wflowCollected is when garbage was collected, as statistics have it.
func wflowCollected() (sec int64, nsec int32, mono int64) {
	if !wflowBegan {
		return 0, 0, nanotime()
	}
	return time_now()
}

func poll_oneoff(in *subscription, out *event, nsubscriptions size, nevents *size) errno {
	wflowBegan = true
	return wflowPoll(in, out, nsubscriptions, nevents)
}

func readRandom(r []byte) int {
	if wflowBegan {
		return wflowRandom(r)
	}
	for i := range r {
		r[i] = byte(i + 1)
	}
	return len(r)
}

// wflowBegin lets the run look at the world, and draw numbers of its own.
//
//go:linkname wflowBegin
func wflowBegin() {
	wflowBegan = true
	var seed [32]byte
	wflowRandom(seed[:])
	globalRand.state.Init(seed)
	mrandinit(getg().m)
}

// The goroutine that waits for all others to wait. The scheduler may not write pointers.
var wflowIdler guintptr

// When the next timer is due.
var wflowDue int64

// wflowIdle parks the goroutine until no other can go on, and returns in how many nanoseconds one can: less than 0 if
// no timer will wake any.
//
//go:linkname wflowIdle
func wflowIdle() int64 {
	gopark(wflowParked, nil, waitReasonZero, traceBlockGeneric, 1)
	if wflowDue == 0 {
		return -1
	}
	return max(wflowDue-nanotime(), 0)
}

func wflowParked(gp *g, _ unsafe.Pointer) bool {
	wflowIdler.set(gp)
	return true
}

func beforeIdle(_, pollUntil int64) (*g, bool) {
	if netpollAnyWaiters() {
		return nil, false // files are soon there
	}
	gp := wflowIdler.ptr()
	wflowIdler, wflowDue = 0, pollUntil
	return gp, false
}
