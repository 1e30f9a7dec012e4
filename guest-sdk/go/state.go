package wflow

// Where runs stand.

// State is where a run stands, in the contract's words.
type State string

// Where runs stand. Those from StateCompleted on are final.
const (
	StatePending        State = "pending"
	StateRunning        State = "running"
	StatePaused         State = "paused"
	StateAwaitingRetry  State = "awaiting-retry"
	StateCancelling     State = "cancelling"
	StateCompleted      State = "completed"
	StateCached         State = "cached"
	StateFailed         State = "failed"
	StateTimedOut       State = "timed-out"
	StateUpstreamFailed State = "upstream-failed"
	StateDenied         State = "denied"
	StateInvalidInput   State = "invalid-input"
	StateCrashed        State = "crashed"
	StateCancelled      State = "cancelled"
)

// states are numbered as in the contract.
var states = [...]State{
	StatePending, StateRunning, StatePaused, StateAwaitingRetry, StateCancelling, StateCompleted, StateCached,
	StateFailed, StateTimedOut, StateUpstreamFailed, StateDenied, StateInvalidInput, StateCrashed, StateCancelled,
}

// IsFinal tells whether the run has ended.
func (s State) IsFinal() bool {
	switch s {
	case StatePending, StateRunning, StatePaused, StateAwaitingRetry, StateCancelling:
		return false
	}
	return true
}
