//go:build !wasip1

// Stands in for the host where there is none, so that projects compile for tests and editors.

package host

const absent = "wflow: flows and tasks run in wflow alone (wflow run .); tests call the functions that do the work"

// Served is what a host would call; tests do.
var Served Guest

// Serve keeps the guest for tests.
func Serve(guest Guest) { Served = guest }

// Begin has nothing to begin.
func Begin() {}

// Idle never returns: without a host, nobody wakes anybody.
func Idle() int64 { select {} }

// Sleep needs a host.
func Sleep(int64) { panic(absent) }

// Submit needs a host.
func Submit(string, []Argument, []Dependency, string) Run { panic(absent) }

// SubmitMany needs a host.
func SubmitMany(string, [][]Argument, []Dependency, string) []Run { panic(absent) }

// StartFlow needs a host.
func StartFlow(string, []Argument, []Dependency, string) Run { panic(absent) }

// WaitAny needs a host.
func WaitAny([]Run, int64) []uint32 { panic(absent) }

// Pause needs a host.
func Pause(string, string, int64) (string, *Failure) { panic(absent) }

// CreateArtifact needs a host.
func CreateArtifact(Artifact) *Failure { panic(absent) }

// Log needs a host.
func Log(uint8, string) { panic(absent) }

// Variable needs a host.
func Variable(string) (string, *Failure) { panic(absent) }

// Secret needs a host.
func Secret(string) (string, *Failure) { panic(absent) }
