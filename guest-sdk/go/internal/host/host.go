// Package host is the contract with wflow in plain Go, so that nothing else depends on how components are bound.
package host

// Value is JSON text, or bytes where those are not nil.
type Value struct {
	JSON  string
	Bytes []byte
}

// Failure is how a run ended that did not complete. Kinds are numbered as in the contract.
type Failure struct {
	Kind    uint8
	Message string
}

// Run is a run that was submitted.
type Run interface {
	ID() string
	Name() string
	State() uint8
	Result() (Value, *Failure)
	Cancel()
}

// From says where an argument comes from.
type From int

// Where arguments come from.
const (
	FromValue From = iota
	FromResult
	FromResults
	FromOutcome
)

// Argument is one argument of a new run; without a name it goes by position.
type Argument struct {
	Name  string
	From  From
	Value Value
	Runs  []Run
}

// Dependency is a run that a new one waits for without taking its result.
type Dependency struct {
	Run          Run
	AllowFailure bool
}

// Artifact is something to look at that a run leaves behind.
type Artifact struct {
	Kind        uint8
	Key         string
	Description string
	Data        Value
}

// Parameter is one of a flow or task; without a default it is required.
type Parameter struct {
	Name    string
	Schema  string
	Default *string
}

// Definition is a flow or a task.
type Definition struct {
	Name        string
	Description string
	Parameters  []Parameter
	Result      string
	Options     string
}

// Error is why a flow or task failed.
type Error struct {
	Message   string
	Retryable bool
}

// Guest is what a component offers to the host.
type Guest interface {
	Describe() (flows, tasks []Definition)
	RunFlow(name string, arguments []Value) (Value, *Error)
	RunTask(name string, arguments []Value) (Value, *Error)
	RunHook(name, run string) *Error
	RetryIf(run string) (bool, *Error)
}

// Forever is a timeout that never ends.
const Forever int64 = -1
