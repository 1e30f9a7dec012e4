//go:build wasip1

// Package export_wflow_plugin_plugin is where the bindings look for what the component exports. Its name and its
// functions are theirs.
package export_wflow_plugin_plugin

import (
	"wflow/internal/bindings/imports/wflow_plugin_plugin"
	"wflow/internal/bindings/imports/wflow_plugin_types"
	witTypes "wflow/internal/wit/types"
)

// Guest is what the functions call.
var Guest interface {
	Describe() wflow_plugin_plugin.Manifest
	RunFlow(string, []wflow_plugin_types.Value) witTypes.Result[wflow_plugin_types.Value, wflow_plugin_types.Error]
	RunTask(string, []wflow_plugin_types.Value) witTypes.Result[wflow_plugin_types.Value, wflow_plugin_types.Error]
	RunHook(string, string) witTypes.Result[witTypes.Unit, wflow_plugin_types.Error]
	RetryIf(string) witTypes.Result[bool, wflow_plugin_types.Error]
}

// Describe says what the component holds.
func Describe() wflow_plugin_plugin.Manifest {
	return Guest.Describe()
}

// RunFlow runs a flow.
func RunFlow(name string, arguments []wflow_plugin_types.Value) witTypes.Result[wflow_plugin_types.Value, wflow_plugin_types.Error] {
	return Guest.RunFlow(name, arguments)
}

// RunTask runs a task.
func RunTask(name string, arguments []wflow_plugin_types.Value) witTypes.Result[wflow_plugin_types.Value, wflow_plugin_types.Error] {
	return Guest.RunTask(name, arguments)
}

// RunHook runs a hook.
func RunHook(name, run string) witTypes.Result[witTypes.Unit, wflow_plugin_types.Error] {
	return Guest.RunHook(name, run)
}

// RetryIf decides about a retry.
func RetryIf(run string) witTypes.Result[bool, wflow_plugin_types.Error] {
	return Guest.RetryIf(run)
}
