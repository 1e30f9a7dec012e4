package wflow

// The run's log, by log/slog.

import (
	"context"
	"log/slog"
	"strings"

	"wflow/internal/host"
)

// Logger writes to the run's log. So do slog's own functions and those of the package log; what is printed goes where
// wflow's output goes.
func Logger() *slog.Logger {
	return slog.New(handler{})
}

// handler hands lines to the host, which adds the time and the run.
type handler struct {
	// What stands before a record's own attributes, and their keys.
	attributes string
	groups     string
}

func (h handler) Enabled(context.Context, slog.Level) bool { return true }

func (h handler) Handle(_ context.Context, record slog.Record) error {
	var line strings.Builder
	line.WriteString(record.Message)
	line.WriteString(h.attributes)
	record.Attrs(func(attribute slog.Attr) bool {
		line.WriteString(h.shown(attribute))
		return true
	})
	host.Log(levelOf(record.Level), valid(line.String()))
	return nil
}

func (h handler) WithAttrs(attributes []slog.Attr) slog.Handler {
	for _, attribute := range attributes {
		h.attributes += h.shown(attribute)
	}
	return h
}

func (h handler) WithGroup(name string) slog.Handler {
	if name != "" {
		h.groups += name + "."
	}
	return h
}

func (h handler) shown(attribute slog.Attr) string {
	value := attribute.Value.Resolve()
	if value.Kind() != slog.KindGroup {
		return " " + h.groups + attribute.Key + "=" + value.String()
	}
	inner := h
	if attribute.Key != "" {
		inner.groups += attribute.Key + "."
	}
	var all strings.Builder
	for _, one := range value.Group() {
		all.WriteString(inner.shown(one))
	}
	return all.String()
}

// levelOf is the level's number in the contract.
func levelOf(level slog.Level) uint8 {
	switch {
	case level < slog.LevelInfo:
		return 0
	case level < slog.LevelWarn:
		return 1
	case level < slog.LevelError:
		return 2
	default:
		return 3
	}
}
