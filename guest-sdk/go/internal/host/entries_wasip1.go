// Passes on what the host calls.

package host

import (
	"wflow/internal/bindings/exports/export_wflow_plugin_plugin"
	"wflow/internal/bindings/imports/wflow_plugin_plugin"
	"wflow/internal/bindings/imports/wflow_plugin_types"
	witTypes "wflow/internal/wit/types"
)

type (
	wireValue      = wflow_plugin_types.Value
	wireError      = wflow_plugin_types.Error
	wireDefinition = wflow_plugin_plugin.Definition
)

type entries struct{ guest Guest }

// Serve makes the guest what the component's entry points call.
func Serve(guest Guest) {
	export_wflow_plugin_plugin.Guest = entries{guest}
}

func (e entries) Describe() wflow_plugin_plugin.Manifest {
	flows, tasks := e.guest.Describe()
	return wflow_plugin_plugin.Manifest{Flows: definitions(flows), Tasks: definitions(tasks)}
}

func (e entries) RunFlow(name string, arguments []wireValue) witTypes.Result[wireValue, wireError] {
	return ended(e.guest.RunFlow(name, values(arguments)))
}

func (e entries) RunTask(name string, arguments []wireValue) witTypes.Result[wireValue, wireError] {
	return ended(e.guest.RunTask(name, values(arguments)))
}

func (e entries) RunHook(name, run string) witTypes.Result[witTypes.Unit, wireError] {
	if err := e.guest.RunHook(name, run); err != nil {
		return witTypes.Err[witTypes.Unit, wireError](wireError(*err))
	}
	return witTypes.Ok[witTypes.Unit, wireError](witTypes.Unit{})
}

func (e entries) RetryIf(run string) witTypes.Result[bool, wireError] {
	holds, err := e.guest.RetryIf(run)
	if err != nil {
		return witTypes.Err[bool, wireError](wireError(*err))
	}
	return witTypes.Ok[bool, wireError](holds)
}

func ended(result Value, err *Error) witTypes.Result[wireValue, wireError] {
	if err != nil {
		return witTypes.Err[wireValue, wireError](wireError(*err))
	}
	return witTypes.Ok[wireValue, wireError](lowered(result))
}

func values(from []wireValue) []Value {
	all := make([]Value, len(from))
	for i, one := range from {
		all[i] = value(one)
	}
	return all
}

func definitions(from []Definition) []wireDefinition {
	all := make([]wireDefinition, len(from))
	for i, one := range from {
		all[i] = wireDefinition{
			Name:        one.Name,
			Description: one.Description,
			Parameters:  parameters(one.Parameters),
			Result:      one.Result,
			Options:     one.Options,
		}
	}
	return all
}

func parameters(from []Parameter) []wflow_plugin_plugin.Parameter {
	all := make([]wflow_plugin_plugin.Parameter, len(from))
	for i, one := range from {
		all[i] = wflow_plugin_plugin.Parameter{Name: one.Name, Schema: one.Schema, Default: witTypes.None[string]()}
		if one.Default != nil {
			all[i].Default = witTypes.Some(*one.Default)
		}
	}
	return all
}
