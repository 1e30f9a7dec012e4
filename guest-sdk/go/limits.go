package wflow

// Limits of attempts, which the code may lower.

import "time"

// Sizes, for limits.
const (
	KiB uint64 = 1 << 10
	MiB uint64 = 1 << 20
	GiB uint64 = 1 << 30
)

// Limits is what an attempt may use at most; 0 says nothing. The lowest of the operator's, the code's and the run's
// holds.
type Limits struct {
	// In bytes: linear memory; prints, log and artifacts; the result; all arguments; one response.
	Memory, Output, Result, Arguments, HTTPResponse uint64
	// From the start to the end, and without the waits.
	WallTime, CPUTime time.Duration
	OutputLines       uint64
	TableElements     uint64
	Instances         uint64
	Submits           uint64
	Depth             uint64
	OpenFiles         uint64
	Artifacts         uint64
}

// Limit sets limits.
func Limit(limits Limits) Option { return set("limits", limits.byName()) }

func (l Limits) byName() map[string]uint64 {
	all := map[string]uint64{
		"memory":         l.Memory,
		"output":         l.Output,
		"result":         l.Result,
		"arguments":      l.Arguments,
		"http_response":  l.HTTPResponse,
		"wall_time":      uint64(l.WallTime.Milliseconds()),
		"cpu_time":       uint64(l.CPUTime.Milliseconds()),
		"output_lines":   l.OutputLines,
		"table_elements": l.TableElements,
		"instances":      l.Instances,
		"submits":        l.Submits,
		"depth":          l.Depth,
		"open_files":     l.OpenFiles,
		"artifacts":      l.Artifacts,
	}
	for name, amount := range all {
		if amount == 0 {
			delete(all, name)
		}
	}
	return all
}
