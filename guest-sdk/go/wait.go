package wflow

// Waits. A call of the host blocks the whole instance: where there are several goroutines, one waits for all.

import (
	"iter"
	"runtime"
	"time"

	"wflow/internal/host"
)

// Forever is a timeout that never ends.
const Forever time.Duration = -1

// AsCompleted gives the runs as they end.
func AsCompleted[T any](runs Futures[T]) iter.Seq[*Future[T]] {
	return func(yield func(*Future[T]) bool) {
		left := append(Futures[T]{}, runs...)
		for len(left) > 0 {
			for _, future := range left.takeEnded() {
				if !yield(future) {
					return
				}
			}
		}
	}
}

// takeEnded waits for at least one to end, and takes out all that have.
func (f *Futures[T]) takeEnded() Futures[T] {
	ended, left := f.split(waitAny(f.runs(), Forever))
	*f = left
	return ended
}

func (f Futures[T]) split(ended []uint32) (done, left Futures[T]) {
	next := 0
	for i, future := range f {
		if next < len(ended) && int(ended[next]) == i {
			next++
			done = append(done, future)
		} else {
			left = append(left, future)
		}
	}
	return done, left
}

// Wait waits until all runs have ended or the time is up, and tells which have.
func Wait[T any](runs Futures[T], timeout time.Duration) (done, notDone Futures[T]) {
	deadline := deadlineOf(timeout)
	isDone := map[*Future[T]]bool{}
	for left := runs; len(left) > 0; {
		ended, others := left.split(waitAny(left.runs(), until(deadline)))
		for _, future := range ended {
			isDone[future] = true
		}
		if left = others; len(ended) == 0 {
			break
		}
	}
	for _, future := range runs {
		if isDone[future] {
			done = append(done, future)
		} else {
			notDone = append(notDone, future)
		}
	}
	return done, notDone
}

// WaitAny waits until at least one run has ended or the time is up, and returns the indices of all that have.
func WaitAny(timeout time.Duration, futures ...AnyFuture) []int {
	runs := make([]host.Run, len(futures))
	for i, future := range futures {
		runs[i] = future.theRun()
	}
	var ended []int
	for _, index := range waitAny(runs, timeout) {
		ended = append(ended, int(index))
	}
	return ended
}

func deadlineOf(timeout time.Duration) time.Time {
	if timeout < 0 {
		return time.Time{}
	}
	return time.Now().Add(timeout)
}

func until(deadline time.Time) time.Duration {
	if deadline.IsZero() {
		return Forever
	}
	return max(time.Until(deadline), 0)
}

// milliseconds are rounded up: who waits for less than one does not want to come back at once.
func milliseconds(timeout time.Duration) int64 {
	if timeout < 0 {
		return host.Forever
	}
	return int64((timeout + time.Millisecond - 1) / time.Millisecond)
}

// waiter is a goroutine that waits.
type waiter struct {
	runs     []host.Run
	deadline time.Time
	ended    chan []uint32
}

// There is one thread, and no goroutine is interrupted between these: they need no lock.
var (
	// goroutines is how many there are where the run's code has started none.
	goroutines int
	waiters    []*waiter
)

// isAlone tells whether the run's code has no other goroutines.
func isAlone() bool {
	return runtime.NumGoroutine() <= goroutines
}

func waitAny(runs []host.Run, timeout time.Duration) []uint32 {
	if isAlone() || timeout == 0 {
		return host.WaitAny(runs, milliseconds(timeout))
	}
	self := &waiter{runs: runs, deadline: deadlineOf(timeout), ended: make(chan []uint32, 1)}
	waiters = append(waiters, self)
	return <-self.ended
}

// serve waits for all goroutines at once, whenever none of them can go on. It returns when none ever will.
func serve() {
	for {
		due := host.Idle()
		switch {
		case len(waiters) > 0:
			waitForAll(time.Duration(due))
		case due >= 0:
			host.Sleep(due)
		default:
			return
		}
	}
}

// waitForAll waits until somebody's wait is over, or Go's next timer is due.
func waitForAll(timeout time.Duration) {
	var runs []host.Run
	for _, one := range waiters {
		runs = append(runs, one.runs...)
		if left := until(one.deadline); left >= 0 && (timeout < 0 || left < timeout) {
			timeout = left
		}
	}
	release(host.WaitAny(runs, milliseconds(timeout)))
}

// release wakes the waiters whose runs have ended, and those whose time is up.
func release(ended []uint32) {
	var waiting []*waiter
	first := uint32(0)
	for _, one := range waiters {
		var own []uint32
		after := first + uint32(len(one.runs))
		for ; len(ended) > 0 && ended[0] < after; ended = ended[1:] {
			own = append(own, ended[0]-first)
		}
		first = after
		if len(own) > 0 || until(one.deadline) == 0 {
			one.ended <- own
		} else {
			waiting = append(waiting, one)
		}
	}
	waiters = waiting
}
