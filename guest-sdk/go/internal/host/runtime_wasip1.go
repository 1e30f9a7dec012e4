// Ties in with Go's own runtime, to which the build adds two functions.

package host

import (
	"strings"
	"time"
	"unsafe"
)

//go:linkname wflowBegin runtime.wflowBegin
func wflowBegin()

//go:linkname wflowIdle runtime.wflowIdle
func wflowIdle() int64

//go:linkname usleep runtime.usleep
func usleep(microseconds uint32)

// Begin lets the run look at clocks and draw random numbers, which no pure task may.
func Begin() {
	wflowBegin()
}

// Idle returns when no other goroutine can go on, and in how many nanoseconds one can: less than 0 if only the host can
// wake any.
func Idle() int64 {
	return wflowIdle()
}

// longestSleep is in nanoseconds; who wants to sleep longer sleeps again.
const longestSleep = int64(time.Hour)

// Sleep blocks all goroutines for so many nanoseconds, by the clock: the host knows a run that does nothing else.
func Sleep(nanoseconds int64) {
	usleep(uint32(min(nanoseconds, longestSleep)/1000 + 1))
}

// preopen is a folder that the operator grants, as package syscall holds it.
type preopen struct {
	descriptor int32
	name       string
}

var (
	//go:linkname preopens syscall.preopens
	preopens []preopen
	//go:linkname cwd syscall.cwd
	cwd string
)

// Go takes the first folder that is granted for the current one. Here all lie in the root, which is the current one,
// and so the host learns of whatever is looked for elsewhere.
func init() {
	for i, folder := range preopens {
		preopens[i].name = "/" + strings.TrimLeft(folder.name, "./")
	}
	if len(cwd) == 0 || !strings.HasPrefix(cwd, "/") {
		cwd = "/"
	}
}

var _ unsafe.Pointer // for go:linkname
