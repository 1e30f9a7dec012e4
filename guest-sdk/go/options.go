package wflow

// Options of flows, tasks and single runs.

import (
	"reflect"
	"time"

	"wflow/internal/host"
)

// Option says something about a flow or task where it is defined, or about runs of it, in With.
type Option func(*settings)

// settings is what options say.
type settings struct {
	// In the contract's words.
	options  map[string]any
	doc      string
	names    []string
	docs     map[string]string
	defaults map[string]any
	hooks    map[string]Hook
	retryIf  func(error) bool
	cacheKey reflect.Value
	waitFor  []host.Dependency
	// Whether one of them makes no sense for a single run.
	definesOnly bool
}

func (s *settings) copied() *settings {
	to := &settings{
		options: map[string]any{}, docs: map[string]string{}, defaults: map[string]any{}, hooks: map[string]Hook{},
	}
	if s != nil {
		for key, value := range s.options {
			to.options[key] = value
		}
		to.waitFor = append(to.waitFor, s.waitFor...)
		to.cacheKey = s.cacheKey
	}
	return to
}

func set(name string, value any) Option {
	return func(s *settings) { s.options[name] = value }
}

// defining is an option of definitions alone.
func defining(option Option) Option {
	return func(s *settings) {
		s.definesOnly = true
		option(s)
	}
}

// Doc describes the flow or task; the first line is a summary.
func Doc(text string) Option {
	return defining(func(s *settings) { s.doc = text })
}

// Params names the parameters of the function, in their order.
func Params(names ...string) Option {
	return defining(func(s *settings) { s.names = names })
}

// Default is the value of a parameter that is left out.
func Default(parameter string, value any) Option {
	return defining(func(s *settings) { s.defaults[parameter] = value })
}

// ParamDoc describes a parameter.
func ParamDoc(parameter, text string) Option {
	return defining(func(s *settings) { s.docs[parameter] = text })
}

// RunName is the runs' name, in which `{parameter}` stands for an argument.
func RunName(name string) Option { return set("run_name", name) }

// Retries is how often a failed attempt is followed by another.
func Retries(count uint) Option { return set("retries", count) }

// RetryDelay is how long to wait before the first retry, the second and so on; the last holds for those that follow.
func RetryDelay(delays ...time.Duration) Option {
	all := make([]int64, len(delays))
	for i, delay := range delays {
		all[i] = delay.Milliseconds()
	}
	return set("retry_delay_ms", all)
}

// RetryBackoff is what each further delay is multiplied with.
func RetryBackoff(factor float64) Option { return set("retry_backoff", factor) }

// RetryJitter is how much longer a delay may be, at random: 0.5 is up to half.
func RetryJitter(factor float64) Option { return set("retry_jitter", factor) }

// RetryIf decides whether a failed attempt is worth another one. After a crash or a timeout, which it sees as a
// *Failure, it is asked in an instance of its own.
func RetryIf(worthIt func(err error) bool) Option {
	return defining(func(s *settings) {
		s.options["retry_if"] = true
		s.retryIf = worthIt
	})
}

// Timeout is how long one attempt may take; of a flow, its runs included.
func Timeout(timeout time.Duration) Option { return set("timeout_ms", timeout.Milliseconds()) }

// Tags are words to find and to limit runs by.
func Tags(tags ...string) Option { return set("tags", tags) }

// LogPrints tells whether lines that a run prints go to its log.
func LogPrints(yes bool) Option { return set("log_prints", yes) }

// Needs is what the run asks of the operator, and all that it is given: "secret token", "http GET https://…".
func Needs(needs ...string) Option { return defining(set("needs", append([]string{}, needs...))) }

// Priority lets ready runs of a higher one start first.
func Priority(priority int) Option { return set("priority", priority) }

// MaxConcurrency is how many runs of the task may execute at the same time.
func MaxConcurrency(count uint) Option { return defining(set("max_concurrency", count)) }

// Runner is the task runner of a flow: Sequential, Concurrent or ThreadPool.
func Runner(name string) Option { return set("runner", name) }

// Task runners.
const (
	Sequential = "sequential"
	Concurrent = "concurrent"
	ThreadPool = "thread-pool"
)

// MaxWorkers is how many threads a thread pool has.
func MaxWorkers(count uint) Option { return set("max_workers", count) }

// What runs may have in common to share a result, for CachePolicy.
const (
	Inputs         = "inputs"
	TaskSource     = "task-source"
	FlowParameters = "flow-parameters"
	RunID          = "run-id"
)

// Without leaves a parameter out of Inputs.
func Without(parameter string) string { return "-" + parameter }

// CachePolicy is what runs of the task must have in common to share a result.
func CachePolicy(parts ...string) Option { return set("cache_policy", append([]string{}, parts...)) }

// CacheKey is a text that runs must have in common instead, for a single run.
func CacheKey(key string) Option { return set("cache_key", key) }

// CacheKeyFunc is a function of the task's parameters that returns the key; it is called at each submit. Where an
// argument is a future there is no key.
func CacheKeyFunc(key any) Option {
	return defining(func(s *settings) { s.cacheKey = reflect.ValueOf(key) })
}

// CacheExpiration is how long a result is kept.
func CacheExpiration(after time.Duration) Option {
	return set("cache_expiration_ms", after.Milliseconds())
}

// RefreshCache executes although there may be a result.
func RefreshCache() Option { return set("refresh_cache", true) }

// Serializable lets a run wait while another one of its key executes.
func Serializable() Option { return set("cache_isolation", "serializable") }

// Pure says that the task depends on its arguments alone: nothing else is granted to it, and its results are shared.
func Pure() Option { return defining(set("pure", true)) }

// WaitFor waits for runs of which no result is taken; if one of them does not complete, the new run does not start.
func WaitFor(runs ...AnyFuture) Option { return waitFor(runs, false) }

// WaitForEnd waits for runs to end, however they do.
func WaitForEnd(runs ...AnyFuture) Option { return waitFor(runs, true) }

func waitFor(runs []AnyFuture, allowFailure bool) Option {
	return func(s *settings) {
		for _, one := range runs {
			s.waitFor = append(s.waitFor, host.Dependency{Run: one.theRun(), AllowFailure: allowFailure})
		}
	}
}

// overrides are the options of a submit, and what it waits for.
func (d *definition) overrides(with *settings, arguments []host.Argument) (string, []host.Dependency) {
	with = with.copied()
	if _, ok := with.options["cache_key"]; !ok && d.hasCacheKey() {
		if key, ok := d.cacheKey(arguments); ok {
			with.options["cache_key"] = key
		}
	}
	if len(with.options) == 0 {
		return "", with.waitFor
	}
	return mustEncode(with.options, "the options of "+d.name).JSON, with.waitFor
}
